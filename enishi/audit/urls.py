"""Addresses of the history."""

from django.urls import path

from . import views

app_name = "audit"
urlpatterns = [path("office/history/", views.history, name="history")]
