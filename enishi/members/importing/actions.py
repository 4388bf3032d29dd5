"""The verbs of an import: start, map, check, commit, cancel. (Undoing has a file of its own.)

The office and the API enqueue ``check`` and ``commit`` as jobs; the command line calls
``run_check`` and ``run_commit`` itself.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.db import connection, transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock, jobs
from enishi.core.facts import announce
from enishi.core.japanese import fold
from enishi.core.models import Job
from enishi.members.facts import ImportCommitted, ImportStarted
from enishi.members.models import Field, Import, ListImport

from . import mapping as mapping_
from . import sealing, staging
from .committing import (
    add_choices,
    commit_rows,
    create_fields,
    create_types,
)
from .comparing import compare
from .headers import NAME
from .plan import Plan, plan
from .reading import chunks, column_names, find_layout
from .refusals import HasErrors, NotNow, TooLarge, Unreadable, WrongMapping

SAMPLES = 200  # rows that are looked at for a proposal
LARGEST = 200 * 1024 * 1024  # bytes that may be sent over the web
SHOWN = 20  # of them are kept to be shown beside the mapping


class Reporting(Protocol):
    """Who is told how far the work is: a job's progress, or nobody."""

    def start(self, total: int | None, unit_note: str = "") -> None: ...
    def at(self, done: int) -> None: ...
    def say(self, text: str) -> None: ...
    def stop_if_cancelled(self) -> None: ...


class Quiet:
    """Progress that nobody watches."""

    def start(self, total: int | None, unit_note: str = "") -> None: ...
    def at(self, done: int) -> None: ...
    def say(self, text: str) -> None: ...
    def stop_if_cancelled(self) -> None: ...


By = User | AnonymousUser | None  # nobody, when a program or the command line asks


def person(by: By) -> User | None:
    """Who asks, if it is a person."""
    return by if isinstance(by, User) else None


def receive(file: "File[bytes]", name: str, *, by: By) -> Import:
    """`start` with a file that came over the web. Raises TooLarge besides."""
    if (file.size or 0) > LARGEST:
        raise TooLarge
    return start(file, name or "list.csv", by=by)


@transaction.atomic
def start(file: "File[bytes]", name: str, *, by: By) -> Import:
    """Keep the file, find out how it is written, and propose a mapping.

    ``found`` then holds the layout and ``samples`` (the first rows, cells as text); ``mapping``
    the proposed target of each column. Raises Unreadable when the file is no list.
    """
    of = Import(name=name[:255], by=person(by), size=file.size or 0)
    of.file.save(name, file, save=False)
    try:
        with local_copy(of) as path:
            layout = find_layout(path)
            samples = samples_of(path, layout)
    except Unreadable:
        of.file.delete(save=False)
        raise
    of.found = layout.as_json() | {"samples": samples[:SHOWN]}
    of.mapping = mapping_.propose(layout.header, samples, of.by)
    of.new_fields = new_fields(layout.header, of.mapping)
    of.key = usual_key(of.mapping)
    of.save()
    announce(ImportStarted(about=of, by=person(by), file=of.name))
    return of


def usual_key(mapping: Mapping[str, str]) -> str:
    """The surest key that the mapped columns allow."""
    targets = set(mapping.values())
    if "number" in targets:
        return Import.Key.NUMBER
    if "birth_date" in targets and ({NAME, "family_name"} & targets):
        return Import.Key.NAME_BIRTH
    return Import.Key.EMAIL if "email" in targets else Import.Key.NUMBER


@transaction.atomic
def set_mapping(
    of: Import,
    *,
    mapping: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    key: str | None = None,
    skip_errors: bool | None = None,
    create_types: bool | None = None,
) -> Import:
    """Change how the file is imported; what was checked before is checked again.

    ``mapping``: column index → target (see ``importing.mapping``); columns left out stay as they
    are. ``labels``: column index → label of the new own field. Raises WrongMapping.
    """
    of = locked(of, Import.State.UPLOADED, Import.State.CHECKED)
    if mapping is not None:
        of.mapping = {**of.mapping, **{str(k): v for k, v in mapping.items()}}
    mapping_.check(of.mapping, of.found["header"], of.by)
    of.new_fields = new_fields(of.found["header"], of.mapping, labels or {})
    of.key = key or of.key
    if of.key not in Import.Key.values:
        raise WrongMapping(_("Match by number, email or name_birth."))
    _check_key(of)
    of.skip_errors = of.skip_errors if skip_errors is None else skip_errors
    of.create_types = of.create_types if create_types is None else create_types
    of.state, of.counts, of.problem = Import.State.UPLOADED, {}, ""
    sealing.forget_samples(of)
    of.save()
    staging.drop(of)
    return of


