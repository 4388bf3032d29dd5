"""A page to point at: the shells must stand without any other app's addresses."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("members/", nothing, name="members")]
