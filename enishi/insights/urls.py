"""Addresses of dashboards and reports."""

from django.urls import path

from . import views

app_name = "insights"
urlpatterns = [path("office/", views.dashboard, name="dashboard")]
