"""Value by value: what both say, and which of them one would choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enishi.core.japanese import variants_folded
from enishi.members.fields import OWN, Definition, every_field
from enishi.members.models import Member

from .periods import says_more

KEEP, DROP, BOTH = "keep", "drop", "both"
# Parts that only make sense together.
TOGETHER = {
    "address": ("postal_code", "prefecture", "city", "address_line", "building", "country"),
}
# The number is the keeper's, the days and the status come from both memberships together.
NOT_CHOSEN = frozenset({"number", "kind", "status", "joined_on", "left_on"})
_NEWER_WINS = frozenset({"email", "phone", "mobile", "address", "family_name", "given_name"})
_ORDER = (
    *("family_name", "given_name", "family_name_kana", "given_name_kana", "former_name"),
    *("organisation_name", "organisation_name_kana", "gender", "birth_date", "member_type"),
    *("email", "phone", "mobile", "address", "language", "owner", "user", "source"),
    *("deceased_on", "note"),
)


@dataclass(frozen=True)
class Offer:
    """One field in which two members differ, and the side that is proposed.

    ``keep`` and ``drop`` are the values as they are stored (of an address: its parts by name).
    """

    key: str
    label: str | Promise
    keep: Any
    drop: Any
    chosen: str
    definition: Definition | None = None

    @property
    def value(self) -> Any:
        """What the proposed side says."""
        return taken(self, self.chosen)

    @property
    def both_possible(self) -> bool:
        return self.chosen == BOTH or can_join(self.keep, self.drop, self.key)


def offers(keep: Member, drop: Member) -> list[Offer]:
    """The fields in which the two differ, in the order of the form; then the own fields."""
    definitions = every_field(retired=True)
    newer = DROP if _since(drop) > _since(keep) else KEEP
    found = [_offer(key, keep, drop, newer, definitions) for key in _ORDER]
    keys = dict.fromkeys([*keep.data, *drop.data])
    for key in keys:
        definition = definitions.get(OWN + key)
        if definition is not None and not definition.editable:
            continue  # computed: it follows
        mine, theirs = keep.data.get(key), drop.data.get(key)
        label = definition.label if definition else key
        chosen = _default(OWN + key, mine, theirs, newer)
        found.append(Offer(OWN + key, label, mine, theirs, chosen, definition))
    return [offer for offer in found if offer.keep != offer.drop]


def _offer(
    key: str, keep: Member, drop: Member, newer: str, definitions: Mapping[str, Definition]
) -> Offer:
    definition = definitions.get(key)
    mine: Any
    theirs: Any
    if key in TOGETHER:
        mine, theirs = ({part: getattr(m, part) for part in TOGETHER[key]} for m in (keep, drop))
        label: str | Promise = _("Address")
    elif key == "user":
        mine, theirs = keep.user_id, drop.user_id
        label = _("Sign-in account")
    else:
        column = definition.column if definition else key
        mine, theirs = getattr(keep, column), getattr(drop, column)
        label = definition.label if definition else key
    chosen = _default(key, mine, theirs, newer)
    if key == "member_type":
        chosen = DROP if says_more(drop.status, keep.status) else KEEP
    return Offer(key, label, mine, theirs, chosen, definition)


def _since(member: Member) -> tuple[date, int]:
    return member.joined_on or member.created_at.date(), member.pk


def _default(key: str, mine: Any, theirs: Any, newer: str) -> str:
    """Filled before empty; both where both can stand; the newer way to reach somebody."""
    if is_empty(mine) or is_empty(theirs):
        return DROP if is_empty(mine) and not is_empty(theirs) else KEEP
    if can_join(mine, theirs, key):
        return BOTH
    if key in ("family_name", "given_name") and variants_folded(mine) == variants_folded(theirs):
        # 髙橋, who was written 高橋 for want of the letter.
        return DROP if mine == variants_folded(mine) else KEEP
    return newer if key in _NEWER_WINS or key.startswith(OWN) else KEEP


def is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):  # an address; the country alone is none
        return not any(inner for name, inner in value.items() if name != "country")
    return value is None or value in ("", [])


def can_join(mine: Any, theirs: Any, key: str) -> bool:
    """Whether both values can stand together: remarks one below the other, choices in one list."""
    if is_empty(mine) or is_empty(theirs) or mine == theirs:
        return False
    return key == "note" or (isinstance(mine, list) and isinstance(theirs, list))


def taken(offer: Offer, side: str) -> Any:
    """The value that a side says."""
    if side == KEEP:
        return offer.keep
    if side == DROP:
        return offer.drop
    if isinstance(offer.keep, list):
        return [*offer.keep, *(one for one in offer.drop if one not in offer.keep)]
    if offer.drop in offer.keep:
        return offer.keep
    return f"{offer.keep}\n{offer.drop}"
