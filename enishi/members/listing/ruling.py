"""Rules and saved views in a list: what the parameters bring, and filters turned into a rule."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.accounts.models import User
from enishi.core.params import Params
from enishi.members.conditions import Rule, RuleFault, RuleFaults, parse
from enishi.members.fields import Wrong
from enishi.members.models import SavedView

from .conditions import NOBODY, Condition, Kinds, Said

if TYPE_CHECKING:
    from .listing import Listing

LONGEST = 200_000
ALL = "all"  # ?view=all: everybody, even where the role has a view of its own
Tree = Mapping[str, Any]


class WrongRule(Wrong):
    """A rule that cannot be read; ``plainly`` says so without the path, for people."""

    def __init__(self, fault: RuleFault) -> None:
        self.plainly = fault.reason
        super().__init__(f"{fault.path}: {fault.reason}" if fault.path else fault.reason)


def is_asked(params: Params, name: str) -> bool:
    """Whether a parameter is there at all; an empty one takes off what the view brings."""
    return bool(params.getlist(name))


def view_asked(params: Params, by: Any) -> SavedView | None:
    """The saved view of ``?view=``. Raises Wrong where there is none (any more)."""
    word = (params.getlist("view") or [""])[-1].strip()
    if not word or word == ALL:
        return None
    user = by if isinstance(by, User) else None
    views = SavedView.objects.present() if user is None else SavedView.objects.seen_by(user)
    found = views.filter(pk=int(word)).first() if word.isascii() and word.isdigit() else None
    if found is None:
        raise Wrong(_("There is no such view, or not any more."))
    return found


def tree_asked(params: Params, view: SavedView | None) -> Tree | None:
    """The rule of ``?rule=`` (JSON), else that of the view. Raises Wrong for what is no JSON."""
    if not is_asked(params, "rule"):
        return view.rule if view is not None else None
    text = params.getlist("rule")[-1].strip()
    if not text:
        return None
    try:
        if len(text) > LONGEST:
            raise ValueError
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Wrong(_("This rule cannot be read. Write it as JSON.")) from None
    if not isinstance(found, dict):
        raise Wrong(_("This rule cannot be read. Write it as JSON."))
    return found


def rule_of_tree(tree: Tree, by: Any, as_of: date | None, *, written: bool = True) -> Rule:
    """The rule, read. Raises WrongRule with the path and the reason of its first fault.

    Unless ``by`` has ``written`` it, a name in it that is no field for them is not told: it may
    be that of a field which they may not see.
    """
    try:
        return parse(tree, by=by if isinstance(by, User) else None, as_of=as_of)
    except RuleFaults as wrong:
        first = wrong.faults[0]
        if first.unknown and not written:
            sentence = _("This view asks about a field that you may not see, or that is gone.")
            raise Wrong(sentence) from wrong
        raise WrongRule(first) from wrong


def parts_of(tree: Tree | None) -> list[Tree]:
    """The conditions that a rule is made of, each to be taken off alone."""
    if not tree:
        return []
    if set(tree) == {"all"} and isinstance(tree["all"], list):
        return list(tree["all"])
    return [tree]


def joined(parts: list[Tree]) -> Tree | None:
    """One rule of several conditions."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else {"all": parts}


def sentences(listing: "Listing") -> list[Said]:
    """Each condition of the list's rule in words."""
    if listing.rule is None:
        return []
    node = listing.rule.node
    nodes = getattr(node, "nodes", ()) if getattr(node, "word", "") == "all" else (node,)
    return [Said("rule", one.sentence(inner=len(nodes) > 1), "", "", ("rule",)) for one in nodes]


def rule_of(listing: "Listing") -> Tree | None:
    """All that the list is narrowed by, but for the search and the day, as one rule."""
    parts = parts_of(listing.tree)
    parts += [
        node
        for condition, value, _said in listing.asked
        if (node := as_node(condition, value)) is not None
    ]
    return joined(parts)


def own_nodes(asked: Iterable[tuple[Condition, Any, Said]]) -> list[Tree]:
    """Those of the filters that ask for own fields."""
    nodes = (as_node(one, value) for one, value, _said in asked if one.definition is not None)
    return [node for node in nodes if node is not None]


def as_node(condition: Condition, value: Any) -> Tree | None:
    """A filter as a condition of a rule; None for the day of the roster."""
    key = {"tag": "tags"}.get(condition.key, condition.key)
    match condition.key:
        case "as_of":
            return None
        case "has_email":
            return {"field": "email", "op": "not_empty" if value else "empty"}
        case "birth_month":
            return joined_by_any([_in_month(int(month)) for month in dict.fromkeys(value)])
        case "owner":
            return _owner(list(dict.fromkeys(value)))
    match condition.kind:
        case Kinds.CHOICES:
            return _choices(key, list(dict.fromkeys(value)), condition)
        case Kinds.DATES | Kinds.NUMBERS:
            return _between(key, value)
        case Kinds.YES_NO:
            if condition.definition is not None and condition.definition.compare == "yes_no":
                return {"field": key, "op": "eq", "value": value}
            return {"field": key, "op": "not_empty" if value else "empty"}
        case Kinds.TEXT:
            relation, text = value
            if relation == "empty":
                return {"field": key, "op": "empty" if text else "not_empty"}
            return {"field": key, "op": "eq" if relation == "is" else "contains", "value": text}
    return None


def joined_by_any(parts: list[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else {"any": parts}


def _in_month(month: int) -> Tree:
    """The anniversary in a month of a leap year: any day of it, 29 February as well."""
    behind = date(2024 + month // 12, month % 12 + 1, 1)
    window = {"from": date(2024, month, 1).isoformat(), "to": behind.isoformat()}
    return {"field": "birth_date", "op": "anniversary", "value": window}


def _owner(values: list[str]) -> Tree:
    parts: list[Tree] = []
    if people := [int(value) for value in values if value != NOBODY]:
        parts.append({"field": "owner", "op": "in", "value": people})
    if NOBODY in values:
        parts.append({"field": "owner", "op": "empty"})
    return joined_by_any(parts)


def _choices(key: str, values: list[str], condition: Condition) -> Tree:
    if key in ("tags", "member_type"):
        op = "has_any" if key == "tags" else "in"
        return {"field": key, "op": op, "value": [int(value) for value in values]}
    several = condition.definition is not None and condition.definition.compare == "choices"
    return {"field": key, "op": "has_any" if several else "in", "value": values}


def _between(key: str, bounds: tuple[Any, Any]) -> Tree:
    low, high = (one.isoformat() if isinstance(one, date) else one for one in bounds)
    if low is None:
        return {"field": key, "op": "lte", "value": high}
    if high is None:
        return {"field": key, "op": "gte", "value": low}
    return {"field": key, "op": "between", "value": [low, high]}


def unnamed() -> str:
    """What the whole list is called, where no view is chosen."""
    return pgettext("saved view", "All members")
