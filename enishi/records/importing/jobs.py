"""Imports into databases as background work."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from enishi.core.jobs import job, periodic
from enishi.core.progress import Progress
from enishi.members.importing.actions import forget_old
from enishi.members.importing.jobs import as_before, told
from enishi.records.exporting.actions import forget_expired
from enishi.records.models import RecordImport

from . import actions

State = RecordImport.State


def never_begun(*, import_id: int, **_arguments: Any) -> None:
    """The work was taken back, or given up: the import is where it was before."""
    as_before(RecordImport.objects.select_for_update().filter(pk=import_id).first())


def _of(import_id: int) -> RecordImport:
    of: RecordImport = RecordImport.objects.select_related("database", "by").get(pk=import_id)
    return of


@job(
    "records.check_import",
    title=_("Check of a list of records"),
    cancellable=True,
    atomic=False,
    dropped=never_begun,
)
def check_records(progress: Progress, *, import_id: int) -> dict[str, Any]:
    of = _of(import_id)
    return told(of, lambda: actions.run_check(of, progress), back_to=State.UPLOADED)


@job(
    "records.commit_import",
    title=_("Import of records"),
    cancellable=True,
    atomic=False,
    dropped=never_begun,
)
def commit_records(progress: Progress, *, import_id: int) -> dict[str, Any]:
    of = _of(import_id)
    return told(of, lambda: actions.run_commit(of, progress), back_to=State.CHECKED)


@job(
    "records.undo_import",
    title=_("Undoing of an import of records"),
    atomic=False,
    dropped=never_begun,
)
def undo_records(
    _progress: Progress, *, import_id: int, leave_edited: bool = False
) -> dict[str, Any]:
    of = _of(import_id)
    return told(of, lambda: actions.run_undo(of, leave_edited=leave_edited), back_to=State.DONE)


@periodic("50 3 * * *", "records.forget_imports")
@job("records.forget_imports", title=_("Deleting of old lists and files of records"))
def forget_imports(_progress: Progress) -> dict[str, Any]:
    """Lists that were never imported, and files whose time is over, do not lie about."""
    return {"imports": forget_old(RecordImport), "exports": forget_expired()}
