"""What definitions of fields bring about in the background."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.core.bulk import run
from enishi.core.jobs import Progress, job, periodic
from enishi.members.models import Field, FieldFile

from . import computing
from .homes import home_of
from .indexes import drop_indexes, ensure_built_in_index, ensure_index
from .known import fields_of
from .sealed import reseal

STEP = 20_000  # members that are worked on in one transaction
KEPT_FOR = timedelta(days=30)


@job("members.index_fields", title=_("Index of fields"), atomic=False)
def index_fields(progress: Progress, *, wanted: list[str]) -> dict[str, Any]:
    """Make the indexes ``wanted`` ("filter:key", "sort:key", "built-in:key"); nobody waits."""
    known = {field.key: field for field in fields_of()}
    progress.start(len(wanted))
    made = 0
    for done, one in enumerate(wanted, start=1):
        purpose, _sign, key = one.partition(":")
        if purpose == "built-in":
            made += ensure_built_in_index(key)
        elif key in known:
            made += ensure_index(known[key], sort=purpose == "sort")
        progress.at(done)
    return {"made": made}


@job("members.recompute_fields", title=_("Computed fields"), atomic=False)
def recompute_fields(progress: Progress, *, table: str = "") -> dict[str, Any]:
    """Work out every formula for every member, or every record of a database, in steps."""
    return {"changed": _recomputed(progress, table)}


def _recomputed(progress: Progress, table: str) -> int:
    """Then no value comes from a formula of before any more."""
    waiting = Field.objects.of(table).live().exclude(derived_from=[])
    begun = list(waiting.values("pk", "expression", "derived_from"))
    changed = sum(_each(progress, partial(computing.recompute, table=table), table))
    for one in begun:
        Field.objects.filter(**one).update(derived_from=[])
    return changed


@periodic("20 0 * * *", "members.recompute_moving")
@job("members.recompute_moving", title=_("Computed fields of the day"), atomic=False)
def recompute_moving(progress: Progress) -> dict[str, Any]:
    """A new day: formulas with today() or age() have new values."""
    formulas = Field.objects.live().filter(type=Field.Type.COMPUTED)
    tables = sorted(set(formulas.values_list("table", flat=True)))
    moving = [table for table in tables if computing.moves(table)]
    return {"changed": sum(_recomputed(progress, table) for table in moving)}


@job("members.search_fields", title=_("Search texts"), atomic=False)
def search_fields(progress: Progress) -> dict[str, Any]:
    """Make all search texts anew: what is found by the search box has changed."""
    from enishi.members.importing.searching import refresh

    return {"changed": sum(_each(progress, refresh))}


@job("members.seal_fields", title=_("Encryption of sensitive fields"), atomic=False)
def seal_fields(progress: Progress) -> dict[str, Any]:
    """Seal what has become sensitive, open what no longer is, and go over to the newest key."""
    tables = ["", *sorted(set(Field.objects.exclude(table="").values_list("table", flat=True)))]
    changed = sum(
        sum(_each(progress, partial(reseal, table=table), table))
        for table in tables
        if not table or home_of(table) is not None
    )
    return {"changed": changed}


def _each(progress: Progress, work: Any, table: str = "") -> Iterator[int]:
    """``work(where, params)`` for all rows, step by step, each in a transaction of its own."""
    home = home_of(table)
    if home is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM {home.table}")
        first, last = cursor.fetchone()
    progress.start(last - first + 1)
    for start in range(first, last + 1, STEP):
        with transaction.atomic():
            yield work("m.id >= %s AND m.id < %s", [start, start + STEP])
        progress.at(min(start + STEP, last + 1) - first)


@periodic("50 3 * * *", "members.purge_fields")
@job("members.purge_fields", title=_("Deleted fields"), atomic=False)
def purge_fields(progress: Progress) -> dict[str, Any]:
    """Delete for good the fields whose 30 days are over, with all their values and files."""
    from enishi.members.actions.field_files import forget_held

    due = Field.objects.filter(deleted_at__lt=clock.now() - KEPT_FOR)
    gone = 0
    for field in due:
        sum(_each(progress, partial(_without, field), field.table))
        with transaction.atomic():
            files = FieldFile.objects.filter(table=field.table, key=field.key)
            files.update(member=None, record=None, at=field.deleted_at)
            if not field.table:
                drop_indexes(field)
            field.delete()
        gone += 1
    return {"deleted": gone, "files": forget_held()}


def _without(field: Field, where: str, params: Sequence[Any]) -> int:
    home = home_of(field.table)
    assert home is not None
    return run(
        f"UPDATE {home.table} m SET data = m.data - %s"
        f" WHERE {home.rows} AND {where} AND m.data ? %s",
        [field.key, *params, field.key],
    )
