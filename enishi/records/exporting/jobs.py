"""Exports of records as background work."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import job
from enishi.core.progress import Progress
from enishi.records.models import RecordExport

from .actions import make_file


@job("records.export", title=_("Export of records"), cancellable=True, atomic=False)
def export_records(progress: Progress, *, export_id: int) -> dict[str, Any]:
    made = RecordExport.objects.select_related("by", "database").get(pk=export_id)
    if made.file:  # made before the worker was killed
        return {"export": made.pk, "rows": made.rows}
    with translation.override(made.by.language if made.by else "ja"):
        return make_file(made, progress)
