"""Every address. An app with a ``urls.py`` that holds ``urlpatterns`` is asked for its own."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("enishi.project.office.urls")) if find_spec("enishi.project.office") else None,
    path("accounts/", include("allauth.urls")),
]
urlpatterns = [pattern for pattern in urlpatterns if pattern is not None]
urlpatterns += [
    path("", include(f"{app}.urls"))
    for app in settings.ENISHI_APPS
    if app != "enishi.project" and find_spec(f"{app}.urls")
]
