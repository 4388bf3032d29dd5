"""The verbs of an export: start one, make its file, forget old files."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.core.refusals import Refusal
from enishi.members.facts import MembersExported
from enishi.members.models import Export

from .columns import columns_of, usual_columns
from .selection import selected
from .writing import write_csv, write_xlsx

AT_ONCE = 5_000  # members up to which the file is made while one waits
KEPT_FOR = timedelta(days=7)


class Reporting(Protocol):
    """Who is told how far the work is."""

    def start(self, total: int | None, unit_note: str = "") -> None: ...
    def at(self, done: int) -> None: ...
    def stop_if_cancelled(self) -> None: ...


class WrongFormat(Refusal):
    """Choose csv or xlsx, and utf-8 or cp932."""


@transaction.atomic
def start(
    *,
    columns: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
    as_of: date | None = None,
    format: str = "csv",  # noqa: A002
    encoding: str = "utf-8",
    reason: str = "",
    name: str = "",
    by: User | AnonymousUser | None,
) -> Export:
    """Ask for a file of members; it is made in the background and kept for a week.

    ``columns``: keys of fields, the usual ones when none are named; ``filters``: see
    ``selection``. Raises UnknownColumn, WrongFormat.
    """
    from .jobs import export_members

    made = prepare(
        columns=columns,
        filters=filters or {},
        as_of=as_of,
        format=format,
        encoding=encoding,
        reason=reason,
        name=name,
        by=by,
    )
    made.job = export_members.enqueue(by=by, about=made, export_id=made.pk)
    made.save(update_fields=["job"])
    return made


def prepare(
    *,
    columns: Sequence[str],
    filters: Mapping[str, Any],
    as_of: date | None,
    format: str,  # noqa: A002
    encoding: str,
    reason: str,
    name: str,
    by: User | AnonymousUser | None,
) -> Export:
    """The export as a row, without its file yet."""
    if format not in ("csv", "xlsx") or encoding not in ("utf-8", "cp932"):
        raise WrongFormat
    keys = list(dict.fromkeys(columns)) or usual_columns(by)
    columns_of(keys, by)  # refuses unknown ones
    now = clock.now()
    base = re.sub(r"[^\w-]+", "_", name) or f"{_('members')}_{clock.today():%Y%m%d}"
    return Export.objects.create(
        name=f"{base}.{format}",
        format=format,
        encoding=encoding,
        columns=keys,
        filters=dict(filters),
        as_of=as_of,
        reason=reason[:200],
        by=by if isinstance(by, User) else None,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )


def make_file(made: Export, progress: Reporting) -> dict[str, Any]:
    """Write the file of an export and tell the history who took what, and why."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write_to(made, path, progress)
        with transaction.atomic():
            with path.open("rb") as file:
                made.file.save(made.name, File(file), save=False)
            made.save(update_fields=["file", "rows", "lost_characters"])
            told(made)
    return {"export": made.pk, "rows": made.rows, "lost_characters": made.lost_characters}


def write_to(made: Export, path: Path, progress: Reporting) -> None:
    """Write what the export asks for to ``path``, and keep how much it came to."""
    members = selected(made.filters, made.as_of, made.by)
    columns = columns_of(made.columns, made.by)
    progress.start(None)

    def advance(rows: int) -> None:
        progress.stop_if_cancelled()
        progress.at(rows)

    if made.format == "xlsx":
        with transaction.atomic():
            made.rows = write_xlsx(path, columns, members, advance=advance)
        return
    with path.open("wb") as file, transaction.atomic():
        made.rows, made.lost_characters = write_csv(
            file, columns, members, encoding=made.encoding, advance=advance
        )


def told(made: Export) -> None:
    """Announce that members were taken out."""
    announce(
        MembersExported(
            about=made,
            by=made.by,
            file=made.name,
            columns=made.columns,
            rows=made.rows or 0,
            reason=made.reason,
        )
    )


def forget_expired() -> int:
    """Delete the files of exports whose time is over; the rows stay as a log. Returns how many."""
    old = Export.objects.exclude(file="").filter(expires_at__lt=clock.now())
    count = 0
    for made in old:
        made.file.delete(save=False)
        made.file = ""
        made.save(update_fields=["file"])
        count += 1
    return count
