"""What every change of a member shares: the lock, the version, the spans, the search text."""

import dataclasses
from collections.abc import Collection

from enishi.accounts.models import User
from enishi.core import clock
from enishi.members import search
from enishi.members.models import Member, StatusPeriod
from enishi.members.timeline import Span, Spans, at

from .refusals import InTheBin

By = User | None


def by_id(by: By) -> int | None:
    return by.pk if by is not None and by.is_authenticated else None


def locked(member: Member, *, in_bin: bool = False) -> Member:
    """The member as it is now, locked until the transaction ends. Raises InTheBin."""
    found = Member.objects.select_for_update(of=("self",)).select_related("type").get(pk=member.pk)
    if found.deleted_at is not None and not in_bin:
        raise InTheBin
    return found


def keep(member: Member, columns: Collection[str]) -> None:
    """Save what was changed on a locked member, as a new version."""
    if not columns:
        return
    member.version += 1
    member.updated_at = clock.now()
    saved = {*columns, "version", "updated_at"}
    if "data" in columns or search.COLUMNS.intersection(columns):
        found = search.text_of(member)
        if found != member.search:
            member.search = found
            saved.add("search")
    member.save(update_fields=saved)
    if "search" in saved:
        search.remember(member)


def spans_of(member: Member) -> Spans:
    """The member's periods as spans."""
    return [
        Span(
            row.status,
            row.type_id,
            row.from_on,
            row.to_on,
            row.reason_id,
            row.note,
            row.by_id,
            row.pk,
        )
        for row in StatusPeriod.objects.filter(member=member).order_by("from_on")
    ]


def keep_spans(member: Member, old: Spans, new: Spans) -> set[str]:
    """Write the difference; set status and type to those of today. Returns the columns that moved.

    The caller saves the member.
    """
    before = {span.pk: span for span in old}
    kept = {span.pk for span in new}
    gone = [pk for pk in before if pk is not None and pk not in kept]
    if gone:
        StatusPeriod.objects.filter(pk__in=gone).delete()
    for span in sorted(new, key=lambda span: span.to_on is None):
        values = dataclasses.asdict(span)
        pk = values.pop("pk")
        if pk is None:
            StatusPeriod.objects.create(member=member, **values)
        elif before[pk] != span:
            StatusPeriod.objects.filter(pk=pk).update(**values)

    today = at(new, clock.today())
    moved: set[str] = set()
    if member.status != today.status:
        member.status = today.status
        moved.add("status")
    if member.type_id != today.type_id:
        member.type_id = today.type_id
        moved.add("type")
    return moved
