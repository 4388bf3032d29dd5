"""Addresses of databases and records."""

from django.urls import URLPattern, URLResolver, include, path

from .views import databases, exports, imports, records

app_name = "records"

_record = [
    path("", records.record, name="record"),
    path("edit/", records.edit, name="edit"),
    path("deletion/", records.deletion, name="record_deletion"),
    path("restoration/", records.restoration, name="record_restoration"),
    path("sensitive/", records.sensitive, name="sensitive"),
    path("files/<str:field>/", records.file, name="file"),
]
_fields = [
    path("", databases.fields, name="fields"),
    path("new/", databases.field_new, name="field_new"),
    path("order/", databases.field_order, name="field_order"),
    path("section/", databases.field_section, name="field_section"),
    path("<int:pk>/", databases.field_edit, name="field"),
    path("<int:pk>/retirement/", databases.field_retirement, name="field_retirement"),
    path("<int:pk>/deletion/", databases.field_deletion, name="field_deletion"),
    path("<int:pk>/restoration/", databases.field_restoration, name="field_restoration"),
]
_imports = [
    path("", imports.imports, name="imports"),
    path("<int:pk>/", imports.one, name="import"),
    path("<int:pk>/mapping/", imports.mapping_page, name="import_mapping"),
    path("<int:pk>/progress/", imports.progress, name="import_progress"),
    path("<int:pk>/rows/<slug:kind>/", imports.rows, name="import_rows"),
    path("<int:pk>/errors.csv", imports.errors_file, name="import_errors"),
    path("<int:pk>/check/", imports.check, name="import_check"),
    path("<int:pk>/commit/", imports.commit, name="import_commit"),
    path("<int:pk>/undoing/", imports.undoing, name="import_undoing"),
    path("<int:pk>/cancellation/", imports.cancellation, name="import_cancellation"),
]
_database: list[URLPattern | URLResolver] = [
    path("", records.records, name="list"),
    path("new/", records.new, name="new"),
    path("bin/", records.deleted, name="bin"),
    path("columns/", databases.columns, name="columns"),
    path("export/", exports.export, name="export"),
    path("exports/", exports.exports, name="exports"),
    path("exports/<int:pk>/", exports.exported, name="exported"),
    path("exports/<int:pk>/file/", exports.file, name="export_file"),
    path("imports/", include(_imports)),
    path("settings/", databases.edit, name="settings"),
    path("deletion/", databases.deletion, name="deletion"),
    path("restoration/", databases.restoration, name="restoration"),
    path("place/", databases.place, name="place"),
    path("fields/", include(_fields)),
    path("<int:pk>/", include(_record)),
]

urlpatterns = [
    path("office/databases/", databases.databases, name="databases"),
    path("office/databases/new/", databases.new, name="database_new"),
    path("office/databases/new/ready/", databases.from_template, name="from_template"),
    path("office/databases/<str:key>/", include(_database)),
]
