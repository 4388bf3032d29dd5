"""What hangs on a member: tags, notes, contacts, further addresses, files, history."""

from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from enishi.audit.permissions import for_reader
from enishi.core.pages import page
from enishi.members import actions
from enishi.members.fields import hidden_groups
from enishi.members.merged import history_of
from enishi.members.models import Contact, FurtherAddress, FurtherEmail, Member, MemberFile, Note
from enishi.members.serving import served

from .members import READ, WRITE, by_of, set_tags
from .shapes import found, tags_of
from .status import day

router = Router(tags=["karte"])


class Names(Schema):
    """All tags of a member, by name."""

    tags: list[str]


@router.get("/members/{key}/tags", response=Names, auth=READ, summary="Tags of a member")
def tags(request: HttpRequest, key: str) -> dict[str, Any]:
    """By name."""
    member = found(key)
    return {"tags": tags_of([member]).get(member.pk, [])}


@router.put("/members/{key}/tags", response=Names, auth=WRITE, summary="Set a member's tags")
def put_tags(request: HttpRequest, key: str, names: Names) -> dict[str, Any]:
    """Exactly these; unknown ones are made."""
    member = found(key)
    set_tags(member, names.tags, by_of(request))
    return {"tags": tags_of([member]).get(member.pk, [])}


class NoteAnswer(Schema):
    """A note of the staff."""

    id: int
    text: str
    private: bool
    pinned: bool
    by: str
    at: datetime
    edited_at: datetime | None


class NoteValues(Schema):
    """What a note says; a private one is seen by its writer alone."""

    text: str | None = Described(None, max_length=20_000)
    private: bool | None = None
    pinned: bool | None = None


def _note(note: Note) -> dict[str, Any]:
    names = ("id", "text", "private", "pinned", "at", "edited_at")
    return {name: getattr(note, name) for name in names} | {"by": str(note.by or "")}


def _notes(request: HttpRequest, key: str) -> Any:
    """The notes that this program may know of."""
    by = by_of(request)
    mine = Q(private=False) | Q(by=by) if by else Q(private=False)
    return Note.objects.filter(mine, member=found(key)).select_related("by")


