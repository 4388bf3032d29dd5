"""Notes, the contact log, and further ways to reach a member."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.core import clock, japanese
from enishi.core.facts import announce
from enishi.members import facts, search
from enishi.members.fields import TOO_LONG, Wrong, clean, editable_fields
from enishi.members.models import (
    Channel,
    Contact,
    Direction,
    FurtherAddress,
    FurtherEmail,
    Member,
    Note,
    Purpose,
)

from .refusals import FieldClosed, Invalid, NotTheWriter
from .roll import By, locked
from .tasks import drop_next_action, note_next_action

_LONGEST = 20_000


@transaction.atomic
def add_note(
    member: Member, *, text: str, private: bool = False, pinned: bool = False, by: By
) -> Note:
    """Write a note about a member; a private one is for its writer alone."""
    member = locked(member)
    note = Note.objects.create(
        member=member, text=_prose("text", text), private=private, pinned=pinned, by=by
    )
    announce(facts.NoteWritten(about=member, note=note.pk, confidential=private, by=by))
    return note


@transaction.atomic
def change_note(
    note: Note,
    *,
    text: str | None = None,
    private: bool | None = None,
    pinned: bool | None = None,
    by: By,
) -> Note:
    """Change what is given. Raises NotTheWriter for somebody else's private note."""
    note = _own_or_open(note, by)
    if text is not None and (written := _prose("text", text)) != note.text:
        note.text, note.edited_at = written, clock.now()
    if private is not None and private != note.private:
        if by is None or note.by_id != by.pk:
            raise NotTheWriter
        note.private = private
    if pinned is not None:
        note.pinned = pinned
    note.save(update_fields=["text", "edited_at", "private", "pinned"])
    announce(facts.NoteChanged(about=note.member, note=note.pk, by=by))
    return note


@transaction.atomic
def delete_note(note: Note, *, by: By) -> None:
    note = _own_or_open(note, by)
    announce(facts.NoteDeleted(about=note.member, note=note.pk, by=by))
    note.delete()


def _own_or_open(note: Note, by: By) -> Note:
    note = Note.objects.select_for_update(of=("self",)).select_related("member").get(pk=note.pk)
    if note.private and (by is None or note.by_id != by.pk):
        raise NotTheWriter
    return note


@transaction.atomic
def add_contact(
    member: Member,
    *,
    channel: str,
    direction: str,
    subject: str,
    at: datetime | None = None,
    text: str = "",
    outcome: str = "",
    next_action: str = "",
    next_on: date | None = None,
    by: By,
) -> Contact:
    """Record a contact with a member (応対履歴). A next action becomes a task."""
    member = locked(member)
    values = _contact_values(
        channel=channel,
        direction=direction,
        subject=subject,
        at=at or clock.now(),
        text=text,
        outcome=outcome,
        next_action=next_action,
        next_on=next_on,
    )
    contact = Contact.objects.create(member=member, by=by, **values)
    announce(
        facts.ContactRecorded(
            about=member,
            contact=contact.pk,
            channel=contact.channel,
            subject=contact.subject,
            by=by,
        )
    )
    note_next_action(contact, by=by)
    return contact


@transaction.atomic
def change_contact(contact: Contact, *, by: By, **values: Any) -> Contact:
    """Change the given fields of a recorded contact."""
    contact = (
        Contact.objects.select_for_update(of=("self",)).select_related("member").get(pk=contact.pk)
    )
    found = _contact_values(**values)
    touched = sorted(name for name, value in found.items() if getattr(contact, name) != value)
    if not touched:
        return contact
    for name in touched:
        setattr(contact, name, found[name])
    contact.save(update_fields=touched)
    announce(
        facts.ContactChanged(
            about=contact.member,
            contact=contact.pk,
            subject=contact.subject,
            fields=touched,
            by=by,
        )
    )
    if {"next_action", "next_on", "subject"}.intersection(touched):
        note_next_action(contact, by=by)
    return contact


@transaction.atomic
def delete_contact(contact: Contact, *, by: By) -> None:
    drop_next_action(contact, by=by)
    announce(
        facts.ContactDeleted(
            about=contact.member, contact=contact.pk, subject=contact.subject, by=by
        )
    )
    contact.delete()


