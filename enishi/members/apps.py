from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "enishi.members"
    label = "members"
