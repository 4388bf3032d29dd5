"""The form of one member: every built-in field, and the organisation's own."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.core import japanese
from enishi.core.sealing import is_sealed
from enishi.members.fields import (
    BUILT_IN,
    GROUP_OF,
    LANGUAGES,
    LONGEST_NOTE,
    Names,
    Sort,
    contradictions,
    editable_fields,
    names_for,
)
from enishi.members.fields.forms import FORM, Offered, form_field, form_name, initial, shown_field
from enishi.members.fields.sealed import with_opened
from enishi.members.models import Field, Gender, Kind, Member, MemberType, Status
from enishi.ui.written import countries, phone

from .entry import DateField, ProseField, ReadField, empty_choice

# By their keys in enishi.members.fields, in the order of the form.
KEYS = (
    *("number", "kind", "member_type", "family_name", "given_name"),
    *("family_name_kana", "given_name_kana", "former_name"),
    *("organisation_name", "organisation_name_kana", "gender", "birth_date", "joined_on"),
    *("email", "phone", "mobile"),
    *("postal_code", "prefecture", "city", "address_line", "building", "country"),
    *("owner", "source", "language", "note"),
)


def _postal(code: str | None) -> str:
    return f"{code[:3]}-{code[3:]}" if code and len(code) == 7 and code.isdigit() else code or ""


_WRITERS = {Sort.PHONE: phone, Sort.POSTAL_CODE: _postal}


def _read(key: str, **more: Any) -> ReadField:
    """A form field that reads what was typed as the field ``key`` does."""
    definition = BUILT_IN[key]
    made = DateField if definition.sort == Sort.DATE else ReadField
    return made(
        label=definition.label,
        reader=definition.clean,
        max_length=max(definition.longest, 100),
        writer=_WRITERS.get(definition.sort),
        **more,
    )


class MemberForm(forms.Form):
    """What staff see and type of a member.

    ``version`` and ``read`` (the values that the form was filled with) travel along, so that a
    save knows which fields this person changed and whether somebody else was quicker.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    read = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2_000_000)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices, widget=forms.RadioSelect)
    member_type = forms.ModelChoiceField(
        label=_("Member type"), queryset=MemberType.objects.none(), empty_label=_("Not chosen")
    )
    number = _read("number", help_text=_("Leave empty to get the next number of the member type."))
    family_name = _read("family_name")
    given_name = _read("given_name")
    family_name_kana = _read("family_name_kana")
    given_name_kana = _read("given_name_kana")
    former_name = _read("former_name")
    organisation_name = _read("organisation_name")
    organisation_name_kana = _read("organisation_name_kana")
    gender = forms.ChoiceField(
        label=_("Gender"), choices=empty_choice(Gender.choices), required=False
    )
    birth_date = _read(
        "birth_date", help_text=_("1985/4/1, 昭和60年4月1日 and S60.4.1 are all fine.")
    )
    email = _read("email")
    phone = _read("phone")
    mobile = _read("mobile")
    postal_code = _read("postal_code", help_text=_("Fills in the address."))
    prefecture = forms.ChoiceField(label=_("Prefecture"), required=False)
    city = _read("city")
    address_line = _read("address_line")
    building = _read("building")
    country = forms.ChoiceField(label=_("Country"), required=False)
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=pgettext_lazy("owner", "Nobody"),
    )
    source = _read("source")
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    note = ProseField(label=_("Remarks"), rows=4, max_length=LONGEST_NOTE)

    # Only when a member is added.
    status = forms.ChoiceField(
        label=_("Status"),
        choices=(
            (Status.ACTIVE, pgettext_lazy("entry", "Joined")),
            (Status.APPLICANT, _("Applied, not yet approved")),
        ),
        widget=forms.RadioSelect,
        required=False,
    )
    joined_on = _read("joined_on")

    def __init__(
        self, *args: Any, member: Member | None = None, by: User | None = None, **kwargs: Any
    ) -> None:
        """``by`` is who fills it in: own fields that they may not change are not in the form."""
        self.member = member
        self.may = editable_fields(by)
        self.own = [one.own for one in self.may.values() if one.own is not None]
        if member is not None:
            member = with_opened(member)
            shut = {key for key, value in member.data.items() if is_sealed(value)}
            self.own = [field for field in self.own if field.key not in shut]
        names = names_for(self.own, [member.data] if member is not None else [])
        if member is not None:
            kwargs["initial"] = {
                **filled_with(member, self.own, names),
                "version": member.version,
                "read": signing.dumps(plain(self._kept(member)), compress=True),
            }
        else:
            preset = {
                form_name(f"data.{field.key}"): initial(field, field.default)
                for field in self.own
                if field.default is not None
            }
            kwargs["initial"] = {**preset, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        for key in GROUP_OF.keys() - self.may.keys():
            del self.fields[key]
        if member is not None:
            del self.fields["status"], self.fields["token"]
            self.fields["number"].required = True
            self.fields["number"].help_text = ""
        self._offer(member)
        made = form_field if self.is_bound else shown_field
        for field in self.own:
            kept = member.data.get(field.key) if member is not None else None
            self.fields[f"{FORM}{field.key}"] = made(field, kept, names)

    def _kept(self, member: Member) -> dict[str, Any]:
        """The signed values can be read by whoever looks: only what may be seen is among them."""
        kept = kept_of(member, self.own)
        return {key: value for key, value in kept.items() if key not in GROUP_OF or key in self.may}

    def _offer(self, member: Member | None) -> None:
        """The choices of the moment; what the member already has stays choosable."""
        kept = [member.type_id] if member is not None else []
        types, owner = self.fields["member_type"], self.fields["owner"]
        prefecture = self.fields.get("prefecture")
        assert isinstance(types, forms.ModelChoiceField)
        assert isinstance(owner, forms.ModelChoiceField)
        every = MemberType.objects.all()
        types.queryset = every.filter(retired_at=None) | every.filter(pk__in=kept)
        owners = User.objects.filter(is_staff=True)
        kept = [member.owner_id] if member is not None and member.owner_id else []
        owner.queryset = (owners.filter(is_active=True) | owners.filter(pk__in=kept)).order_by(
            "name", "pk"
        )
        if isinstance(prefecture, forms.ChoiceField):
            names = list(japanese.prefectures)
            if member is not None and member.prefecture not in ("", *names):
                names.append(member.prefecture)
            prefecture.choices = Offered(empty_choice((name, name) for name in names))
        if isinstance(country := self.fields.get("country"), forms.ChoiceField):
            known = countries()
            if member is not None and member.country not in dict(known):
                known.append((member.country, member.country))
            country.choices = Offered(known)

    @property
    def own_sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The own fields by section, in the order of the office; those without one first."""
        sections: dict[str, list[forms.BoundField]] = {}
        for field in sorted(self.own, key=lambda field: bool(field.section)):
            sections.setdefault(field.section, []).append(self[f"{FORM}{field.key}"])
        return list(sections.items())

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        others = Member.objects.filter(number=number) if number else Member.objects.none()
        if self.member is not None:
            others = others.exclude(pk=self.member.pk)
        if taken := others.first():
            raise forms.ValidationError(
                _("%(name)s has this number already. Choose another one.") % {"name": taken.name}
            )
        return number

    def clean_country(self) -> str:
        return self.cleaned_data["country"] or "JP"

    def clean(self) -> dict[str, Any]:
        """Also a missing name is told with the other errors, not after them."""
        found = super().clean() or self.cleaned_data
        names = ("family_name", "given_name", "organisation_name")
        if found.get("kind") and all(name in found for name in names):
            known = Member(kind=found["kind"], **{name: found[name] for name in names})
            for name, sentence in contradictions(known).items():
                self.add_error(name, sentence)
        return found

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, clean: built-in fields by name, own ones as ``data.<key>``."""
        said = self.cleaned_data
        values = {key: said[key] for key in KEYS if key in self.fields}
        for field in self.own:
            values[f"data.{field.key}"] = said[form_name(f"data.{field.key}")]
        return values

    @property
    def read_values(self) -> dict[str, Any] | None:
        """The plain values that the form was filled with; None when they cannot be told."""
        try:
            found: dict[str, Any] = signing.loads(self.cleaned_data["read"])
        except signing.BadSignature:
            return None
        return found

    def typed_by_me(self) -> dict[str, Any]:
        """The values that differ from those that the form was filled with."""
        before, now = self.read_values, self.values
        if before is None:
            return now
        after = plain(now)
        town = before.get("address_line")
        if town and after.get("address_line") == japanese.fold(town):
            before["address_line"] = after["address_line"]  # an official name that is wide
        return {
            key: value for key, value in now.items() if after[key] != before.get(form_name(key))
        }


def own_fields_for(by: User | None) -> list[Field]:
    """The own fields that ``by`` may fill in, in the order of the office."""
    definitions = editable_fields(by).values()
    return [one.own for one in definitions if one.own is not None]


def filled_with(member: Member, own: list[Field], names: Names) -> dict[str, Any]:
    """What the form shows for a member, by form field."""
    filled = {key: getattr(member, BUILT_IN[key].column) for key in KEYS}
    for field in own:
        filled[f"{FORM}{field.key}"] = initial(field, member.data.get(field.key), names)
    return filled


def kept_of(member: Member, own: list[Field]) -> dict[str, Any]:
    """The stored values behind what the form shows, to be compared with."""
    member = with_opened(member)
    kept = {key: getattr(member, BUILT_IN[key].column) for key in KEYS}
    for field in own:
        kept[f"{FORM}{field.key}"] = member.data.get(field.key)
    return kept


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """``values`` as JSON can hold them, so that they can be compared later."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if hasattr(value, "pk"):
        return value.pk
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, list):
        value = sorted(value, key=str)
    return "" if value in (None, []) else value