@transaction.atomic
def add_further_email(member: Member, *, purpose: str, email: str, by: By) -> FurtherEmail:
    """Add another e-mail address; the search finds the member by it too. Raises FieldClosed."""
    _refuse_closed("email", by)
    member = locked(member)
    address = _field("email", email)
    if not address:
        raise Invalid({"email": _missing("email")})
    row = FurtherEmail.objects.create(
        member=member, purpose=_choice("purpose", purpose, Purpose.values), email=address
    )
    _search_again(member)
    announce(facts.WayToReachAdded(about=member, kind="email", purpose=purpose, by=by))
    return row


@transaction.atomic
def delete_further_email(row: FurtherEmail, *, by: By) -> None:
    _refuse_closed("email", by)
    member = locked(row.member)
    announce(facts.WayToReachRemoved(about=member, kind="email", purpose=row.purpose, by=by))
    row.delete()
    _search_again(member)


@transaction.atomic
def add_further_address(
    member: Member,
    *,
    purpose: str,
    addressee: str = "",
    postal_code: str = "",
    prefecture: str = "",
    city: str = "",
    address_line: str = "",
    building: str = "",
    by: By,
) -> FurtherAddress:
    """Add another postal address, for a purpose such as billing. Raises FieldClosed."""
    _refuse_closed("address_line", by)
    member = locked(member)
    row = FurtherAddress.objects.create(
        member=member,
        purpose=_choice("purpose", purpose, Purpose.values),
        addressee=_line("addressee", addressee),
        postal_code=_field("postal_code", postal_code),
        prefecture=_field("prefecture", prefecture),
        city=_field("city", city),
        address_line=_field("address_line", address_line),
        building=_field("building", building),
    )
    announce(facts.WayToReachAdded(about=member, kind="address", purpose=purpose, by=by))
    return row


@transaction.atomic
def delete_further_address(row: FurtherAddress, *, by: By) -> None:
    _refuse_closed("address_line", by)
    member = locked(row.member)
    announce(facts.WayToReachRemoved(about=member, kind="address", purpose=row.purpose, by=by))
    row.delete()


def _refuse_closed(key: str, by: By) -> None:
    """Further addresses are for those who may change the member's own."""
    if key not in editable_fields(by):
        raise FieldClosed


def _search_again(member: Member) -> None:
    member.search = search.text_of(member)
    member.save(update_fields=["search"])
    search.remember(member)


# Cleaning


def _missing(name: str) -> str:
    return {"email": _("Write the e-mail address."), "text": _("Write the text.")}.get(
        name, _("This is missing.")
    )


def _prose(name: str, text: str, *, required: bool = True) -> str:
    written = japanese.as_written(text)
    if required and not written:
        raise Invalid({name: _missing(name)})
    return _short(name, written, _LONGEST)


def _line(name: str, text: str, longest: int = 200) -> str:
    return _short(name, japanese.fold(text), longest)


def _short(name: str, text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid({name: str(TOO_LONG) % {"longest": longest, "length": len(text)}})
    return text.replace("\x00", "")


def _field(name: str, text: str) -> str:
    try:
        return str(clean(name, text))
    except Wrong as wrong:
        raise Invalid({name: wrong.reason}) from wrong


def _choice(name: str, value: str, known: list[str]) -> str:
    if value not in known:
        raise Invalid({name: _missing(name)})
    return value


def _contact_values(**values: Any) -> dict[str, Any]:
    """The given values of a Contact, clean. Raises Invalid."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        match name:
            case "channel":
                found[name] = _choice(name, value, Channel.values)
            case "direction":
                found[name] = _choice(name, value, Direction.values)
            case "subject":
                found[name] = _line(name, value)
                if not found[name]:
                    raise Invalid({name: _missing(name)})
            case "text":
                found[name] = _prose(name, value, required=False)
            case "outcome" | "next_action":
                found[name] = _line(name, value)
            case "at":
                found[name] = _moment(value)
            case _:
                found[name] = value
    return found


def _moment(at: datetime) -> datetime:
    """A time of the last hundred years or the next ten, in the organisation's zone if not said."""
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    if not -100 <= at.year - clock.today().year <= 10:
        raise Invalid({"at": _("This day cannot be right. Check the year.")})
    return at
