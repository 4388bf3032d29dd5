"""The organisation's own fields, and the files in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field as Described
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import ConfigDict, model_validator

from enishi.accounts.api import needs
from enishi.members import actions
from enishi.members.fields import type_of, visible_fields
from enishi.members.fields.settings import NAMES
from enishi.members.models import Field, FieldFile
from enishi.members.serving import served

from .members import READ, WRITE, by_of
from .shapes import found

router = Router(tags=["fields"])
CONFIGURE = needs("members:configure")

TYPE_NAMES = " | ".join(Field.Type.values)


class ChoiceValues(Schema):
    """``value`` is stored and stays for good; the labels may be changed."""

    model_config = ConfigDict(extra="forbid")

    value: str = ""
    label: str = ""
    label_en: str = ""
    retired: bool = False
    former: list[str] = Described(
        [], description="labels that it had, by which imports still know it; kept by itself"
    )


class FieldValues(Schema):
    """Settings of a field. ``key`` and ``type`` stay for good.

    What an answer holds besides (``id``, ``order``, ``value_schema``) may be sent back, and is
    left alone.
    """

    model_config = ConfigDict(extra="forbid")

    key: str | None = Described(None, description="without it the label becomes the key")
    label: str | None = Described(None, description="in the language of the house")
    label_en: str | None = Described(None, description="for those who use English")
    label_ja: str | None = Described(None, description="another name of ``label``")
    help: str | None = Described(None, description="shown below the input")
    type: str | None = Described(None, description=TYPE_NAMES)
    choices: list[ChoiceValues | str] | None = Described(
        None, description="of choice and choices; those that are left out later are retired"
    )
    links_to: str | None = Described(None, description="of record: the key of the database")
    expression: str | None = Described(None, description="of computed: the formula")
    result: str | None = Described(None, description="of computed: the type of its value")
    required: bool | None = None
    unique: bool | None = None
    default: Any = None
    longest: int | None = Described(None, description="length at most")
    least: Any = None
    most: Any = None
    pattern: str | None = Described(None, description="a regular expression for the whole text")
    input: str | None = Described(None, description="select | radio | checkboxes | suggest")
    personal: str | None = Described(None, description="ordinary | sensitive | specific")
    seen_by: list[str] | None = Described(None, description="keys of roles; empty: everybody")
    edited_by: list[str] | None = Described(None, description="keys of roles; empty: everybody")
    on_my_page: bool | None = None
    edited_on_my_page: bool | None = None
    at_registration: bool | None = None
    searched: bool | None = Described(None, description="found by the search box")
    section: str | None = None
    retired: bool | None = Described(None, description="hidden, values kept")
    move: int | None = Described(None, description="-1 up, 1 down")

    @model_validator(mode="before")
    @classmethod
    def leave_alone(cls, sent: Any) -> Any:
        """Without what is only read."""
        if not isinstance(sent, dict):
            return sent
        return {name: value for name, value in sent.items() if name not in _ONLY_READ}


_ONLY_READ = ("id", "order", "value_schema")


class FieldAnswer(Schema):
    """A field of the organisation's own; its values are in ``data`` under ``key``."""

    id: int
    key: str
    label: str
    label_ja: str
    label_en: str
    help: str
    type: str
    choices: list[ChoiceValues]
    links_to: str
    expression: str
    result: str
    required: bool
    unique: bool
    default: Any
    longest: int | None
    least: Any
    most: Any
    pattern: str
    input: str
    personal: str
    seen_by: list[str]
    edited_by: list[str]
    on_my_page: bool
    edited_on_my_page: bool
    at_registration: bool
    searched: bool
    section: str
    order: int
    retired: bool
    value_schema: dict[str, Any] = Described(description="the JSON schema of a value")


_PLAIN = ("id", "key", "label_ja", "type", "order", *(n for n in NAMES if n != "label"))


def answer(row: Field) -> dict[str, Any]:
    """A field as ``FieldAnswer``."""
    found = {name: getattr(row, name) for name in _PLAIN}
    found["choices"] = [vars(choice) for choice in row.known_choices]
    return found | {
        "label": row.label_ja,
        "label_en": row.label,
        "retired": row.retired_at is not None,
        "value_schema": type_of(row).schema(row),
    }


def settings_of(values: Schema) -> dict[str, Any]:
    """What was sent, by column of Field. ``label`` is the house's label, ``label_en`` the other."""
    said = values.dict(exclude_unset=True)
    for name in ("retired", "move", "key", "type"):
        said.pop(name, None)
    label, label_ja, label_en = (said.pop(n, None) for n in ("label", "label_ja", "label_en"))
    if label_ja is not None and label is not None and label_en is None:
        label_en = label
    if (house := label_ja if label_ja is not None else label) is not None:
        said["label_ja"] = house
    if label_en is not None:
        said["label"] = label_en
    return said


