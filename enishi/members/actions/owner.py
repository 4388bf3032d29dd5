"""Who of the staff looks after whom."""

from django.db import transaction
from django.db.models import F

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.facts import OwnerGiven
from enishi.members.models import MemberQuerySet

from .roll import By


@transaction.atomic
def give_owner(members: MemberQuerySet, owner: User | None, *, by: By) -> int:
    """Give all ``members`` to one owner (None: to nobody); returns how many had another one."""
    others = members.filter(owner__isnull=False) if owner is None else members.exclude(owner=owner)
    count = others.order_by().update(owner=owner, version=F("version") + 1, updated_at=clock.now())
    if count:
        announce(OwnerGiven(about=owner, count=count, by=by))
    return count
