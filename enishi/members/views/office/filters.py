"""The filters of the list as the page shows them: chips, the menu that adds one, the editor."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.members.listing import (
    GROUPS,
    Condition,
    Kinds,
    Listing,
    Tree,
    joined,
    parts_of,
)
from enishi.ui.fields import escaped

EDITED = "filter"  # ?filter=<key> opens the editor of that filter
OF_THE_PAGE = ("cursor", EDITED, "relation", "value")
NOT_KEPT = {*OF_THE_PAGE, "csrfmiddlewaretoken", "ids", "all", "tag_name", "do", "owner_to"}
NOT_KEPT |= {"field", "step", "seen"}  # of the page that sets a field of many

TAKEN_OFF = ("search", "sort", "rule")  # empty, they take off what the view brings

Pairs = list[tuple[str, str]]


def pairs(params: QueryDict, *without: str) -> Pairs:
    """The parameters that make a list what it is, but for those of one page of it."""
    left_out = NOT_KEPT.union(without)
    return [
        (name, value)
        for name, values in params.lists()
        if name not in left_out
        for value in values
        if value or (name in TAKEN_OFF and params.get("view"))
    ]


def addressed(kept: Pairs, *, to: str = "members:list", **more: str) -> str:
    """The address of the list (or of another page about it) with these parameters."""
    query = urlencode([*kept, *more.items()])
    url = reverse(to)
    return f"{url}?{query}" if query else url


def relations() -> dict[str, str]:
    """How a text can be asked for: ending of the parameter → words."""
    return {
        "": pgettext("filter", "contains"),
        "_is": pgettext("filter", "is"),
        "_empty": pgettext("filter", "is empty"),
        "_filled": pgettext("filter", "is filled in"),
    }


def canonical(params: QueryDict, listing: Listing) -> str:
    """Where the editor of a text filter leads; '' when it was not sent."""
    condition = listing.conditions.get(params.get(EDITED, ""))
    if condition is None or "relation" not in params:
        return ""
    kept, ending = pairs(params, *condition.params), params["relation"]
    if ending in ("_empty", "_filled"):
        said = (f"{condition.key}_empty", "yes" if ending == "_empty" else "no")
    elif ending in ("", "_is"):
        said = (condition.key + ending, params.get("value", "").strip())
    else:
        return addressed(kept)
    return addressed([*kept, said] if said[1] else kept)


def chips(params: QueryDict, listing: Listing) -> Iterable[Mapping[str, Any]]:
    """Each filter as a sentence, with the way to change it and to take it off."""
    parts = parts_of(listing.tree) if listing.rule is not None else []
    for index, said in enumerate(listing.said):
        if index < len(parts):
            yield {
                "label": said.label,
                "relation": "",
                "value": "",
                "off_url": without(params, parts, index),
            }
            continue
        edit = addressed(pairs(params), **{EDITED: said.key})
        yield {
            "label": said.label,
            "relation": "" if not said.value else said.relation,
            "value": format_html('<a href="{}">{}</a>', edit, said.value or said.relation),
            "off_url": addressed(pairs(params, *said.params)),
        }


def without(params: QueryDict, parts: list[Tree], index: int) -> str:
    """The address of the list when one condition of its rule is taken off."""
    rest = joined([part for n, part in enumerate(parts) if n != index])
    text = json.dumps(rest, ensure_ascii=False, separators=(",", ":")) if rest else ""
    kept = pairs(params, "rule")
    return addressed([*kept, ("rule", text)] if text or params.get("view") else kept)


def groups(params: QueryDict, listing: Listing) -> list[dict[str, Any]]:
    """The menu: every filter under its group, drawn here because there may be hundreds."""
    start = addressed(pairs(params), **{EDITED: ""})
    menu: dict[str, list[str]] = {key: [] for key in GROUPS}
    for condition in listing.conditions.values():
        url = escaped(start + quote_plus(condition.key))
        menu[condition.group].append(
            f'<li data-narrow="{escaped(condition.key)}">'
            f'<a class="menu-item" href="{url}">{escaped(condition.label)}</a></li>\n'
        )
    return [
        {"label": GROUPS[key], "items": SafeString("".join(items))}
        for key, items in menu.items()
        if items
    ]


def editing(params: QueryDict, listing: Listing) -> dict[str, Any] | None:
    """The editor of the filter that is being added or changed, or that cannot be read."""
    condition = listing.conditions.get(params.get(EDITED, ""))
    problem = ""
    for one in listing.conditions.values():
        for name in (*one.params, one.key):
            if condition in (None, one) and name in listing.problems:
                condition, problem = one, listing.problems[name]
    if condition is None:
        return None
    return {
        "key": condition.key,
        "label": condition.label,
        "kind": condition.kind.value,
        "param": condition.key,
        "kept": pairs(params, *condition.params),
        "cancel_url": addressed(pairs(params, *(condition.params if problem else ()))),
        "problem": problem,
        **_filled(params, condition),
    }


def _filled(params: QueryDict, condition: Condition) -> dict[str, Any]:
    """What stands in the editor's inputs."""
    key = condition.key
    match condition.kind:
        case Kinds.CHOICES:
            ticked = {word for value in params.getlist(key) for word in value.split(",")}
            options: list[tuple[str, str | Promise, bool]] = [
                (value, label, value in ticked or str(label) in ticked)
                for value, label in condition.options()
            ]
            return {"choices": options}
        case Kinds.DATES | Kinds.NUMBERS:
            return {"start": params.get(f"{key}_from", ""), "end": params.get(f"{key}_to", "")}
        case Kinds.TEXT:
            empty = params.get(f"{key}_empty", "")
            ending = {"yes": "_empty", "no": "_filled"}.get(empty, "")
            if params.get(f"{key}_is"):
                ending = "_is"
            value = params.get(f"{key}_is") or params.get(key, "")
            return {"value": value, "relation": ending, "relations": relations()}
        case Kinds.YES_NO:
            return {"value": params.get(key, ""), "choices": [("yes", _("Yes")), ("no", _("No"))]}
    return {"value": params.get(key, "")}
