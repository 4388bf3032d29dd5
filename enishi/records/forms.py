"""What staff see and type of databases and records."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.core.sealing import is_sealed
from enishi.members.fields import editable_fields, type_of
from enishi.members.fields.forms import (
    FORM,
    form_field,
    form_name,
    initial,
    shown_field,
    with_held_files,
)
from enishi.members.fields.sealed import opened
from enishi.members.fields.types import linked
from enishi.members.models import Field, Member

from .models import ICONS, Database, Record


class DatabaseForm(forms.Form):
    """A database: what it is called, and whether its records belong to members."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_(
            "In the words of your office: requests for material, courses taken, things lent."
        ),
    )
    of_member = forms.ChoiceField(
        label=pgettext_lazy("records", "Belongs to"),
        choices=Database.OfMember.choices,
        widget=forms.RadioSelect,
        initial=Database.OfMember.MAY,
        help_text=_("Records that belong to a member are shown on the member's karte."),
    )
    description = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    icon = forms.ChoiceField(
        label=_("Icon"),
        choices=[(name, name) for name in ICONS],
        initial="database",
        widget=forms.RadioSelect,
        required=False,
    )
    in_menu = forms.BooleanField(label=_("Show it in the menu"), required=False, initial=True)

    def values(self) -> dict[str, Any]:
        said = dict(self.cleaned_data)
        said["icon"] = said["icon"] or "database"
        return said


USUAL_COLUMNS = 6


def shown_columns(database: Database, fields: Sequence[Field]) -> list[Field]:
    """The columns of the list for somebody who sees ``fields``."""
    shown = [field for name in database.columns for field in fields if field.key == name]
    shown = shown or [field for field in fields if field.type != Field.Type.LONG_TEXT]
    return shown if database.columns else shown[:USUAL_COLUMNS]


class ColumnsForm(forms.Form):
    """Which columns the list shows; those that this user does not see stay."""

    columns = forms.MultipleChoiceField(label=_("Columns"), required=False)

    def __init__(self, given: Any = None, *, database: Database, fields: Sequence[Field]) -> None:
        shown = [field.key for field in shown_columns(database, fields)]
        super().__init__(given, initial={"columns": shown})
        choices = [(field.key, str(field)) for field in fields]
        self.fields["columns"].choices = choices  # type: ignore[attr-defined]

    def all_columns(self, database: Database) -> list[str]:
        """What was chosen, and what others see besides."""
        known = {key for key, _label in self.fields["columns"].choices}  # type: ignore[attr-defined]
        return [
            *self.cleaned_data["columns"],
            *(key for key in database.columns if key not in known),
        ]


class MemberInput(forms.TextInput):
    """A member, found by name or number while one types."""

    template_name = "members/office/fields/link.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["find_url"] = reverse("members:field_links")
        return context


class RecordForm(forms.Form):
    """A record."""

    member = forms.CharField(
        label=_("Member"),
        required=False,
        max_length=200,
        widget=MemberInput(attrs={"class": "w-mid", "autocomplete": "off"}),
        help_text=_("Type a name or a member number and choose."),
    )

    def __init__(
        self,
        *args: Any,
        database: Database,
        record: Record | None = None,
        member: Member | None = None,
        by: Any = None,
        **kwargs: Any,
    ) -> None:
        known = editable_fields(by, database.key).values()
        self.own: list[Field] = [one.own for one in known if one.own is not None]
        kept = opened(record.pk, record.data, database.key) if record is not None else {}
        self.own = [field for field in self.own if not is_sealed(kept.get(field.key))]
        owner = record.member if record is not None else member
        self.record = record
        start = {"member": f"{owner.number} {owner.name}" if owner is not None else ""}
        for field in self.own:
            value = kept.get(field.key) if record is not None else field.default
            start[form_name(f"data.{field.key}")] = initial(field, value)
        kwargs["initial"] = {**start, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if not database.takes_members:
            del self.fields["member"]
        else:
            self.fields["member"].required = database.of_member == Database.OfMember.MUST
        made = form_field if self.is_bound else shown_field
        for field in self.own:
            self.fields[f"{FORM}{field.key}"] = made(field, kept.get(field.key))

    @property
    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by section, in the order of the office; those without one first."""
        return in_sections(self.own, lambda field: self[f"{FORM}{field.key}"])

    def clean_member(self) -> Member | None:
        said = self.cleaned_data["member"].strip()
        if not said:
            return None
        found = linked["member"].by_text("", [said]).get(said, 0)
        member = Member.objects.present().filter(pk=found).first()
        if member is None:
            raise forms.ValidationError(
                _("There is no one member of this name or number. Choose from the suggestions.")
            )
        return member

    def kept(self) -> dict[str, Any]:
        """What is stored behind what it is filled with."""
        return self.kept_of(self.record) if self.record is not None else {}

    def kept_of(self, record: Record) -> dict[str, Any]:
        """What a record holds, by the names of the form."""
        data = opened(record.pk, record.data, record.database.key)
        found = {f"{FORM}{field.key}": data.get(field.key) for field in self.own}
        return {"member": record.member, **found}

    def written(self, name: str, value: Any) -> str | None:
        """How a value reads."""
        if name == "member":
            return f"{value.number} {value.name}" if value is not None else ""
        field = next(one for one in self.own if f"{FORM}{one.key}" == name)
        return "" if value in (None, "", []) else type_of(field).said(field, value)

    def carried(self, posted: QueryDict) -> QueryDict:
        """What was typed, with the files that came along."""
        return with_held_files(self, posted)

    def values(self) -> dict[str, Any]:
        """What was typed, by the keys of the fields."""
        return {field.key: self.cleaned_data[f"{FORM}{field.key}"] for field in self.own}

    def lay_beside(self, errors: dict[str, str]) -> None:
        """Put what an action refused beside the fields."""
        for name, sentence in errors.items():
            field = form_name(name)
            self.add_error(field if field in self.fields else None, sentence)


def in_sections(fields: Sequence[Field], draw: Any) -> list[tuple[str, list[Any]]]:
    """What ``draw`` makes of each field, by section."""
    sections: dict[str, list[Any]] = {}
    for field in sorted(fields, key=lambda field: bool(field.section)):
        sections.setdefault(field.section, []).append(draw(field))
    return list(sections.items())
