"""The verbs of an import into a database: receive, map, check, commit, undo. Work runs in jobs."""

from collections.abc import Mapping
from typing import Any

from django.core.files import File
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.models import Job
from enishi.members.importing import refusals, sealing, staging
from enishi.members.importing.actions import (
    LARGEST,
    SHOWN,
    Reporting,
    cancel,
    local_copy,
    locked,
    new_fields,
    samples_of,
)
from enishi.members.importing.committing import add_choices, create_fields
from enishi.members.importing.reading import find_layout
from enishi.members.importing.refusals import HasErrors, NotNow, TooLarge, Unreadable
from enishi.members.importing.undoing import forget_choices
from enishi.members.models import Field
from enishi.records.actions import DatabaseGone
from enishi.records.facts import RecordsImported, RecordsImportUndone
from enishi.records.models import Database, Record, RecordImport

from . import mapping as mapping_
from . import writing
from .comparing import compare
from .mapping import plan_of

__all__ = ["cancel", "check", "commit", "receive", "run_check", "run_commit", "run_undo", "undo"]
State = RecordImport.State


@transaction.atomic
def receive(database: Database, file: "File[bytes]", name: str, *, by: User | None) -> RecordImport:
    """Keep the file, find out how it is written, and propose a mapping.

    Raises TooLarge, Unreadable when the file is no list, DatabaseGone.
    """
    if (file.size or 0) > LARGEST:
        raise TooLarge
    if database.deleted_at is not None:
        raise DatabaseGone
    of = RecordImport(database=database, name=(name or "list.csv")[:255], by=by)
    of.size = file.size or 0
    of.file.save(name or "list.csv", file, save=False)
    try:
        with local_copy(of) as path:
            layout = find_layout(path)
            samples = samples_of(path, layout)
    except Unreadable:
        of.file.delete(save=False)
        raise
    of.found = layout.as_json() | {"samples": samples[:SHOWN]}
    of.mapping = mapping_.propose(database, layout.header, samples, by)
    of.new_fields = new_fields(layout.header, of.mapping, of_table=database.key)
    of.key = mapping_.usual_key(database, of.mapping, by)
    of.save()
    return of


@transaction.atomic
def set_mapping(
    of: RecordImport,
    *,
    mapping: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    key: str | None = None,
    skip_errors: bool | None = None,
    by: User | None,
) -> RecordImport:
    """Change how the file is imported; it has to be checked again. Raises WrongMapping, NotNow.

    ``mapping``: column index → target; columns left out stay as they are.
    """
    of = locked(of, State.UPLOADED, State.CHECKED)
    if mapping is not None:
        of.mapping = {**of.mapping, **{str(k): v for k, v in mapping.items()}}
        if key is None and of.key not in of.mapping.values():
            of.key = mapping_.usual_key(of.database, of.mapping, by)
    of.key = of.key if key is None else key
    mapping_.check(of, by)
    of.new_fields = new_fields(
        of.found["header"], of.mapping, labels or {}, of_table=of.database.key
    )
    of.skip_errors = of.skip_errors if skip_errors is None else skip_errors
    of.state, of.counts, of.problem = State.UPLOADED, {}, ""
    sealing.forget_samples(of)
    of.save()
    staging.drop(of)
    return of


@transaction.atomic
def check(of: RecordImport, *, by: User | None) -> Job:
    """Read and compare everything in the background, and change nothing (dry run)."""
    from .jobs import check_records

    of = locked(of, State.UPLOADED, State.CHECKED)
    of.state, of.problem = State.CHECKING, ""
    of.job = check_records.enqueue(by=by, about=of, import_id=of.pk)
    of.save(update_fields=["state", "problem", "job"])
    return of.job


@transaction.atomic
def commit(of: RecordImport, *, by: User | None, skip_errors: bool | None = None) -> Job:
    """Import in the background: all rows that are right, or nothing."""
    from .jobs import commit_records

    of = locked(of, State.UPLOADED, State.CHECKED)
    of.state, of.problem = State.COMMITTING, ""
    of.skip_errors = of.skip_errors if skip_errors is None else skip_errors
    of.job = commit_records.enqueue(by=by, about=of, import_id=of.pk)
    of.save(update_fields=["state", "problem", "job", "skip_errors"])
    return of.job


class InTheWay(refusals.InTheWay):
    """Records were edited since the import, so nothing was undone."""

    def __init__(self, count: int, first: list[Record]) -> None:
        self.count, self.first = count, first
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        """The first records in the way, for programs."""
        return {"in_the_way": [{"id": row.pk} for row in self.first], "count": self.count}

    def __str__(self) -> str:
        return ngettext(
            "%(count)s record was edited since the import, so nothing was undone. You can undo all"
            " others.",
            "%(count)s records were edited since the import, so nothing was undone. You can undo"
            " all others.",
            self.count,
        ) % {"count": self.count}


