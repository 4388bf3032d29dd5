"""Members that were merged into others: whom their numbers lead to, and what was told of them."""

from collections.abc import Iterable

from django.db.models import F

from enishi.audit.models import HistoryEntry, HistoryQuerySet
from enishi.core.bulk import run

from .around import around
from .models import Member

LARGEST_ID = 2**63 - 1


def merged_into(key: str) -> int | None:
    """The id of the member that the one with this number (or id) was merged into."""
    merged = Member.objects.exclude(merged_into=None)
    found = merged.filter(number=key[:40]).values_list("merged_into_id", flat=True).first()
    if found is None and key.isascii() and key.isdigit() and int(key) <= LARGEST_ID:
        found = merged.filter(pk=int(key)).values_list("merged_into_id", flat=True).first()
    return found


def ids_of(member: Member) -> list[str]:
    """The id of the member, and of those who were merged into it, as rows name what they are about
    without a foreign key."""
    others: Iterable[int] = ()
    if "merged" in around(member):
        others = Member.objects.filter(merged_into=member.pk).values_list("pk", flat=True)
    return [str(pk) for pk in (member.pk, *others)]


def history_of(member: Member) -> HistoryQuerySet:
    """What happened to the member, and to those who were merged into it; newest first."""
    return history_about(ids_of(member))


def history_about(ids: list[str]) -> HistoryQuerySet:
    """The same of members by their ids."""
    found = HistoryEntry.objects.filter(about_type="members.member", about_id__in=ids)
    return found.order_by(F("pk").desc())


def follow_numbers(table: str) -> int:
    """Put the number of whoever goes on in place of numbers that were merged away.

    ``table`` has a text column ``number``, such as the rows of an import.
    """
    return run(
        f"UPDATE {table} s SET number = w.number FROM members_member l"  # noqa: S608
        " JOIN members_member w ON w.id = l.merged_into_id"
        " WHERE l.merged_into_id IS NOT NULL AND s.number = l.number"
    )