def _check_key(of: Import) -> None:
    targets = set(of.mapping.values())
    if of.key == Import.Key.EMAIL and "email" not in targets:
        raise WrongMapping(_("No column holds the e-mail address to match by."))
    if of.key == Import.Key.NAME_BIRTH and (
        "birth_date" not in targets or not {NAME, "family_name"} & targets
    ):
        raise WrongMapping(_("No columns hold the name and birth date to match by."))


@transaction.atomic
def check(of: Import, *, by: By) -> Job:
    """Read and compare everything in the background, and change nothing (dry run)."""
    from .jobs import check_import

    of = locked(of, Import.State.UPLOADED, Import.State.CHECKED)
    of.state, of.problem = Import.State.CHECKING, ""
    of.job = check_import.enqueue(by=by, about=of, import_id=of.pk)
    of.save(update_fields=["state", "problem", "job"])
    return of.job


@transaction.atomic
def commit(of: Import, *, by: By, skip_errors: bool | None = None) -> Job:
    """Import in the background: all rows that are right, or nothing."""
    from .jobs import commit_import

    of = locked(of, Import.State.UPLOADED, Import.State.CHECKED)
    of.state, of.problem = Import.State.COMMITTING, ""
    of.skip_errors = of.skip_errors if skip_errors is None else skip_errors
    of.job = commit_import.enqueue(by=by, about=of, import_id=of.pk)
    of.save(update_fields=["state", "problem", "job", "skip_errors"])
    return of.job


def cancel(of: ListImport) -> None:
    """Stop the work that goes on, or drop an import that was never made.

    Work that runs holds the import's row until it ends; it is asked to stop and says itself when
    it has. Raises NotNow for an import that is done.
    """
    rows = type(of).objects
    of = rows.select_related("job").get(pk=of.pk)
    if of.job is not None and of.job.is_open:
        if jobs.cancel(of.job).state == Job.State.RUNNING:
            return
    elif of.state in (Import.State.DONE, Import.State.UNDONE, Import.State.CANCELLED):
        raise NotNow
    with transaction.atomic():
        of = rows.select_for_update().get(pk=of.pk)
        if of.committed_at is not None:  # its undoing was given up
            of.state = Import.State.DONE
        else:
            staging.drop(of)
            of.state = Import.State.CANCELLED
        of.save(update_fields=["state"])


def forget_old(kind: type[ListImport] = Import) -> int:
    """Drop imports that nobody went on with for a week, and files after a month."""
    now = clock.now()
    waiting = (Import.State.UPLOADED, Import.State.CHECKED, Import.State.FAILED)
    left = kind.objects.filter(state__in=waiting, created_at__lt=now - timedelta(days=7))
    for of in left:
        cancel(of)
    there = kind.objects.exclude(file="")
    for of in there.filter(created_at__lt=now - timedelta(days=30)):
        of.file.delete(save=False)
        kind.objects.filter(pk=of.pk).update(file="")
    return len(left)


L = TypeVar("L", bound=ListImport)


def locked(of: L, *states: str) -> L:
    """Locked, and in one of these states. Raises NotNow."""
    found: L = type(of).objects.select_for_update().get(pk=of.pk)
    if found.state not in states:
        raise NotNow
    return found


# The work itself


def run_check(of: Import, progress: Reporting) -> dict[str, int]:
    """Stage and compare; returns the counts. Nothing of the roll changes."""
    with transaction.atomic():
        _stage(of, plan_of(of), progress)
        of.state = Import.State.CHECKED
        of.save(update_fields=["state", "counts"])
    return dict(of.counts)


