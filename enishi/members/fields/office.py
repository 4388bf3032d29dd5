"""The form of a field's settings, as the office fills it in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import Role
from enishi.members.forms.entry import FoldedField, ProseField
from enishi.members.models import Field
from enishi.ui.written import listed

from .computing import shown_formula
from .types import RESULTS, TYPES

_EN, _RETIRED = "\x1fen", "\x1fretired"  # after a choice's value: what is said of it besides
CHOICE = "choice"  # rows of the editor of choices: choice-0-value, -label, -label_en, -retired


class FieldForm(forms.Form):
    """The settings that suit the type of ``field``, which may be a new one."""

    label_ja = FoldedField(label=_("Label"), required=True, max_length=100)
    label = FoldedField(
        label=_("Label in English"),
        max_length=100,
        help_text=_("Shown to those who use Enishi in English. May stay empty."),
    )
    help = FoldedField(
        label=_("Explanation"),
        max_length=300,
        help_text=_("Stands below the input, for whoever fills it in."),
    )
    section = FoldedField(
        label=_("Section"),
        max_length=100,
        help_text=_("Fields of one section stand together under its name."),
    )
    new_choices = ProseField(label=_("Choices"), rows=5, help_text=_("One on each line."))
    links_to = forms.ChoiceField(label=_("Database"), required=False)
    expression = ProseField(label=_("Formula"), rows=3, max_length=2000)
    result = forms.ChoiceField(label=_("Shown as"), required=False)
    required = forms.BooleanField(label=_("Must be filled in"), required=False)
    unique = forms.BooleanField(
        label=_("No two alike"),
        required=False,
        help_text=_(
            "A value that somebody has already is refused, also in other width, capitals or kana."
        ),
    )
    default = FoldedField(
        label=_("Filled in beforehand"),
        max_length=5000,
        help_text=_("What new entries begin with."),
    )
    least = FoldedField(label=_("At least"), max_length=40)
    most = FoldedField(label=_("At most"), max_length=40)
    longest = forms.IntegerField(
        label=_("Length at most"), required=False, min_value=1, max_value=20_000
    )
    pattern = forms.CharField(
        label=_("Pattern"),
        required=False,
        max_length=200,
        help_text=_("A regular expression for the whole text, like [A-Z]{2}[0-9]{4}."),
    )
    input = forms.ChoiceField(label=_("How it is entered"), required=False)
    searched = forms.BooleanField(label=_("Found by the search box"), required=False)
    personal = forms.ChoiceField(
        label=_("Personal data"), choices=Field.Personal.choices, widget=forms.RadioSelect
    )
    seen_by = forms.MultipleChoiceField(
        label=_("Only these roles see it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: everybody who may see members."),
    )
    edited_by = forms.MultipleChoiceField(
        label=_("Only these roles change it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: everybody who may edit members."),
    )
    on_my_page = forms.BooleanField(label=_("Shown on the member's own page"), required=False)
    edited_on_my_page = forms.BooleanField(label=_("The member may change it"), required=False)
    at_registration = forms.BooleanField(label=_("Asked at registration"), required=False)

    def __init__(
        self,
        *args: Any,
        field: Field,
        databases: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        self.field, self.kind = field, TYPES[field.type]
        kwargs["initial"] = {**self._filled(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        if not field.pk:
            self.fields["label_ja"].widget.attrs["autofocus"] = True
        self._leave_out(databases)
        self._offer(databases)

    def _filled(self) -> dict[str, Any]:
        field = self.field
        names = (
            *("label_ja", "label", "help", "section", "links_to", "expression", "result"),
            *("required", "unique", "longest", "pattern", "input", "searched", "personal"),
            *("seen_by", "edited_by", "on_my_page", "edited_on_my_page", "at_registration"),
        )
        filled = {name: getattr(field, name) for name in names}
        if field.expression:
            filled["expression"] = shown_formula(field)
        for name in ("default", "least", "most"):
            value = getattr(field, name)
            filled[name] = "" if value is None else self.kind.written(field, value)
        return filled

    def _leave_out(self, databases: Sequence[tuple[str, str]]) -> None:
        """What the type does not know."""
        kind, computed = self.kind, self.field.type == Field.Type.COMPUTED
        unknown = {
            "new_choices": not kind.has_choices,
            "links_to": self.field.type != Field.Type.RECORD or not databases,
            "expression": not computed,
            "result": not computed,
            "required": computed,
            "unique": not kind.may_be_unique,
            "default": not kind.may_be_preset,
            "least": not kind.has_range,
            "most": not kind.has_range,
            "longest": not kind.has_length,
            "pattern": not kind.has_length,
            "input": not kind.inputs,
            "searched": not kind.may_be_searched or bool(self.field.table),
            "edited_by": computed,
            "edited_on_my_page": computed or bool(self.field.table),
            "at_registration": computed or bool(self.field.table),
            "on_my_page": bool(self.field.table),
        }
        for name, is_unknown in unknown.items():
            if is_unknown:
                del self.fields[name]

    def _offer(self, databases: Sequence[tuple[str, str]]) -> None:
        roles = [(role.key, str(role)) for role in Role.objects.all()]
        types = dict(Field.Type.choices)
        offered = {
            "seen_by": roles,
            "edited_by": roles,
            "links_to": databases,
            "input": [("", Field.Input.USUAL.label)]
            + [(one, Field.Input(one).label) for one in self.kind.inputs],
            "result": [("", _("As the formula gives it")), *((r, types[r]) for r in RESULTS)],
        }
        for name, choices in offered.items():
            if (found := self.fields.get(name)) is not None:
                found.choices = choices  # type: ignore[attr-defined]
        if self.kind.has_choices and self.field.pk:
            self.fields["new_choices"].label = _("More choices")

    def rows_of_choices(self) -> list[dict[str, Any]]:
        """The choices that are there, as they were typed or as they are kept."""
        if self.is_bound and f"{CHOICE}-0-value" in self.data:
            return self._sent_choices()
        return [vars(choice) for choice in self.field.known_choices]

    def _sent_choices(self) -> list[dict[str, Any]]:
        found = []
        for order in range(1_000):
            value = self.data.get(f"{CHOICE}-{order}-value")
            if value is None:
                break
            place = self.data.get(f"{CHOICE}-{order}-place", "")
            label = self.data.get(f"{CHOICE}-{order}-label", "")
            found.append(
                {
                    "value": value,
                    "label": label or value,
                    "label_en": self.data.get(f"{CHOICE}-{order}-label_en", ""),
                    "retired": bool(self.data.get(f"{CHOICE}-{order}-retired")),
                    "place": int(place) if place.isascii() and place.isdigit() else order,
                }
            )
        return sorted(found, key=lambda one: one["place"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if self.kind.has_choices and "new_choices" in found:
            lines = [line.strip() for line in found["new_choices"].splitlines() if line.strip()]
            known = self._sent_choices() if self.field.pk else []
            if not lines and not known:
                self.add_error("new_choices", _("Write at least one choice."))
            if self.field.pk:
                found["choices"], found["order"] = _spread(known)
        return found

    in_parts = frozenset({"choices"})

    def kept(self) -> dict[str, Any]:
        """What it is filled with; of choices every label for itself."""
        found = {name: self.initial.get(name) for name in self.fields}
        if self.kind.has_choices and self.field.pk:
            known = [vars(choice) for choice in self.field.known_choices]
            found["choices"], found["order"] = _spread(known)
        return found

    def label_of(self, name: str, key: str = "") -> str:
        """How a clash calls what is no input of its own."""
        if name == "order":
            return gettext("Order of the choices")
        if name != "choices":
            return ""
        value, sign, what = key.partition("\x1f")
        labels = {one.value: one.label for one in self.field.known_choices}
        known = labels.get(value, value)
        if not sign:
            return known
        return f"{known} ({gettext('in English') if what == 'en' else gettext('not offered')})"

    def written(self, name: str, value: Any) -> str | None:
        """How a clash writes a value, where the input does not tell."""
        if name != "order":
            return None
        labels = {one.value: one.label for one in self.field.known_choices}
        return listed(labels.get(one, one) for one in str(value).split("\n"))

    @property
    def settings(self) -> dict[str, Any]:
        """What was said, by column of Field."""
        said = dict(self.cleaned_data)
        if "new_choices" in said:
            lines = [line for line in said.pop("new_choices").splitlines() if line.strip()]
            kept = _gathered(said.pop("choices", {}), said.pop("order", ""))
            known = {one["value"] for one in kept}
            new = [line for line in dict.fromkeys(lines) if line not in known]
            said["choices"] = [*kept, *({"value": line, "label": line} for line in new)]
        for name in ("default", "least", "most"):
            if name in said:
                said[name] = said[name] or None
        return said


def _spread(choices: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], str]:
    """Choices as single entries, so that two people can change two of them; and their order."""
    found: dict[str, Any] = {}
    for one in choices:
        found[one["value"]] = one["label"]
        if one["label_en"]:
            found[one["value"] + _EN] = one["label_en"]
        if one["retired"]:
            found[one["value"] + _RETIRED] = True
    return found, "\n".join(one["value"] for one in choices)


def _gathered(entries: Mapping[str, Any], order: str) -> list[dict[str, Any]]:
    values = [value for value in entries if "\x1f" not in value]
    first = [value for value in order.split("\n") if value in values]
    return [
        {
            "value": value,
            "label": entries[value],
            "label_en": entries.get(value + _EN, ""),
            "retired": bool(entries.get(value + _RETIRED)),
        }
        for value in dict.fromkeys([*first, *values])
    ]