@transaction.atomic
def undo(of: RecordImport, *, by: User | None, leave_edited: bool = False) -> Job:
    """Undo in the background. Raises NotNow, and InTheWay without ``leave_edited``."""
    from .jobs import undo_records

    of = locked(of, State.DONE)
    if not leave_edited:
        refuse_edited(of)
    of.state, of.problem = State.UNDOING, ""
    of.job = undo_records.enqueue(by=by, about=of, import_id=of.pk, leave_edited=leave_edited)
    of.save(update_fields=["state", "problem", "job"])
    return of.job


def refuse_edited(of: RecordImport) -> None:
    """Raise InTheWay where records were edited or deleted since the import."""
    edited = Record.objects.raw(
        "SELECT m.* FROM records_record m JOIN records_recordimportchange c ON c.record_id = m.id"
        " WHERE c.of_id = %s AND (m.version <> c.after_version OR m.deleted_at IS NOT NULL)"
        " ORDER BY m.id",
        [of.pk],
    )
    found = list(edited)
    if found:
        raise InTheWay(len(found), found[:20])


# The work itself


def run_check(of: RecordImport, progress: Reporting) -> dict[str, int]:
    """Stage and compare; returns the counts. No record changes."""
    with transaction.atomic():
        _stage(of, progress)
        of.state = State.CHECKED
        of.save(update_fields=["state", "counts"])
    return dict(of.counts)


def run_commit(of: RecordImport, progress: Reporting) -> dict[str, int]:
    """Write the rows in one transaction; returns the counts.

    Raises HasErrors when rows are wrong and may not be left out. Safe to call again after a crash
    at any point: what was committed is not done twice.
    """
    with transaction.atomic():
        _one_at_a_time(of)
        of = RecordImport.objects.select_for_update(of=["self"]).get(pk=of.pk)
        if of.state in (State.DONE, State.UNDONE):
            return dict(of.counts)
        if of.state == State.CANCELLED:
            raise NotNow
        if of.database.deleted_at is not None:
            raise DatabaseGone
        if staging.exists(of):  # checked a while ago; records may have changed since
            progress.say(_("Comparing with the records"))
            _count(of, of.counts, compare(of))
        else:
            _stage(of, progress)
        if of.counts["wrong"] and not of.skip_errors:
            of.state = State.CHECKED
        else:
            of.made = {"fields": create_fields(of.new_fields, of.database.key)}
            of.made["choices"] = add_choices(of, plan_of(of), of.database.key)
            writing.write(of, progress)
            staging.drop(of)
            of.state, of.committed_at = State.DONE, clock.now()
            new, changed = of.counts["new"], of.counts["changed"]
            announce(
                RecordsImported(about=of.database, file=of.name, new=new, changed=changed, by=of.by)
            )
        of.save(update_fields=["state", "counts", "made", "committed_at"])
    if of.state == State.CHECKED:
        raise HasErrors(of.counts["wrong"])
    return dict(of.counts)


def run_undo(of: RecordImport, *, leave_edited: bool) -> dict[str, int]:
    """Take the import back, in one transaction; returns removed, restored and left."""
    with transaction.atomic():
        _one_at_a_time(of)
        of = RecordImport.objects.select_for_update(of=["self"]).get(pk=of.pk)
        if of.state == State.UNDONE:
            return {}
        if not leave_edited:
            refuse_edited(of)
        told = writing.undo(of)
        for field in Field.objects.filter(pk__in=of.made.get("fields", [])):
            if not of.database.records.filter(data__has_key=field.key).exists():
                field.delete()
        forget_choices(of.made)
        of.state, of.undone_at = State.UNDONE, clock.now()
        of.save(update_fields=["state", "undone_at"])
        announce(
            RecordsImportUndone(
                about=of.database,
                file=of.name,
                removed=told["removed"],
                restored=told["restored"],
                by=of.by,
            )
        )
    return told


def _stage(of: RecordImport, progress: Reporting) -> None:
    with local_copy(of) as path:
        counts = staging.stage(of, path, plan_of(of), progress)
    sealing.forget_problems(of)
    progress.stop_if_cancelled()
    progress.say(_("Comparing with the records"))
    _count(of, counts, compare(of))


def _count(of: RecordImport, staged: Mapping[str, int], compared: Mapping[str, int]) -> None:
    of.counts = {
        **{name: compared[name] for name in ("new", "changed", "same")},
        **{name: staged[name] for name in ("rows", "ignored")},
        "wrong": staged["wrong"] + compared["wrong"],
    }


def _one_at_a_time(of: RecordImport) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('records.import'), %s)", [of.database_id]
        )
