"""Every address. Each app's ``urls.py`` holds its own whole paths and namespace."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from . import health, portal

urlpatterns = [
    path("", portal.home, name="home"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/", include("enishi.project.api.urls")),
    *(
        path("", include(f"{app}.urls"))
        for app in settings.ENISHI_APPS
        if app != "enishi.project" and find_spec(f"{app}.urls")
    ),
    path("", include("enishi.project.office.urls")),
    path("accounts/", include("allauth.urls")),
]
