"""Addresses of imports and exports."""

from django.urls import path

from .views.office import exports, imports

urlpatterns = [
    path("office/imports/", imports.imports, name="imports"),
    path("office/imports/sample/", imports.sample, name="import_sample"),
    path("office/imports/<int:pk>/", imports.one, name="import"),
    path("office/imports/<int:pk>/mapping/", imports.mapping, name="import_mapping"),
    path("office/imports/<int:pk>/progress/", imports.progress, name="import_progress"),
    path("office/imports/<int:pk>/rows/<slug:kind>/", imports.rows, name="import_rows"),
    path("office/imports/<int:pk>/errors/", imports.errors, name="import_errors"),
    path("office/imports/<int:pk>/errors.csv", imports.errors_file, name="import_errors_file"),
    path("office/imports/<int:pk>/check/", imports.check, name="import_check"),
    path("office/imports/<int:pk>/commit/", imports.commit, name="import_commit"),
    path("office/imports/<int:pk>/undoing/", imports.undoing, name="import_undoing"),
    path("office/imports/<int:pk>/cancellation/", imports.cancellation, name="import_cancellation"),
    path("office/exports/", exports.exports, name="exports"),
    path("office/exports/new/", exports.new, name="export_new"),
    path("office/exports/<int:pk>/", exports.one, name="export"),
    path("office/exports/<int:pk>/progress/", exports.progress, name="export_progress"),
    path("office/exports/<int:pk>/file/", exports.file, name="export_file"),
]
