"""Two who look like one and are not: remembered, so that no scan brings them up again."""

from django.db import transaction

from enishi.core.facts import announce
from enishi.members.actions.roll import By, by_id
from enishi.members.facts import FoundNotSame, FoundPerhapsSame
from enishi.members.models import DuplicatePair, Member, NotSame

from . import refusals as no


def _ordered(one: Member, other: Member) -> tuple[Member, Member]:
    if one.pk == other.pk:
        raise no.MergeWithOneself
    return (one, other) if one.pk < other.pk else (other, one)


@transaction.atomic
def not_same(one: Member, other: Member, *, by: By) -> NotSame:
    """Remember that these are two; saying it twice is no harm."""
    first, second = _ordered(one, other)
    row, is_new = NotSame.objects.get_or_create(
        first=first, second=second, defaults={"by_id": by_id(by)}
    )
    DuplicatePair.objects.filter(first=first, second=second).delete()
    if is_new:
        announce(FoundNotSame(about=first, other=second, by=by))
    return row


@transaction.atomic
def perhaps_same(row: NotSame, *, by: By) -> None:
    """Take that back: the next scan may bring the pair up again."""
    row.delete()
    first, second = (Member.objects.filter(pk=pk).first() for pk in (row.first_id, row.second_id))
    if first is not None and second is not None:
        announce(FoundPerhapsSame(about=first, other=second, by=by))
