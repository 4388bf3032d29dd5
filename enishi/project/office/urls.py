"""Addresses of the office's own pages."""

from django.urls import path

from . import views

app_name = "office"
urlpatterns = [
    path("office/search/", views.search, name="search"),
    path("office/jobs/", views.jobs, name="jobs"),
    path("office/jobs/periodic/", views.periodic, name="periodic"),
    path("office/jobs/<int:pk>/", views.job, name="job"),
    path("office/jobs/<int:pk>/progress/", views.progress, name="job_progress"),
    path("office/jobs/<int:pk>/cancellation/", views.cancellation, name="job_cancellation"),
    path("office/jobs/<int:pk>/attempts/", views.attempts, name="job_attempts"),
]
