"""Looking at sensitive values: who may, and that it is told."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from enishi.core.facts import announce
from enishi.core.sealing import is_sealed
from enishi.members.facts import SensitiveSeen
from enishi.members.fields import OWN, visible_fields
from enishi.members.fields.sealed import opened, sealed_fields
from enishi.members.models import Member

from .roll import By


@transaction.atomic
def see_sensitive(member: Member, *, by: By, only: Iterable[str] | None = None) -> dict[str, Any]:
    """The sealed values of a member that ``by`` may see, opened, by key of the field.

    That they were seen goes into the history. One that cannot be opened stays sealed.
    """
    seen = visible_fields(by, retired=True)
    wanted = {
        key: value
        for key, value in member.data.items()
        if is_sealed(value) and OWN + key in seen and (only is None or key in only)
    }
    if not wanted:
        return {}
    fields = sealed_fields()
    labels = [str(fields[key]) for key in wanted if key in fields]
    announce(SensitiveSeen(about=member, seen=labels, by=by))
    return opened(member.pk, wanted)
