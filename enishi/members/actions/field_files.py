"""Files in own fields: looked at, held until the form is saved, then kept with their member."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock, japanese
from enishi.members.models import Field, FieldFile

from . import refusals as no
from .files import forget_content, looked_at

IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
HELD_FOR = timedelta(days=1)


def hold_file(field: Field, file: "File[Any]", *, name: str = "", by: User | None) -> FieldFile:
    """Store a file for ``field``; its id can then be the field's value. Raises a Refused.

    What no member or record takes up within a day is dropped.
    """
    name = japanese.fold(name or file.name or "")[-200:].replace("/", "_").replace("\\", "_")
    content_type = looked_at(file, name)
    if field.type == Field.Type.IMAGE and content_type not in IMAGES:
        raise no.NotAnImage
    row = FieldFile(
        table=field.table, key=field.key, name=name, size=file.size, content_type=content_type
    )
    row.by = by if by is not None and by.pk else None
    row.file.save(name, file, save=False)
    try:
        row.save()
    except BaseException:
        row.file.storage.delete(row.file.name or "")
        raise
    return row


def files_of(fields: Iterable[Field], data: Mapping[str, Any]) -> dict[str, int]:
    """Key → id of the file, for every field of ``data`` that holds one."""
    return {
        field.key: data[field.key]
        for field in fields
        if field.type in (Field.Type.FILE, Field.Type.IMAGE)
        and isinstance(data.get(field.key), int)
    }


def take_up(
    fields: Iterable[Field],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    member: int | None = None,
    record: int | None = None,
) -> None:
    """Give the files of ``after`` to a member or record, and let go of those it held before.

    Raises Invalid for a file that somebody else has. Call it in the transaction of the change.
    """
    fields = list(fields)
    old, new = files_of(fields, before), files_of(fields, after)
    if old == new:
        return
    errors = {}
    for key, pk in new.items():
        if old.get(key) == pk:
            continue
        row = FieldFile.objects.select_for_update().filter(pk=pk, key=key).first()
        owner = (row.member_id, row.record) if row is not None else None
        if row is None or owner not in ((None, None), (member, record)):
            errors[f"data.{key}"] = _("There is no stored file with this id for this field.")
            continue
        row.member_id, row.record = member, record
        row.save(update_fields=["member", "record"])
    if errors:
        raise no.Invalid(errors)
    for key, pk in old.items():
        if new.get(key) != pk:  # history may bring it back within a day
            FieldFile.objects.filter(pk=pk).update(member=None, record=None, at=clock.now())


def forget_held() -> int:
    """Drop files that nobody took up within a day; returns how many."""
    dropped = 0
    held = FieldFile.objects.filter(member=None, record=None, at__lt=clock.now() - HELD_FOR)
    for row in held:
        with transaction.atomic():
            forget_content(row)
            row.delete()
        dropped += 1
    return dropped