def run_commit(of: Import, progress: Reporting) -> dict[str, int]:
    """Bring the rows into the roll in one transaction; returns the counts.

    Raises HasErrors when rows are wrong and may not be left out: then the errors are kept and
    nothing else. Safe to call again after a crash at any point: what was committed is not done
    twice.
    """
    with transaction.atomic():
        one_at_a_time()
        of = Import.objects.select_for_update().get(pk=of.pk)
        if of.state in (Import.State.DONE, Import.State.UNDONE):
            return dict(of.counts)
        if of.state == Import.State.CANCELLED:
            raise NotNow
        made = plan_of(of)
        if staging.exists(of):  # checked a while ago; the roll may have changed since
            progress.say(_("Comparing with the roll"))
            count(of, of.counts, compare(of, made))
        else:
            _stage(of, made, progress)
        if of.counts["wrong"] and not of.skip_errors:
            of.state = Import.State.CHECKED
        else:
            _write(of, made, progress)
        of.save(update_fields=["state", "counts", "made", "committed_at"])
    if of.state == Import.State.CHECKED:
        raise HasErrors(of.counts["wrong"])
    return dict(of.counts)


def _stage(of: Import, made: Plan, progress: Reporting) -> None:
    with local_copy(of) as path:
        counts = staging.stage(of, path, made, progress)
    sealing.forget_problems(of)
    progress.stop_if_cancelled()
    progress.say(_("Comparing with the roll"))
    count(of, counts, compare(of, made))


def _write(of: Import, made: Plan, progress: Reporting) -> None:
    progress.stop_if_cancelled()
    progress.say(_("Writing %(count)s members") % {"count": _touched(of)})
    of.made = {"types": create_types(of), "fields": create_fields(of.new_fields)}
    of.made["choices"] = add_choices(of, made)
    commit_rows(of, made, of.counts)
    staging.drop(of)
    of.state, of.committed_at = Import.State.DONE, clock.now()
    announce(
        ImportCommitted(
            about=of,
            by=of.by,
            file=of.name,
            new=of.counts["new"],
            changed=of.counts["changed"],
        )
    )


def _touched(of: Import) -> int:
    return int(of.counts["new"] + of.counts["changed"])


def count(of: ListImport, staged: Mapping[str, int], compared: Mapping[str, int]) -> None:
    of.counts = {
        "rows": staged["rows"],
        "new": compared["new"],
        "changed": compared["changed"],
        "same": compared["same"],
        "wrong": staged["wrong"] + compared["wrong"],
        "ignored": staged["ignored"],
    }


def one_at_a_time() -> None:
    """Two imports at once would not see each other's new members."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('members.import'))")


def plan_of(of: Import) -> Plan:
    fields = {index: Field(**_as_field(values)) for index, values in of.new_fields.items()}
    made = plan(of.mapping, create_types=of.create_types, new_fields=fields)
    made.staged = of.staged
    return made


def _as_field(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"key": values["key"], "label_ja": values["label"], "type": values["type"]}


def new_fields(
    header: list[str],
    mapping: Mapping[str, str],
    labels: Mapping[str, str] | None = None,
    of_table: str = "",
) -> dict[str, Any]:
    """For each column that goes into a new own field: its key, label and type."""
    taken = set(Field.objects.of(of_table).values_list("key", flat=True))
    made: dict[str, Any] = {}
    for index, target in mapping.items():
        if not target.startswith("new."):
            continue
        label = fold((labels or {}).get(index) or header[int(index)])[:100] or f"#{int(index) + 1}"
        key = base = _key_of(label)
        number = 2
        while key in taken:
            key, number = f"{base}_{number}", number + 1
        taken.add(key)
        made[index] = {"key": key, "label": label, "type": target.removeprefix("new.")}
    return made


def _key_of(label: str) -> str:
    """A key like the ones that the office's own fields get: 年会費 → 年会費."""
    key = re.sub(r"[^\w-]+", "_", label).strip("_-") or "field"
    return f"_{key[:50]}" if key[0].isdigit() else key[:50]


def samples_of(path: Path, layout: Any) -> list[list[str]]:
    names = column_names(layout)
    rows: list[list[str]] = []
    for chunk in chunks(path, layout):
        filled = chunk.frame.select(names).iter_rows()
        rows += [list(row) for row in filled if any(cell.strip() for cell in row)][:SAMPLES]
        if len(rows) >= SAMPLES:
            break
    return [[cell[:200] for cell in row] for row in rows[:SAMPLES]]


@contextmanager
def local_copy(of: ListImport) -> Iterator[Path]:
    """The uploaded file as a path, also when the storage is not this machine's disk."""
    try:
        path = Path(of.file.path)
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, of.file.open("rb") as source:
            for block in source.chunks():
                copy.write(block)
            copy.flush()
            yield Path(copy.name)
        return
    yield path
