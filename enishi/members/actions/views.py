"""Saved views of the list: kept, changed, shared, deleted and taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import Role
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members import facts
from enishi.members.conditions import RuleFaults, parse
from enishi.members.fields import visible_fields
from enishi.members.fields.indexes import index_needed
from enishi.members.listing import Listing
from enishi.members.models import SavedView

from .lists import name_of
from .refusals import Invalid, Refused
from .relations import differences
from .roll import By, by_id

COMPOSED = frozenset({"name", "kana", "phones", "place", "tags", "updated_at"})  # columns
MOST_COLUMNS = 40
SHARES, SETS_DEFAULTS = "members.edit", "members.configure"


class NotYourView(Refused):
    """This view belongs to somebody else. Save it under a name of your own."""

    status = 403


class MayNotShare(Refused):
    """You may not share views with the whole office. Keep this one for yourself."""

    status = 403


class MayNotSetDefault(Refused):
    """Only who may change the settings decides what a role sees first."""

    status = 403


@transaction.atomic
def save_view(*, name: str, by: By, **values: Any) -> SavedView:
    """Keep a view. ``values``: rule, columns, search, sort, density, shared, default_for.

    Raises RuleFaults, Invalid, MayNotShare, MayNotSetDefault.
    """
    clean = _clean({"name": name, **values}, by)
    made = SavedView(owner_id=by_id(by), **clean)
    if made.owner_id is None:
        made.shared = True  # nobody's own: what a program keeps is for all
    _refuse_too_wide(made, by)
    made.save()
    _ask_for_indexes(made)
    announce(facts.ViewSaved(about=made, shared=made.shared, by=by))
    return made


@transaction.atomic
def change_view(view: SavedView, *, by: By, **values: Any) -> SavedView:
    """Change what is given. Raises NotYourView, and what ``save_view`` raises."""
    view = _locked(view, by)
    changes = differences(view, _clean(values, by))
    if not changes:
        return view
    _refuse_too_wide(view, by)
    view.updated_at = clock.now()
    view.save(update_fields=[*changes, "updated_at"])
    _ask_for_indexes(view)
    announce(facts.ViewChanged(about=view, parts=sorted(changes), by=by))
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: By) -> SavedView:
    """Take a view away; it can be taken back. Raises NotYourView."""
    view = _locked(view, by)
    if view.deleted_at is None:
        view.deleted_at = clock.now()
        view.save(update_fields=["deleted_at"])
        announce(facts.ViewDeleted(about=view, by=by))
    return view


@transaction.atomic
def restore_view(view: SavedView, *, by: By) -> SavedView:
    """Take a deleted view back. Raises NotYourView."""
    view = _locked(view, by)
    if view.deleted_at is not None:
        view.deleted_at = None
        view.save(update_fields=["deleted_at"])
        announce(facts.ViewRestored(about=view, by=by))
    return view


def may_change_view(view: SavedView, by: By) -> bool:
    """One's own; a shared one also who may change the settings; a program all shared ones."""
    if by is None:
        return view.shared
    return view.owner_id == by.pk or (view.shared and by.has_right(SETS_DEFAULTS))


def _locked(view: SavedView, by: By) -> SavedView:
    view = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    if not may_change_view(view, by):
        raise NotYourView
    return view


def _refuse_too_wide(view: SavedView, by: By) -> None:
    if by is None:
        return
    if view.default_for and not by.has_right(SETS_DEFAULTS):
        raise MayNotSetDefault
    if view.shared and not by.has_right(SHARES):
        raise MayNotShare


def _clean(values: Mapping[str, Any], by: By) -> dict[str, Any]:
    """The values as they are kept. Raises Invalid or RuleFaults."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found[name] = _CLEANERS[name](value, by)
    if found.get("default_for"):
        found["shared"] = True  # whoever sees it first must be able to see it
    return found


def _rule(value: Any, by: By) -> Any:
    if value in (None, {}):
        return None
    parse(value, by=by)
    return value


def _columns(value: Sequence[str] | None, by: By) -> list[str]:
    known = COMPOSED | visible_fields(by).keys()
    wanted = list(dict.fromkeys(value or ()))
    for key in wanted:
        if key not in known:
            sentence = _("There is no column “%(key)s”.")
            raise Invalid({"columns": sentence % {"key": str(key)[:60]}})
    return wanted[:MOST_COLUMNS]


def _sort(value: str | None, by: By) -> str:
    asked = Listing({"sort": value or ""}, by=by)
    if asked.problems:
        raise Invalid({"sort": asked.problems["sort"]})
    return value or ""


def _density(value: str | None, _by: By) -> str:
    if (value or "") not in SavedView.Density.values:
        raise Invalid({"density": _("Write one of: %(names)s.") % {"names": "dense, roomy"}})
    return value or ""


def _roles(value: Sequence[str] | None, _by: By) -> list[str]:
    wanted = list(dict.fromkeys(value or ()))
    known = set(Role.objects.filter(key__in=wanted).values_list("key", flat=True))
    for key in wanted:
        if key not in known:
            sentence = _("There is no role “%(key)s”.")
            raise Invalid({"default_for": sentence % {"key": str(key)[:60]}})
    return wanted


_CLEANERS: dict[str, Any] = {
    "name": lambda value, _by: name_of(value or ""),
    "rule": _rule,
    "columns": _columns,
    "search": lambda value, _by: str(value or "").strip().replace("\x00", "")[:200],
    "sort": _sort,
    "density": _density,
    "shared": lambda value, _by: bool(value),
    "default_for": _roles,
}


def _ask_for_indexes(view: SavedView) -> None:
    """The own fields that the view uses get an index, made by a job."""
    try:
        keys = parse(view.rule).mentions().fields if view.rule and not _needs_me(view.rule) else ()
    except RuleFaults:  # a field that it asked about is gone; the rest of it can be changed
        keys = ()
    index_needed(keys, sort=[view.sort] if view.sort else ())


def _needs_me(tree: Any) -> bool:
    """Whether a rule speaks of "me", so that the system cannot read it."""
    if isinstance(tree, Mapping):
        return any(_needs_me(value) for value in tree.values())
    if isinstance(tree, list):
        return any(_needs_me(value) for value in tree)
    return bool(tree == "me")
