"""Many merges at once, each with an undo of its own."""

from typing import Any

from enishi.accounts.models import User
from enishi.core.jobs import Progress
from enishi.members.actions.refusals import Refused
from enishi.members.actions.roll import By
from enishi.members.models import DuplicatePair, Member

from .acting import merge
from .periods import says_more


def keeper(one: Member, other: Member) -> tuple[Member, Member]:
    """Which of two one would keep, and the other.

    The one who is a member; then who can sign in; then who joined first; then who was entered
    first.
    """
    first, second = (one, other) if _standing(one) <= _standing(other) else (other, one)
    if says_more(second.status, first.status):
        return second, first
    return first, second


def _standing(member: Member) -> tuple[bool, str, int]:
    return member.user_id is None, str(member.joined_on or "9999"), member.pk


def merge_many(*, least: int, by: User | None, progress: Progress) -> dict[str, Any]:
    """Merge all pairs that score ``least`` or more, the surest first.

    Every merge is a transaction of its own: what is done is done, also when the rest is cancelled.
    """
    todo = list(
        DuplicatePair.objects.filter(score__gte=least)
        .order_by("-score", "pk")
        .values_list("first_id", "second_id", "score")
    )
    progress.start(len(todo))
    merged = refused = 0
    for first_id, second_id, score in todo:
        progress.stop_if_cancelled()
        pair = [_who_goes_on(pk) for pk in (first_id, second_id)]
        if _merge_one(*pair, score=score, by=by):
            merged += 1
        else:
            refused += 1
        progress.advance()
    return {"merged": merged, "refused": refused}


def _who_goes_on(pk: int) -> Member | None:
    """The member, or whom it was merged into meanwhile; nobody when it was deleted."""
    member = Member.objects.select_related("merged_into").filter(pk=pk).first()
    if member is not None and member.merged_into is not None:
        member = member.merged_into
    return member if member is not None and member.deleted_at is None else None


def _merge_one(one: Member | None, other: Member | None, *, score: int, by: By) -> bool:
    if one is None or other is None or one.pk == other.pk:
        return False
    keep, drop = keeper(one, other)
    try:
        merge(keep, drop, score=score, by=by)
    except Refused:
        return False
    return True
