"""Form fields for the organisation's own fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.members.fields import own_field
from enishi.members.models import Field

from .entry import DateField, ReadField, empty_choice

OWN = "own_"
LONGEST_LINE = 5_000


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=empty_choice((("yes", _("Yes")), ("no", _("No")))),
            coerce=lambda value: value == "yes",
            empty_value=None,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


def own_form_field(field: Field) -> forms.Field:
    """The form field that suits an own field's type; it reads what was typed as the field does."""
    definition = own_field(field)
    common: dict[str, Any] = {"label": str(field), "required": False}
    if field.type == Field.Type.BOOLEAN:
        return YesNoField(**common)
    if field.type == Field.Type.CHOICES and field.choices:
        return forms.MultipleChoiceField(
            choices=[(choice, choice) for choice in field.choices],
            widget=forms.CheckboxSelectMultiple,
            **common,
        )
    common["reader"] = definition.clean
    if field.type == Field.Type.DATE:
        return DateField(**common)
    if field.type == Field.Type.TEXT:
        return ReadField(
            widget=forms.Textarea(attrs={"rows": 2}), max_length=definition.longest, **common
        )
    return ReadField(max_length=LONGEST_LINE, **common)


def shown(field: Field, value: Any) -> Any:
    """A stored value as the form field wants it."""
    if field.type == Field.Type.CHOICES:
        values = value if isinstance(value, list) else [value] if value else []
        return values if field.choices else "、".join(values)
    return "" if value is None and field.type != Field.Type.BOOLEAN else value
