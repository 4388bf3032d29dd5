"""Addresses of the API and of the page that explains it."""

from django.urls import path, re_path

from .docs import docs, nothing, root
from .root import api

urlpatterns = [
    path("", root, name="api"),
    path("docs", docs, name="api_docs"),
    path("", api.urls),
    re_path(r"^.*$", nothing, name="api_nothing"),
]
