"""Entering, editing and deleting members."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from enishi.core import clock
from enishi.core.facts import announce
from enishi.members import numbers, search
from enishi.members.facts import MemberAdded, MemberChanged, MemberDeleted, MemberRestored
from enishi.members.fields import (
    Definition,
    Wrong,
    as_seen,
    contradictions,
    editable_fields,
    fields_of,
    visible_fields,
)
from enishi.members.fields.computing import computed
from enishi.members.fields.sealed import opened, sealed, sealed_fields
from enishi.members.fields.unique import taken
from enishi.members.fields.values import faults, with_defaults
from enishi.members.models import UNKNOWN_DAY, Field, Kind, Member, MemberType, Status
from enishi.members.timeline import (
    Span,
    at,
    first_spans,
    go_on,
    joined_from,
    not_left,
    with_type,
)

from .clashes import clashes
from .field_files import take_up
from .refusals import Clash, Invalid, NotInTheBin
from .roll import By, by_id, keep, keep_spans, locked, spans_of

Values = Mapping[str, Any]

_ENTERED = (Status.APPLICANT, Status.PROVISIONAL, Status.REFUSED)


def add(values: Values, *, by: By) -> Member:
    """Enter a member. ``values``: field key (also ``data.<key>``, ``data``) → text or clean value.

    Without a number the type gives the next one. An active member joins today unless ``joined_on``
    is given (None: nobody knows when); ``left_on`` makes a former member. Raises Invalid.
    """
    numbered = bool(values.get("number"))
    for attempt in range(5):
        try:
            with transaction.atomic():
                return _add(values, by=by)
        except IntegrityError as error:
            if "member_number_once" not in str(error):
                raise
            if numbered or attempt == 4:
                raise Invalid({"number": _("Somebody has this number already.")}) from error
    raise AssertionError


def _add(values: Values, *, by: By) -> Member:
    found = _cleaned(values, by=by)
    member = Member()
    status = found.pop("status", Status.ACTIVE)
    data = found.pop("data", {})
    for column, value in found.items():
        setattr(member, column, value)
    if "type" not in found:
        member.type = _usual_type(found)
    if "kind" not in found and (
        member.type.for_organisations
        or (member.organisation_name and not (member.family_name or member.given_name))
    ):
        member.kind = Kind.ORGANISATION
    own = fields_of()
    kept = {key: value for key, value in data.items() if value is not None}
    member.data = computed(own, member, with_defaults(own, kept, said=data))
    _refuse_own(member, own, before={}, touched=None)

    today = clock.today()
    if member.left_on is not None and member.left_on <= today:
        status = Status.LEFT
    elif "joined_on" not in found and status == Status.ACTIVE:
        member.joined_on = today
    _refuse_contradictions(as_seen(member, by), extra=_dates_against(status, member))
    _refuse_retired(member.type, None)
    if member.number:
        _refuse_taken(member)
    else:
        member.number = numbers.next_number(member.type, member.joined_on)

    spans = first_spans(
        status, member.type_id, joined=member.joined_on, left=member.left_on, today=today
    )
    member.status = at(spans, today).status
    member.search = search.text_of(member)
    plain, hidden = member.data, sealed_fields().keys() & member.data.keys()
    member.data = {key: value for key, value in plain.items() if key not in hidden}
    member.save(force_insert=True)
    if hidden:  # bound to the id, which is known only now
        member.data = sealed(member.pk, plain)
        member.save(update_fields=["data"])
    keep_spans(member, [], [replace(span, by_id=by_id(by)) for span in spans])
    search.remember(member)
    take_up(own, {}, member.data, member=member.pk)
    announce(MemberAdded(about=member, number=member.number, status=member.status, by=by))
    return member


@transaction.atomic
def change(member: Member, changes: Values, *, version: int | None = None, by: By) -> Member:
    """Edit fields of a member. ``changes`` as the values of ``add``; what is not named stays.

    ``version`` is the one that the editor saw. If somebody else has changed one of the same fields
    to something else since, Clash is raised; what they changed besides is kept. Raises Invalid.
    """
    member = locked(member)
    stored, member.data = member.data, opened(member.pk, member.data)
    found = _cleaned(changes, member=member, by=by)
    before = {name: getattr(member, name) for name in found if name != "data"}
    data = found.pop("data", {})
    touched: dict[str, tuple[Any, Any]] = {
        name: (old, found[name]) for name, old in before.items() if old != found[name]
    }
    for key, value in data.items():
        if member.data.get(key) != value:
            touched[f"data.{key}"] = (member.data.get(key), value)
    if version is not None and version < member.version:
        clashing = clashes(member, version, touched)
        if clashing:
            raise Clash(clashing, member.version)
    if not touched:
        member.data = stored
        return member

    held = dict(member.data)
    for name, (_old, new) in touched.items():
        if name.startswith("data."):
            _set_own(member, name.removeprefix("data."), new)
        else:
            setattr(member, name, new)
    _refuse_contradictions(as_seen(member, by), only=touched.keys())
    own = fields_of()
    _refuse_own(member, own, before=held, touched=touched.keys())
    take_up(own, held, member.data, member=member.pk)
    member.data = computed(own, member, member.data)
    if "number" in touched:
        _refuse_taken(member)
    if "type" in touched:
        _refuse_retired(member.type, touched["type"][0])
    columns = {name for name in touched if not name.startswith("data.")}
    if member.data != held:
        columns.add("data")
    same = {k: v for k, v in stored.items() if k in held and held[k] == member.data.get(k)}
    member.data = sealed(member.pk, member.data | same)
    if columns & {"type", "joined_on", "left_on"}:
        columns |= _move_spans(member, touched, by)
    keep(member, columns)
    told = _told(touched, own)
    announce(MemberChanged(about=member, changes=told, version=member.version, by=by))
    return member


def _told(touched: Values, own: Iterable[Field]) -> dict[str, Any]:
    """The changes under the keys that the API and people know; what is sensitive without values."""
    silent = {f"data.{one.key}" for one in own if one.personal != Field.Personal.ORDINARY}
    return {
        "member_type" if name == "type" else name: None if name in silent else pair
        for name, pair in touched.items()
    }


def _set_own(member: Member, key: str, value: Any) -> None:
    if value is None:
        member.data.pop(key, None)
    else:
        member.data[key] = value


def _move_spans(member: Member, touched: Values, by: By) -> set[str]:
    """Bring the periods in step with edited dates and type."""
    today = clock.today()
    old = spans_of(member)
    new = old
    if touched.keys() & {"joined_on", "left_on"} and all(s.status in _ENTERED for s in new):
        name = "joined_on" if "joined_on" in touched else "left_on"
        raise Invalid({name: _("Record the joining instead; then the day follows.")})
    if "left_on" in touched:
        new = not_left(new, Span(Status.ACTIVE, member.type_id, member.joined_on or UNKNOWN_DAY))
    if "joined_on" in touched:
        new = joined_from(new, member.joined_on)
    if "left_on" in touched and member.left_on is not None:
        kind = new[-1].type_id
        new = go_on(new, Span(Status.LEFT, kind, member.left_on, by_id=by_id(by)))
    if "type" in touched:
        new = with_type(new, today, member.type_id, by_id(by))
    return keep_spans(member, old, new)


@transaction.atomic
def delete(member: Member, *, by: By) -> Member:
    """Put a member into the bin, from which it can be taken back for 30 days."""
    member = locked(member)
    member.deleted_at = clock.now()
    member.save(update_fields=["deleted_at"])
    announce(MemberDeleted(about=member, by=by))
    return member


@transaction.atomic
def restore(member: Member, *, by: By) -> Member:
    """Take a member out of the bin."""
    member = locked(member, in_bin=True)
    if member.deleted_at is None or member.merged_into_id is not None:
        raise NotInTheBin
    if errors := taken(fields_of(), member.data, but=member.pk):
        raise Invalid(errors)
    member.deleted_at = None
    member.save(update_fields=["deleted_at"])
    announce(MemberRestored(about=member, by=by))
    return member


# Cleaning and refusing


def _cleaned(
    values: Values,
    *,
    member: Member | None = None,
    by: By = None,
) -> dict[str, Any]:
    """Column → clean value, ``data`` a dict of own fields. Raises Invalid for all at once.

    A field that ``by`` may not see does not exist; one that ``by`` sees only stays as it is.
    """
    known = visible_fields(by)
    may_edit = editable_fields(by)
    found: dict[str, Any] = {}
    own: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, value in _flat(values, errors):
        definition = known.get("member_type" if key == "type" else key)
        try:
            if definition is None:
                raise Wrong(_("There is no field of this name."))
            if definition.editable and definition.key not in may_edit:
                raise Wrong(_("You may not change this field."))
            clean = definition.clean(value)
            if not definition.editable and not _may_set(definition, clean, member):
                raise Wrong(_("This is not edited here: there is an action of its own for it."))
            if definition.own is not None:
                own[definition.own.key] = clean
            else:
                found[definition.column] = clean
        except Wrong as wrong:
            errors[key.encode(errors="replace").decode()] = wrong.reason
    if member is not None and found.get("number") == "":
        errors["number"] = _("A member needs a number.")
    if errors:
        raise Invalid(errors)
    if own:
        found["data"] = own
    return found


def _flat(values: Values, errors: dict[str, str]) -> list[tuple[str, Any]]:
    """``{"data": {"a": 1}}`` as ``data.a``."""
    flat: list[tuple[str, Any]] = []
    for key, value in values.items():
        if key != "data":
            flat.append((key, value))
        elif isinstance(value, Mapping):
            flat.extend((f"data.{name}", inner) for name, inner in value.items())
        else:
            errors["data"] = _("Write the own fields as key and value.")
    return flat


def _may_set(definition: Definition, value: Any, member: Member | None) -> bool:
    """A new member has a first status; besides, only what is so already may be "set"."""
    if member is None:
        return definition.key == "status" or not value
    if definition.own is not None:
        return bool(member.data.get(definition.own.key) == value)
    return bool(getattr(member, definition.column) == value)


def _usual_type(found: Values) -> MemberType:
    company = found.get("kind") == Kind.ORGANISATION or (
        "kind" not in found
        and found.get("organisation_name")
        and not (found.get("family_name") or found.get("given_name"))
    )
    types = MemberType.objects.filter(retired_at=None)
    usual = types.filter(for_organisations=bool(company)).first() or types.first()
    if usual is None:
        raise Invalid({"member_type": _("Choose the member type.")})
    return usual


def _dates_against(status: str, member: Member) -> dict[str, str]:
    if status in _ENTERED and member.joined_on:
        return {"joined_on": _("Somebody with this status has not joined yet. Leave this empty.")}
    if status in _ENTERED and member.left_on:
        return {"left_on": _("Somebody with this status has not joined yet. Leave this empty.")}
    if status == Status.LEFT and member.left_on is not None and member.left_on > clock.today():
        return {"left_on": _("This day is still to come. Check the year.")}
    return {}


def _refuse_contradictions(
    member: Member, *, extra: Mapping[str, str] | None = None, only: Any = None
) -> None:
    """Raise Invalid. With ``only``, an old contradiction that this edit did not touch may stay."""
    errors = contradictions(member) | dict(extra or {})
    if only is not None:
        related = {
            "left_on": {"joined_on", "left_on"},
            "joined_on": {"joined_on", "birth_date"},
            "family_name": {"family_name", "given_name", "kind"},
            "organisation_name": {"organisation_name", "kind"},
        }
        errors = {k: v for k, v in errors.items() if related.get(k, {k}) & set(only)}
    if errors:
        raise Invalid(errors)


def _refuse_own(member: Member, own: Sequence[Field], *, before: Values, touched: Any) -> None:
    """Raise Invalid for own fields that are missing, not offered any more, or had by another."""
    keys = None
    if touched is not None:
        keys = {name.removeprefix("data.") for name in touched if name.startswith("data.")}
    errors = faults(own, dict(before), member.data, keys)
    errors |= taken(own, member.data, keys, but=member.pk)
    if errors:
        raise Invalid(errors)


def _refuse_retired(chosen: MemberType, before: MemberType | None) -> None:
    if chosen.retired_at is not None and (before is None or before.pk != chosen.pk):
        raise Invalid(
            {"member_type": _("This member type is no longer in use. Choose another one.")}
        )


def _refuse_taken(member: Member) -> None:
    other = Member.objects.filter(number=member.number).exclude(pk=member.pk).first()
    if other is None:
        return
    where = (
        _("%(name)s in the bin has this number. Choose another one.")
        if other.deleted_at
        else _("%(name)s has this number already. Choose another one.")
    )
    raise Invalid({"number": where % {"name": other.name}})
