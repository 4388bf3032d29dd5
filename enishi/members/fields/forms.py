"""Form fields for own fields: every type with the input that suits it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from enishi.members.forms.entry import DateField, ReadField, empty_choice
from enishi.members.models import Field
from enishi.ui.written import phone

from .definitions import OWN
from .inputs import AddressField, HeldFileField, LinkField, MomentField
from .types import ADDRESS_PARTS, NOBODY, Names, type_of

FORM = "own_"  # before the key, in the names of form fields
LONGEST_LINE = 5_000
FEW = 5  # choices that stand as buttons rather than in a list, unless the office says otherwise


def form_name(key: str) -> str:
    """The form's name for a field: own fields cannot have a dot in theirs."""
    return key.replace(OWN, FORM, 1) if key.startswith(OWN) else key


class Offered(BaseChoiceIterator):
    """Choices as they stand. In a list, Django looks into every label for a group of more."""

    def __init__(self, choices: Sequence[tuple[str, Any]]) -> None:
        self._choices = choices

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        return iter(self._choices)


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Offered(empty_choice((("yes", _("Yes")), ("no", _("No"))))),
            coerce=lambda value: value == "yes",
            empty_value=None,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


class TickField(forms.BooleanField):
    """A box: ticked is yes, and not ticked is not known."""

    def clean(self, value: Any) -> Any:
        return True if super().clean(value) else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial) != bool(data)


def form_field(field: Field, value: Any = None, names: Names = NOBODY) -> forms.Field:
    """The form field that suits an own field's type; it reads what was typed as the field does.

    ``value`` is the stored one: what it has stays choosable, also when it is no longer offered;
    ``names`` of the files that are there (see ``types.names_for``).
    """
    common: dict[str, Any] = {
        "label": str(field),
        "required": field.required,
        "help_text": field.help,
    }
    kind = type_of(field)
    reader = partial(kind.clean, field)
    match field.type:
        case Field.Type.BOOLEAN:
            return _yes_no(field, common)
        case Field.Type.CHOICE | Field.Type.CHOICES if field.choices:
            return _choices(field, common, value)
        case Field.Type.FILE | Field.Type.IMAGE:
            return HeldFileField(of=field, names=names, **common)
        case Field.Type.ADDRESS:
            return AddressField(of=field, **common)
        case Field.Type.MEMBER | Field.Type.RECORD:
            return LinkField(of=field, reader=reader, **common)
    common["reader"] = reader
    match field.type:
        case Field.Type.DATE:
            return DateField(**common)
        case Field.Type.DATETIME:
            return MomentField(kind="datetime-local", **common)
        case Field.Type.TIME:
            return MomentField(kind="time", **common)
    if field.type == Field.Type.PHONE:
        common["writer"] = phone
    longest = kind.longest or LONGEST_LINE
    several = field.type == Field.Type.LONG_TEXT or (isinstance(value, str) and "\n" in value)
    if several:
        return ReadField(widget=forms.Textarea(attrs={"rows": 3}), max_length=longest, **common)
    return ReadField(widget=_line(field), max_length=longest, **common)


_OF_ITS_VALUE = frozenset((Field.Type.FILE, Field.Type.IMAGE, Field.Type.ADDRESS))


def shown_field(field: Field, value: Any = None, names: Names = NOBODY) -> forms.Field:
    """The same for a form that is only shown, not read: one for all forms, where it does not hang
    on the value. Do not change it."""
    own = field.type in _OF_ITS_VALUE or (isinstance(value, str) and "\n" in value)
    if own or any(one.retired for one in field.known_choices):
        return form_field(field, value, names)
    made: dict[str, forms.Field] = field.__dict__.setdefault("_shown_fields", {})
    language = get_language() or ""
    if language not in made:
        made[language] = form_field(field)
    return made[language]


_KINDS = {
    Field.Type.EMAIL: {"inputmode": "email", "autocomplete": "off"},
    Field.Type.PHONE: {"inputmode": "tel", "autocomplete": "off"},
    Field.Type.URL: {"inputmode": "url", "placeholder": "https://"},
    Field.Type.INTEGER: {"inputmode": "numeric", "class": "w-short"},
    Field.Type.MONEY: {"inputmode": "numeric", "class": "w-short"},
    Field.Type.DECIMAL: {"inputmode": "decimal", "class": "w-short"},
}


