from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig
from django.conf import settings

# What an app may hold that must be known before the first request or job.
_REGISTERING = ("permissions", "jobs", "plugs")


class ProjectConfig(AppConfig):
    """Comes last of our apps, so that all models are there when the plugs go in."""

    name = "enishi.project"
    label = "project"

    def ready(self) -> None:
        for app in settings.ENISHI_APPS:
            for name in _REGISTERING:
                if find_spec(f"{app}.{name}") is not None:
                    import_module(f"{app}.{name}")
