"""The values of own fields together: what is missing, preset, or no longer offered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from enishi.members.models import Field

from .computing import computed
from .definitions import OWN
from .known import fields_of
from .types import type_of
from .wrong import Wrong

Data = dict[str, Any]


class WrongValues(ValueError):
    """Values that the fields cannot take; ``errors``: ``data.<key>`` → sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(self.errors))


def cleaned(table: str, values: Mapping[str, Any], *, before: Data | None = None) -> Data:
    """The whole ``data`` after ``values`` (key → text or value) were typed or sent.

    ``before`` is the data of what is changed; without it something new is entered, which is given
    the defaults. Formulas are worked out. Raises WrongValues for all at once. Uniqueness is not
    looked at here: see ``unique``.
    """
    fields = {field.key: field for field in fields_of(table)}
    errors: dict[str, str] = {}
    found: Data = dict(before or {})
    for key, value in values.items():
        field = fields.get(key)
        if field is None:
            errors[OWN + key] = _("There is no field of this name.")
            continue
        try:
            clean = type_of(field).clean(field, value)
            if field.type == Field.Type.COMPUTED and clean != found.get(key):
                raise Wrong(_("This value is worked out by itself."))
        except Wrong as wrong:
            errors[OWN + key] = wrong.reason
            continue
        if clean is None:
            found.pop(key, None)
        else:
            found[key] = clean
    if before is None:
        found = with_defaults(fields.values(), found, said=values)
    touched = None if before is None else set(values)
    errors |= {
        k: v
        for k, v in faults(fields.values(), before or {}, found, touched).items()
        if k not in errors
    }
    if errors:
        raise WrongValues(errors)
    return computed(list(fields.values()), None, found) if table else found


def with_defaults(fields: Any, data: Data, *, said: Any = ()) -> Data:
    """``data`` with the default of every field that nothing was said about."""
    preset = {
        field.key: field.default
        for field in fields
        if field.default is not None and field.key not in said and field.key not in data
    }
    return {**preset, **data}


def faults(
    fields: Any, before: Data, after: Data, touched: set[str] | None = None
) -> dict[str, str]:
    """What is missing or no longer offered: ``data.<key>`` → sentence.

    ``touched`` are the keys that were changed; None when everything is new.
    """
    found: dict[str, str] = {}
    for field in fields:
        if touched is not None and field.key not in touched:
            continue
        value = after.get(field.key)
        if value is None:
            if field.required and field.type != Field.Type.COMPUTED:
                found[OWN + field.key] = _("This has to be filled in.")
        elif field.choices and (gone := _retired(field, before.get(field.key), value)):
            found[OWN + field.key] = _("“%(value)s” is not offered any more.") % {"value": gone}
    return found


def _retired(field: Field, before: Any, value: Any) -> str:
    """The label of a choice that was retired before it was chosen here; '' when there is none."""
    had = before if isinstance(before, list) else [before]
    for one in value if isinstance(value, list) else [value]:
        for choice in field.known_choices:
            if choice.value == one and choice.retired and one not in had:
                return str(choice)
    return ""
