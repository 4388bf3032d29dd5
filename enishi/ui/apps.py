from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "enishi.ui"
    label = "ui"

    def ready(self) -> None:
        from . import checks  # noqa: F401
