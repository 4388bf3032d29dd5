from django.apps import AppConfig


class SlowJob(AppConfig):
    name = "slow_job"

    def ready(self) -> None:
        from . import jobs  # noqa: F401
