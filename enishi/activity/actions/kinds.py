"""Kinds of activity that the organisation declares for its own programs."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.activity.facts import KindChanged, KindDeclared
from enishi.activity.kinds import KEY, NAME, REGISTERED
from enishi.activity.models import Kind
from enishi.activity.props import CLEAN, type_named
from enishi.core.facts import announce
from enishi.core.refusals import Refusal

MOST_KINDS = 1000
MOST_PROPS = 50


class BadKind(Refusal):
    """The kind of activity cannot be declared like this."""

    status = 422

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


class ReadyMadeKind(Refusal):
    """This kind of activity belongs to Enishi itself. Choose another key."""


class TypeChanges(Refusal):
    """The property “%(name)s” has the type %(type)s already, and activities may have been stored
    with it. Declare a property of another name."""


class TooManyKinds(Refusal):
    """There are 1,000 kinds of activity already. Use one of them, with properties that tell the
    cases apart."""


@transaction.atomic
def declare(
    key: object,
    label: object,
    props: object = None,
    *,
    icon: str = "activity",
    by: User | None,
) -> tuple[Kind, bool]:
    """Declare a kind, or add to one that was declared before; True where it is new.

    ``props``: name → type. Properties that the kind has and ``props`` does not name stay.
    Raises BadKind, ReadyMadeKind, TypeChanges.
    """
    key, label, wanted = _read(key, label, props)
    if key in REGISTERED:
        raise ReadyMadeKind
    row = Kind.objects.select_for_update().filter(key=key).first()
    if row is None:
        if Kind.objects.count() >= MOST_KINDS:
            raise TooManyKinds
        row, made = Kind.objects.get_or_create(
            key=key, defaults={"label": label, "props": wanted, "icon": icon, "own": True}
        )
        if made:
            announce(KindDeclared(about=row, by=by, props=wanted))
            return row, True
    for name, of in wanted.items():
        if row.props.get(name, of) != of:
            raise TypeChanges(name=name, type=row.props[name])
    changes: dict[str, tuple[Any, Any]] = {}
    if label != row.label:
        changes["label"] = (row.label, label)
    if not wanted.items() <= row.props.items():
        changes["props"] = (row.props, row.props | wanted)
    if not row.own:  # an app that is gone had registered it
        changes["own"] = (False, True)
    if changes:
        for name, (_old, new) in changes.items():
            setattr(row, name, new)
        row.save(update_fields=list(changes))
        announce(KindChanged(about=row, by=by, changes=changes))
    return row, False


def _read(key: object, label: object, props: object) -> tuple[str, str, dict[str, str]]:
    errors: dict[str, str] = {}
    key = key.strip() if isinstance(key, str) else ""
    if not KEY.fullmatch(key) or len(key) > 60:
        errors["key"] = _(
            "Write a key of small letters, digits, “_” and dots, such as seminar.attended."
        )
    label = label.strip() if isinstance(label, str) else ""
    if not label or len(label) > 100 or "\x00" in label:
        errors["label"] = _("Write what people call it, in up to 100 characters.")
    wanted: dict[str, str] = {}
    if props is None:
        props = {}
    if not isinstance(props, dict) or len(props) > MOST_PROPS:
        errors["props"] = _("Send up to 50 properties as an object: name → type.")
        props = {}
    for name, written in props.items():
        of = type_named(written)
        if not NAME.fullmatch(name) or name == "object":
            errors[f"props.{name[:60]}"] = _(
                "A property's name begins with a letter and holds letters, digits and “_”; "
                "“object” is taken."
            )
        elif of is None:
            errors[f"props.{name}"] = _("This type is not known. There are: %(types)s.") % {
                "types": ", ".join(CLEAN)
            }
        else:
            wanted[name] = of
    if errors:
        raise BadKind(errors)
    return key, label, wanted
