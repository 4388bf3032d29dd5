"""Who of the staff looks after whom."""

from django.db import transaction
from django.db.models import F

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.facts import MembersGivenOwner
from enishi.members.models import Member, MemberQuerySet

from .roll import By


@transaction.atomic
def give_owner(members: MemberQuerySet, to: User | None, *, by: By) -> int:
    """Give all ``members`` to one of the staff, or to nobody; returns for how many it is new."""
    others = members.order_by().exclude(owner=to) if to else members.order_by().exclude(owner=None)
    count = Member.objects.filter(pk__in=others.values("pk")).update(
        owner=to, version=F("version") + 1, updated_at=clock.now()
    )
    announce(MembersGivenOwner(about=to, count=count, owner=to, by=by))
    return count
