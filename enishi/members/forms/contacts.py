"""What staff write down about a member: notes, contacts, further addresses, files."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.core import clock, japanese
from enishi.members.models import Contact
from enishi.members.models.contacts import Channel, Direction, Purpose

from .entry import DateField, FoldedField, ProseField, ReadField


class NoteForm(forms.Form):
    text = ProseField(label=_("Note"), required=True, rows=3)
    private = forms.BooleanField(label=_("Only I can see it"), required=False)
    pinned = forms.BooleanField(label=_("Keep on top"), required=False)


class ContactForm(forms.Form):
    """One contact with a member: when, how, what about, what came of it."""

    on = DateField(label=_("Date"), required=True)
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write the time like 14:30.")},
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    direction = forms.ChoiceField(
        label=_("Direction"), choices=Direction.choices, widget=forms.RadioSelect
    )
    subject = FoldedField(label=_("Subject"), required=True, max_length=200)
    text = ProseField(label=_("What was said"), rows=3)
    outcome = FoldedField(label=_("Outcome"), max_length=200)
    next_action = FoldedField(label=_("Next action"), max_length=200)
    next_on = DateField(label=_("Next action on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        now = timezone.localtime(clock.now())
        kwargs["initial"] = {
            "on": now.date(),
            "time": now.time().replace(second=0, microsecond=0),
            "direction": Direction.IN,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        """The fields of a Contact, date and time made one instant in the organisation's zone."""
        found = dict(self.cleaned_data)
        on, time = found.pop("on"), found.pop("time") or datetime.min.time()
        found["at"] = timezone.make_aware(datetime.combine(on, time))
        return found

    @staticmethod
    def initial_of(contact: Contact) -> dict[str, Any]:
        """What the form shows for a contact that exists."""
        at = timezone.localtime(contact.at)
        names = ("channel", "direction", "subject", "text", "outcome", "next_action", "next_on")
        return {
            "on": at.date(),
            "time": at.time().replace(second=0, microsecond=0),
            **{name: getattr(contact, name) for name in names},
        }


class FurtherEmailForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    email = ReadField(label=_("E-mail"), reader=japanese.email, required=True, max_length=254)


class FurtherAddressForm(forms.Form):
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    addressee = FoldedField(label=_("Addressee"), max_length=200)
    postal_code = ReadField(label=_("Postal code"), reader=japanese.postal_code, max_length=40)
    prefecture = forms.ChoiceField(label=_("Prefecture"), required=False)
    city = FoldedField(label=_("City"), max_length=100)
    address_line = FoldedField(label=_("Town and block"), max_length=200)
    building = FoldedField(label=_("Building"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prefecture = self.fields["prefecture"]
        assert isinstance(prefecture, forms.ChoiceField)
        prefecture.choices = [("", "—"), *((name, name) for name in japanese.prefectures)]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        places = ("prefecture", "city", "address_line", "building")
        if not self.errors and not any(found.get(name) for name in places):
            self.add_error("city", _("Write the address."))
        return found


class FileForm(forms.Form):
    """A file to keep with the member."""

    file = forms.FileField(label=_("File"), allow_empty_file=False, max_length=200)
