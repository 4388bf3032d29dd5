"""Addresses of duplicates and merges."""

from django.urls import path

from .views.office import duplicates, merging

urlpatterns = [
    path("office/duplicates/", duplicates.pairs, name="duplicate_pairs"),
    path("office/duplicates/scan/", duplicates.scan, name="duplicate_scan"),
    path("office/duplicates/progress/", duplicates.progress, name="duplicate_progress"),
    path("office/duplicates/merges/", duplicates.merges, name="duplicate_merges"),
    path("office/duplicates/not-same/", duplicates.known, name="not_same"),
    path(
        "office/duplicates/not-same/<int:pk>/deletion/",
        duplicates.known_deletion,
        name="not_same_deletion",
    ),
    path("office/duplicates/chosen/", merging.chosen, name="merge_chosen"),
    path("office/duplicates/<int:first>-<int:second>/", merging.pair, name="duplicate_pair"),
    path(
        "office/duplicates/<int:first>-<int:second>/merging/",
        merging.merging,
        name="duplicate_merging",
    ),
    path(
        "office/duplicates/<int:first>-<int:second>/not-same/",
        merging.not_same,
        name="duplicate_not_same",
    ),
    path("office/merges/", duplicates.merged, name="merges"),
    path("office/merges/<int:pk>/undoing/", merging.undoing, name="merge_undoing"),
]