@contextmanager
def called_as_sent(values: FieldValues) -> Iterator[None]:
    """Name what is wrong as the sender called it: the label of the house is ``label`` here."""
    try:
        yield
    except actions.Invalid as no:
        if values.label_ja is not None or "label_ja" not in no.errors:
            raise
        named = {"label" if name == "label_ja" else name: why for name, why in no.errors.items()}
        raise actions.Invalid(named) from no


def refuse_another_identity(row: Field, values: FieldValues) -> None:
    """Key and type stay for good. Raises Invalid."""
    sent = {"key": (values.key, row.key), "type": (values.type, row.type)}
    if changed := [name for name, (new, old) in sent.items() if new not in (None, old)]:
        sentence = _("This stays as it is. Add another field instead.")
        raise actions.Invalid(dict.fromkeys(changed, sentence))


def of_members(request: HttpRequest, key: str) -> Field:
    """The field of members with this id or key, if whoever asks may see it. Raises Http404."""
    rows = Field.objects.of("").present()
    named = {"pk": int(key)} if key.isascii() and key.isdigit() and len(key) < 19 else {"key": key}
    if "\x00" in key:
        raise Http404
    row = get_object_or_404(rows, **named)
    if f"data.{row.key}" not in visible_fields(by_of(request), retired=True):
        raise Http404
    return row


@router.get("/fields", response=list[FieldAnswer], auth=READ, summary="Own fields")
def fields(request: HttpRequest) -> list[dict[str, Any]]:
    """In the office's order, retired ones included."""
    known = visible_fields(by_of(request), retired=True).values()
    return [answer(one.own) for one in known if one.own is not None]


@router.post("/fields", response={201: FieldAnswer}, auth=CONFIGURE, summary="Add an own field")
def add_field(request: HttpRequest, values: FieldValues) -> Status[dict[str, Any]]:
    """Without a key the label becomes it."""
    said = {"label_ja": values.key or "", **settings_of(values)}
    kind = values.type if values.type is not None else Field.Type.TEXT
    with called_as_sent(values):
        made = actions.add_field(key=values.key or "", type=kind, **said, by=by_of(request))
    return Status(201, answer(made))


@router.get("/fields/{key}", response=FieldAnswer, auth=READ, summary="Read an own field")
def field(request: HttpRequest, key: str) -> dict[str, Any]:
    """Also one that is retired."""
    return answer(of_members(request, key))


@router.patch("/fields/{key}", response=FieldAnswer, auth=CONFIGURE, summary="Change an own field")
def change_field(request: HttpRequest, key: str, values: FieldValues) -> dict[str, Any]:
    """Change settings, move, retire or bring back."""
    row, by = of_members(request, key), by_of(request)
    refuse_another_identity(row, values)
    said = settings_of(values)
    if said:
        with called_as_sent(values):
            row = actions.edit_field(row, **said, by=by)
    if values.retired is not None:
        row = actions.retire_field(row, retired=values.retired, by=by)
    if values.move:
        actions.move_field(row, values.move, by=by)
    return answer(Field.objects.get(pk=row.pk))


@router.delete("/fields/{key}", response={204: None}, auth=CONFIGURE, summary="Delete an own field")
def delete_field(request: HttpRequest, key: str) -> Status[None]:
    """It can be restored, values and all, for 30 days."""
    actions.delete_field(of_members(request, key), by=by_of(request))
    return Status(204, None)


@router.post(
    "/fields/{key}/restoration",
    response=FieldAnswer,
    auth=CONFIGURE,
    summary="Restore a deleted field",
)
def restore_field(request: HttpRequest, key: str) -> dict[str, Any]:
    """With all its values, within 30 days."""
    rows = Field.objects.of("").exclude(deleted_at=None)
    digits = key.isascii() and key.isdigit() and len(key) < 19
    row = get_object_or_404(rows, **({"pk": int(key)} if digits else {"key": key[:60]}))
    return answer(actions.restore_field(row, by=by_of(request)))


class FileAnswer(Schema):
    """A stored file; send its id as the value of the field."""

    id: int
    name: str
    size: int
    content_type: str


@router.post(
    "/fields/{key}/files",
    response={201: FileAnswer},
    auth=WRITE,
    summary="Store a file for a field",
)
def add_file(request: HttpRequest, key: str, file: File[UploadedFile]) -> Status[FieldFile]:
    """The id becomes the value of the field of one member within a day, or the file is dropped."""
    row = of_members(request, key)
    if row.type not in (Field.Type.FILE, Field.Type.IMAGE):
        raise Http404
    return Status(201, actions.hold_file(row, file, by=by_of(request)))


@router.get("/members/{key}/field-files/{field}", auth=READ, summary="Read a file in a field")
def read_file(request: HttpRequest, key: str, field: str) -> HttpResponseBase:
    """The content, as a download. ``field`` is the key of the field."""
    definition = visible_fields(by_of(request)).get(f"data.{field}")
    if definition is None or definition.own is None:
        raise Http404
    pk = found(key).data.get(field)
    row = FieldFile.objects.filter(pk=pk, key=field, table="").first() if pk else None
    if row is None:
        raise Http404
    response: FileResponse = served(row)
    return response