@router.get("/members/{key}/notes", response=list[NoteAnswer], auth=READ, summary="Notes")
def notes(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """Pinned ones first, then the newest."""
    return [_note(note) for note in _notes(request, key)]


@router.post("/members/{key}/notes", response={201: NoteAnswer}, auth=WRITE, summary="Write a note")
def add_note(request: HttpRequest, key: str, values: NoteValues) -> Status[dict[str, Any]]:
    """About a member."""
    note = actions.add_note(
        found(key),
        text=values.text or "",
        private=bool(values.private),
        pinned=bool(values.pinned),
        by=by_of(request),
    )
    return Status(201, _note(note))


@router.patch("/members/{key}/notes/{id}", response=NoteAnswer, auth=WRITE, summary="Change a note")
def change_note(request: HttpRequest, key: str, id: int, values: NoteValues) -> dict[str, Any]:
    """What is not named stays."""
    note = get_object_or_404(_notes(request, key), pk=id)
    return _note(actions.change_note(note, **values.dict(exclude_none=True), by=by_of(request)))


@router.delete(
    "/members/{key}/notes/{id}", response={204: None}, auth=WRITE, summary="Delete a note"
)
def delete_note(request: HttpRequest, key: str, id: int) -> Status[None]:
    """For good."""
    actions.delete_note(get_object_or_404(_notes(request, key), pk=id), by=by_of(request))
    return Status(204, None)


class ContactAnswer(Schema):
    """One contact with a member (応対履歴)."""

    id: int
    at: datetime
    channel: str
    direction: str
    subject: str
    text: str
    outcome: str
    next_action: str
    next_on: date | None
    by: str


class ContactValues(Schema):
    """``channel``: phone, email, visit, letter, meeting, other. ``direction``: in or out."""

    at: datetime | None = None
    channel: str | None = None
    direction: str | None = None
    subject: str | None = None
    text: str | None = None
    outcome: str | None = None
    next_action: str | None = None
    next_on: str | None = None


def _contact(contact: Contact) -> dict[str, Any]:
    names = "id at channel direction subject text outcome next_action next_on"
    return {n: getattr(contact, n) for n in names.split()} | {"by": str(contact.by or "")}


def _said(values: ContactValues) -> dict[str, Any]:
    said = values.dict(exclude_none=True)
    if "next_on" in said:
        said["next_on"] = day("next_on", said["next_on"])
    return said


@router.get("/members/{key}/contacts", response=list[ContactAnswer], auth=READ, summary="Contacts")
def contacts(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """The newest first, at most 1,000."""
    rows = Contact.objects.filter(member=found(key)).select_related("by")[:1000]
    return [_contact(row) for row in rows]


@router.post(
    "/members/{key}/contacts", response={201: ContactAnswer}, auth=WRITE, summary="Record a contact"
)
def add_contact(request: HttpRequest, key: str, values: ContactValues) -> Status[dict[str, Any]]:
    """When, by which channel, what came of it."""
    blank = {"channel": "", "direction": "", "subject": ""}
    contact = actions.add_contact(found(key), **blank | _said(values), by=by_of(request))
    return Status(201, _contact(contact))


@router.patch(
    "/members/{key}/contacts/{id}", response=ContactAnswer, auth=WRITE, summary="Change a contact"
)
def change_contact(
    request: HttpRequest,
    key: str,
    id: int,
    values: ContactValues,
) -> dict[str, Any]:
    """What is not named stays."""
    row = get_object_or_404(Contact, pk=id, member=found(key))
    return _contact(actions.change_contact(row, **_said(values), by=by_of(request)))


@router.delete(
    "/members/{key}/contacts/{id}", response={204: None}, auth=WRITE, summary="Delete a contact"
)
def delete_contact(request: HttpRequest, key: str, id: int) -> Status[None]:
    """For good."""
    row = get_object_or_404(Contact, pk=id, member=found(key))
    actions.delete_contact(row, by=by_of(request))
    return Status(204, None)


class EmailValues(Schema):
    """``purpose``: billing, mailing, work, home, other."""

    purpose: str
    email: str


class EmailAnswer(EmailValues):
    """A further e-mail address."""

    id: int


class AddressValues(Schema):
    """``purpose``: billing, mailing, work, home, other."""

    purpose: str
    addressee: str = ""
    postal_code: str = ""
    prefecture: str = ""
    city: str = ""
    address_line: str = ""
    building: str = ""


class AddressAnswer(AddressValues):
    """A further postal address."""

    id: int


@router.get("/members/{key}/emails", response=list[EmailAnswer], auth=READ, summary="More e-mails")
def emails(request: HttpRequest, key: str) -> list[FurtherEmail]:
    """Further addresses besides the member's own."""
    if "email" in hidden_groups(request.user):
        raise Http404
    return list(FurtherEmail.objects.filter(member=found(key)))


@router.post(
    "/members/{key}/emails", response={201: EmailAnswer}, auth=WRITE, summary="Add an e-mail"
)
def add_email(request: HttpRequest, key: str, values: EmailValues) -> Status[FurtherEmail]:
    """For a purpose."""
    made = actions.add_further_email(found(key), **values.dict(), by=by_of(request))
    return Status(201, made)


@router.delete(
    "/members/{key}/emails/{id}", response={204: None}, auth=WRITE, summary="Take an e-mail off"
)
def delete_email(request: HttpRequest, key: str, id: int) -> Status[None]:
    """For good."""
    row = get_object_or_404(FurtherEmail, pk=id, member=found(key))
    actions.delete_further_email(row, by=by_of(request))
    return Status(204, None)


@router.get(
    "/members/{key}/addresses", response=list[AddressAnswer], auth=READ, summary="More addresses"
)
def addresses(request: HttpRequest, key: str) -> list[FurtherAddress]:
    """Further addresses besides the member's own."""
    if "address" in hidden_groups(request.user):
        raise Http404
    return list(FurtherAddress.objects.filter(member=found(key)))


@router.post(
    "/members/{key}/addresses", response={201: AddressAnswer}, auth=WRITE, summary="Add an address"
)
def add_address(request: HttpRequest, key: str, values: AddressValues) -> Status[FurtherAddress]:
    """For a purpose."""
    made = actions.add_further_address(found(key), **values.dict(), by=by_of(request))
    return Status(201, made)


@router.delete(
    "/members/{key}/addresses/{id}",
    response={204: None},
    auth=WRITE,
    summary="Take an address off",
)
def delete_address(request: HttpRequest, key: str, id: int) -> Status[None]:
    """For good."""
    row = get_object_or_404(FurtherAddress, pk=id, member=found(key))
    actions.delete_further_address(row, by=by_of(request))
    return Status(204, None)


class FileAnswer(Schema):
    """A file about a member; its content is at ``/members/{key}/files/{id}``."""

    id: int
    name: str
    size: int
    content_type: str
    by: str
    at: datetime


def _file(row: MemberFile) -> dict[str, Any]:
    names = ("id", "name", "size", "content_type", "at")
    return {name: getattr(row, name) for name in names} | {"by": str(row.by or "")}


def _files(member: Member) -> Any:
    return MemberFile.objects.filter(member=member).select_related("by")


@router.get("/members/{key}/files", response=list[FileAnswer], auth=READ, summary="Files")
def files(request: HttpRequest, key: str) -> list[dict[str, Any]]:
    """The newest first."""
    return [_file(row) for row in _files(found(key))]


@router.post("/members/{key}/files", response={201: FileAnswer}, auth=WRITE, summary="Add a file")
def add_file(request: HttpRequest, key: str, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """PDF, images, Office documents and text up to 25 MB (multipart, field ``file``)."""
    return Status(201, _file(actions.add_file(found(key), file=file, by=by_of(request))))


@router.get("/members/{key}/files/{id}", auth=READ, summary="Download a file")
def file(request: HttpRequest, key: str, id: int) -> FileResponse:
    """Its content, always as a download."""
    return served(get_object_or_404(_files(found(key)), pk=id))


@router.delete(
    "/members/{key}/files/{id}", response={204: None}, auth=WRITE, summary="Delete a file"
)
def delete_file(request: HttpRequest, key: str, id: int) -> Status[None]:
    """For good."""
    actions.delete_file(get_object_or_404(_files(found(key)), pk=id), by=by_of(request))
    return Status(204, None)


class HistoryAnswer(Schema):
    """One thing that happened. ``values`` depend on the kind of fact."""

    id: int
    at: datetime
    fact: str
    by: str
    values: dict[str, Any]


class HistoryPage(Schema):
    """One page of history."""

    items: list[HistoryAnswer]
    next: str | None


@router.get("/members/{key}/history", response=HistoryPage, auth=READ, summary="History")
def history(request: HttpRequest, key: str, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """What happened to a member, the newest first."""
    rows = history_of(found(key)).order_by()
    got = page(rows, sort=["-id"], cursor=cursor, limit=max(1, min(limit, 500)))
    items = [
        {"id": e.pk, "at": e.at, "fact": e.fact, "by": e.by_label, "values": e.values}
        for e in for_reader(got.items, request.user)
    ]
    return {"items": items, "next": got.next or None}
