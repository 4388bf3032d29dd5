"""Forms of the settings pages."""

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from babel.dates import get_timezone_location
from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.core import japanese
from enishi.core.models import Organisation

from .api import EVERYTHING
from .models import LANGUAGES, Role, User
from .permissions import ACTIONS, AREAS

PARTS_OF_THE_WORLD = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/"),
    *("Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"),
)


class RolesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def __init__(self, **options: Any) -> None:
        super().__init__(
            Role.objects.all(),
            label=_("Roles"),
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Choose at least one role.")},
            **options,
        )


class NewStaff(forms.Form):
    """Somebody new on the staff."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=100)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("With this address the person signs in.")
    )
    roles = RolesField()
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, initial="ja")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.staff().filter(email=email).exists():
            raise forms.ValidationError(_("Somebody on the staff has this e-mail address already."))
        return email


class Staff(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody on the staff."""

    roles = RolesField()

    class Meta:
        model = User
        fields = ("name", "email", "roles", "is_active")
        help_texts: ClassVar[dict[str, Any]] = {
            "is_active": _("Take the tick away when the person has left the office.")
        }

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class OwnRole(forms.Form):
    """A role of the organisation's own: a name and a matrix of rights."""

    name = forms.CharField(label=_("Name"), max_length=100)
    rights = forms.MultipleChoiceField(
        label=_("Rights"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one right.")},
    )

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        choices = [
            (right, f"{area.label}・{ACTIONS[right.partition('.')[2]]}")
            for area in AREAS.values()
            for right in area.rights
        ]
        self.fields["rights"].choices = choices  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(role: Role) -> dict[str, Any]:
        return {"name": str(role), "rights": sorted(role.all_rights)}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        same = Role.objects.filter(name__iexact=name)
        if self.role is not None:
            same = same.exclude(pk=self.role.pk)
        if same.exists():
            raise forms.ValidationError(_("A role with this name is here already."))
        return name


class Token(forms.Form):
    """A key for a program."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What uses it, for example “Web shop” or “Backup script”."),
    )
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        initial=365,
        choices=[
            (30, _("30 days")),
            (90, _("90 days")),
            (365, _("1 year")),
            (0, _("Until it is revoked")),
        ],
    )
    everything = forms.BooleanField(
        label=_("Everything that I may do, also in the future"), required=False
    )
    scopes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, scopes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(s, s) for s in scopes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("everything"):
            cleaned["scopes"] = [EVERYTHING]
        elif not cleaned.get("scopes"):
            self.add_error("scopes", _("Choose what the program may do."))
        return cleaned


def zones() -> list[tuple[str, str]]:
    """Time zones by their places, in the reader's language, Japan first."""
    return _zones(get_language() or "ja")


@cache
def _zones(language: str) -> list[tuple[str, str]]:
    named = [
        (zone, get_timezone_location(zone, locale=language))
        for zone in available_timezones()
        if zone.startswith(PARTS_OF_THE_WORLD)
    ]
    named = [pair for pair in named if "/" not in pair[1]]  # old names that only have an id
    return sorted(named, key=lambda pair: (pair[0] != "Asia/Tokyo", pair[1]))


class OrganisationDetails(forms.ModelForm):  # type: ignore[type-arg]
    """Who runs this installation."""

    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=_("First month of the fiscal year"), coerce=int, choices=list(MONTHS.items())
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "name_en",
            "email",
            "phone",
            "postal_code",
            "address",
            "zone",
            "fiscal_year_start",
        )

    def clean_postal_code(self) -> str:
        return read(japanese.postal_code, self.cleaned_data["postal_code"])

    def clean_email(self) -> str:
        return read(japanese.email, self.cleaned_data["email"])

    def clean_phone(self) -> str:
        return read(japanese.phone, self.cleaned_data["phone"])


def read(reader: Callable[[str], str], text: str) -> str:
    """What ``reader`` makes of ``text``, or its sentence beside the field."""
    try:
        return reader(text)
    except japanese.Unclear as unclear:
        raise forms.ValidationError(unclear.reason) from unclear


class OwnDetails(forms.ModelForm):  # type: ignore[type-arg]
    """What users change about themselves."""

    class Meta:
        model = User
        fields = ("name", "language")
