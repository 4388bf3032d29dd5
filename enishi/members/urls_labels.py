"""Addresses of labels and envelopes."""

from django.urls import path

from .views.office import labels

urlpatterns = [
    path("office/labels/", labels.labels, name="labels"),
    path("office/labels/new/", labels.new, name="labels_new"),
    path("office/labels/preview/", labels.preview, name="labels_preview"),
    path("office/labels/<int:pk>/", labels.label_print, name="label_print"),
    path("office/labels/<int:pk>/progress/", labels.progress, name="label_progress"),
    path("office/labels/<int:pk>/file/", labels.file, name="label_file"),
]
