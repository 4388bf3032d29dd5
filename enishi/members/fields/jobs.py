"""What definitions of fields bring about in the background."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.core.jobs import Progress, job, periodic
from enishi.members.models import Field, FieldFile

from . import computing
from .indexes import drop_indexes, ensure_index
from .known import fields_of

STEP = 20_000  # members that are worked on in one transaction
KEPT_FOR = timedelta(days=30)


@job("members.index_fields", title=_("Index of own fields"), atomic=False)
def index_fields(progress: Progress, *, wanted: list[str]) -> dict[str, Any]:
    """Make the indexes ``wanted`` ("filter:key", "sort:key"), without anybody having to wait."""
    known = {field.key: field for field in fields_of()}
    progress.start(len(wanted))
    made = 0
    for done, one in enumerate(wanted, start=1):
        purpose, _sign, key = one.partition(":")
        if key in known:
            made += ensure_index(known[key], sort=purpose == "sort")
        progress.at(done)
    return {"made": made}


@job("members.recompute_fields", title=_("Computed fields"), atomic=False)
def recompute_fields(progress: Progress) -> dict[str, Any]:
    """Work out every formula for every member, in steps."""
    return {"changed": sum(_each(progress, computing.recompute))}


@periodic("20 0 * * *", "members.recompute_moving")
@job("members.recompute_moving", title=_("Computed fields of the day"), atomic=False)
def recompute_moving(progress: Progress) -> dict[str, Any]:
    """A new day: formulas with today() or age() have new values."""
    if not computing.moves():
        return {"changed": 0}
    return {"changed": sum(_each(progress, computing.recompute))}


@job("members.search_fields", title=_("Search texts"), atomic=False)
def search_fields(progress: Progress) -> dict[str, Any]:
    """Make all search texts anew: what is found by the search box has changed."""
    from enishi.members.importing.searching import refresh

    return {"changed": sum(_each(progress, refresh))}


def _each(progress: Progress, work: Any) -> Any:
    """``work(where, params)`` for all members, step by step, each in a transaction of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM members_member")
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

    due = Field.objects.of("").filter(deleted_at__lt=clock.now() - KEPT_FOR)
    gone = 0
    for field in due:
        for _count in _each(progress, _without(field)):
            pass
        with transaction.atomic():
            FieldFile.objects.filter(table="", key=field.key).update(
                member=None, at=field.deleted_at
            )
            drop_indexes(field)
            field.delete()
        gone += 1
    return {"deleted": gone, "files": forget_held()}


def _without(field: Field) -> Any:
    def work(where: str, params: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE members_member m SET data = m.data - %s WHERE {where} AND m.data ? %s",
                [field.key, *params, field.key],
            )
            return int(cursor.rowcount)

    return work
