"""Addresses of the pages about visits. The script and its hits are taken by a middleware."""

from django.urls import path

from .views import office

app_name = "activity"
urlpatterns = [
    path("office/members/<int:pk>/access/", office.access_log, name="access_log"),
    path("office/settings/tracking/", office.tracking, name="tracking"),
    path("office/settings/tracking/going/", office.going, name="going"),
]
