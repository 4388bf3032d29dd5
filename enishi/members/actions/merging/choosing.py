"""What somebody chose, over what is proposed: the values that the keeper will have."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core.japanese import variants_folded
from enishi.members.actions.refusals import Invalid
from enishi.members.fields import (
    GROUP_OF,
    OWN,
    Definition,
    Wrong,
    editable_fields,
    every_field,
    visible_fields,
)
from enishi.members.models import Member, MemberType

from .proposing import BOTH, DROP, KEEP, NOT_CHOSEN, TOGETHER, Offer, can_join, offers, taken

PERIODS = "periods"
_PARTS = frozenset(part for parts in TOGETHER.values() for part in parts)
Values = dict[str, Any]  # column, or data.<key>, to the value to keep


def settled(
    keep: Member, drop: Member, choices: Mapping[str, Any], by: User | None = None
) -> Values:
    """Column (or ``data.<key>``) → value, for what changes on ``keep``. Raises Invalid.

    ``choices``: field key → "keep", "drop", "both", or a value; ``{"value": …}`` for a value that
    is one of these words. ``address`` stands for all its parts. What is not named is proposed; a
    field that ``by`` may not change cannot be named.
    """
    proposed = {offer.key: offer for offer in offers(keep, drop)}
    values: Values = {}
    errors: dict[str, str] = {}
    flat = _flat(choices)
    for offer in proposed.values():
        _put(values, offer, offer.chosen)
    allowed = editable_fields(by)
    closed = every_field(retired=True).keys() - visible_fields(by, retired=True).keys()
    for key, choice in flat.items():
        try:
            if key in closed or closed & {*TOGETHER.get(key, ())}:
                raise Wrong(_("There is no field of this name."))
            values |= _chosen(key, choice, (keep, drop), proposed.get(key), allowed)
        except Wrong as wrong:
            errors[key] = wrong.reason
    if errors:
        raise Invalid(errors)
    if "former_name" not in flat and (former := _former(keep, drop, values)):
        values["former_name"] = former
    return {name: new for name, new in values.items() if new != value_of(keep, name)}


def _chosen(
    key: str,
    choice: Any,
    both: tuple[Member, Member],
    offer: Offer | None,
    allowed: Mapping[str, Definition],
) -> Values:
    """The values that one choice brings. Raises Wrong."""
    is_side = isinstance(choice, str) and choice in (KEEP, DROP, BOTH)
    if key == PERIODS:
        if not is_side:
            raise Wrong(_("Write “keep”, “drop” or “both”."))
        return {}
    if key in NOT_CHOSEN:
        if choice != KEEP:
            raise Wrong(_("This follows from the merge; it cannot be chosen."))
        return {}
    if is_side and offer is not None:
        guarded = key in TOGETHER or key in GROUP_OF or key.startswith(OWN)
        parts = TOGETHER.get(key, (key,))
        if guarded and choice != offer.chosen and not all(part in allowed for part in parts):
            raise Wrong(_("There is no field of this name."))
        return _side(offer, str(choice))
    if is_side and key in _PARTS and choice != BOTH:
        return {key: getattr(both[choice == DROP], key)}
    if is_side and (key in allowed or key in TOGETHER):
        return {}  # both say the same
    return _written(key, choice, allowed)


def _former(keep: Member, drop: Member, values: Values) -> str:
    """The family name that gives way, where it is another one and nobody has said so yet."""
    chosen = values.get("family_name", keep.family_name)
    other = drop.family_name if chosen == keep.family_name else keep.family_name
    if not chosen or not other or keep.former_name or drop.former_name:
        return ""
    names = keep.family_name_kana, drop.family_name_kana
    same = variants_folded(chosen) == variants_folded(other) or (names[0] and names[0] == names[1])
    swapped = other in (keep.given_name, drop.given_name) or other.startswith(chosen)
    return "" if same or swapped else other


def _flat(choices: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, choice in choices.items():
        if key == "data" and isinstance(choice, Mapping) and set(choice) != {"value"}:
            flat |= {OWN + name: inner for name, inner in choice.items()}
        else:
            flat["member_type" if key == "type" else key] = choice
    return flat


def _side(offer: Offer, side: str) -> Values:
    if side == BOTH and not can_join(offer.keep, offer.drop, offer.key):
        raise Wrong(_("Only one of the two can stand here."))
    found: Values = {}
    _put(found, offer, side)
    return found


def _put(values: Values, offer: Offer, side: str) -> None:
    value = taken(offer, side)
    if offer.key in TOGETHER:
        values |= value
    else:
        values[_column(offer.key)] = getattr(value, "pk", value)


def _column(key: str) -> str:
    return {"member_type": "type_id", "owner": "owner_id", "user": "user_id"}.get(key, key)


def _written(key: str, choice: Any, known: Mapping[str, Any]) -> Values:
    """A value that is neither of the two."""
    if isinstance(choice, Mapping) and set(choice) == {"value"}:
        choice = choice["value"]
    definition = known.get(key)
    if definition is None or not definition.editable:
        raise Wrong(_("There is no field of this name."))
    clean = definition.clean(choice)
    if isinstance(clean, MemberType | User):
        return {_column(key): clean.pk}
    return {_column(key): clean}


def value_of(member: Member, name: str) -> Any:
    """What the member has now, by the names of ``Values``."""
    if name.startswith(OWN):
        return member.data.get(name.removeprefix(OWN))
    return getattr(member, name)


def put_value(member: Member, name: str, value: Any) -> str:
    """Set it; returns the column to save. An own field of None goes."""
    if not name.startswith(OWN):
        setattr(member, name, value)
        return name.removesuffix("_id")
    if value is None:
        member.data.pop(name.removeprefix(OWN), None)
    else:
        member.data[name.removeprefix(OWN)] = value
    return "data"