def _line(field: Field) -> forms.Widget:
    attrs = dict(_KINDS.get(Field.Type(field.type), {}))
    return forms.TextInput(attrs=attrs)


def _yes_no(field: Field, common: dict[str, Any]) -> forms.Field:
    if field.input == Field.Input.CHECKBOXES and not field.required:
        return TickField(**common)
    if field.input == Field.Input.RADIO:
        return YesNoField(widget=forms.RadioSelect, **common)
    return YesNoField(**common)


def _choices(field: Field, common: dict[str, Any], value: Any) -> forms.Field:
    had = value if isinstance(value, list) else [value]
    offered = [
        (one.value, str(one)) for one in field.known_choices if not one.retired or one.value in had
    ]
    if field.type == Field.Type.CHOICES:
        if field.input == Field.Input.SUGGEST:
            return ReadField(
                reader=partial(type_of(field).clean, field),
                max_length=LONGEST_LINE,
                widget=suggesting(label for _value, label in offered),
                **common,
            )
        widget: Any = forms.CheckboxSelectMultiple
        if field.input == Field.Input.SELECT:
            widget = forms.SelectMultiple
        return forms.MultipleChoiceField(choices=Offered(offered), widget=widget, **common)
    if field.input == Field.Input.SUGGEST:
        return ReadField(
            reader=partial(type_of(field).clean, field),
            max_length=LONGEST_LINE,
            writer=lambda stored: type_of(field).written(field, stored),
            widget=suggesting(label for _value, label in offered),
            **common,
        )
    few = field.input == Field.Input.RADIO or (not field.input and len(offered) <= FEW)
    choices = empty_choice(offered) if not (few and field.required) else offered
    return forms.TypedChoiceField(
        choices=Offered(choices),
        empty_value=None,
        widget=forms.RadioSelect if few else forms.Select,
        **common,
    )


def suggesting(words: Any) -> forms.Widget:
    """A line that suggests words while one types; any other may be typed, too."""
    from .inputs import SuggestInput

    return SuggestInput(list(words))


def initial(field: Field, value: Any, names: Names = NOBODY) -> Any:
    """A stored value as the form field wants it; ``names`` of what it may link to."""
    match field.type:
        case Field.Type.BOOLEAN | Field.Type.FILE | Field.Type.IMAGE | Field.Type.ADDRESS:
            return value
        case Field.Type.CHOICES:
            values = value if isinstance(value, list) else [value] if value else []
            if field.choices and field.input != Field.Input.SUGGEST:
                return values
            return type_of(field).written(field, values)
        case Field.Type.CHOICE:
            return value or ""
        case Field.Type.DATETIME:
            return type_of(field).written(field, value, names) if value else ""
        case Field.Type.MEMBER | Field.Type.RECORD:
            kind = type_of(field)
            number = kind.written(field, value, names) if value else ""
            said = kind.said(field, value, names) if number else ""
            return said if said.startswith(f"{number} ") or not number else f"{number} {said}"
    return "" if value is None else value


def form_data(field: Field, name: str, value: Any) -> dict[str, list[str]]:
    """What a browser sends for a stored value: names of inputs and their texts."""
    if field.type == Field.Type.ADDRESS:
        parts = value if isinstance(value, dict) else {}
        return {f"{name}-{part}": [parts.get(part, "")] for part in ADDRESS_PARTS}
    if field.type == Field.Type.BOOLEAN:
        word = {True: "yes", False: "no"}.get(value, "")
        return {name: ["on"] if value and field.input == Field.Input.CHECKBOXES else [word]}
    found = initial(field, value)
    if isinstance(found, list):
        return {name: [str(one) for one in found]}
    return {name: ["" if found is None else str(found)]}


def with_held_files(form: forms.Form, posted: QueryDict) -> QueryDict:
    """What was sent, with the ids of the files that were stored on the way."""
    values = posted.copy()
    for name, field in form.fields.items():
        if isinstance(field, HeldFileField):
            found = form.cleaned_data.get(name)
            values[name] = "" if found is None else str(found)
            values.pop(f"{name}-away", None)
    return values
