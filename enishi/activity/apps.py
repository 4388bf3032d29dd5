from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "enishi.activity"
    label = "activity"
