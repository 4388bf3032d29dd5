"""Who was entered twice: one pair is merged already, the others wait in the list."""

from enishi.accounts.models import User
from enishi.members import actions
from enishi.members.actions.merging import keeper
from enishi.members.duplicates import run_scan
from enishi.members.models import DuplicatePair


def look(by: User) -> None:
    """Search the roll, merge the surest pair of people."""
    run_scan()
    pairs = DuplicatePair.objects.filter(first__kind="person", second__kind="person")
    pair = pairs.select_related("first", "second").order_by("-score", "pk").first()
    if pair is not None:
        keep, drop = keeper(pair.first, pair.second)
        actions.merge(keep, drop, score=pair.score, by=by)
