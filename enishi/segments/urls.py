"""Addresses of segments."""

from django.urls import include, path

from .views import acting, builder, office

app_name = "segments"

_segments = [
    path("", office.segments, name="list"),
    path("new/", builder.new, name="new"),
    path("items/", builder.items, name="catalogue"),
    path("preview/", builder.preview, name="preview"),
    path("sample/", builder.sample, name="sample"),
    path("why/", builder.why, name="why"),
    path("overlap/", builder.overlap, name="overlap"),
    path("of/<int:member>/", office.of_member, name="of_member"),
    path("scores/", office.scores, name="scores"),
    path("scores/segments/", office.ready_made, name="ready_made"),
]
_segment = [
    path("", office.segment, name="segment"),
    path("edit/", builder.edit, name="edit"),
    path("why/<int:member>/", office.why, name="why_member"),
    path("deletion/", office.deletion, name="deletion"),
    path("refresh/", office.refreshing, name="refresh"),
    path("exceptions/", office.exceptions, name="exceptions"),
    path("actions/<slug:key>/", acting.act, name="act"),
    path("runs/<int:run>/", acting.run, name="run"),
]

urlpatterns = [
    path("office/segments/", include(_segments)),
    path("office/segments/<int:pk>/", include(_segment)),
]
