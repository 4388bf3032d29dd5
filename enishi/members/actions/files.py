"""Files about a member: looked at before they are kept, served only through a gate."""

from typing import Any

from django.core.files.base import File
from django.db import transaction

from enishi.core import japanese
from enishi.core.facts import announce
from enishi.members.facts import FileAdded, FileDeleted
from enishi.members.models import FieldFile, Member, MemberFile

from . import refusals as no
from .roll import By, locked

LARGEST = 25 * 1024 * 1024

_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# Ending → how the content begins, and what it is called. None: text.
KINDS: dict[str, tuple[tuple[bytes, ...] | None, str]] = {
    "pdf": ((b"%PDF-",), "application/pdf"),
    "png": ((b"\x89PNG\r\n\x1a\n",), "image/png"),
    "jpg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "jpeg": ((b"\xff\xd8\xff",), "image/jpeg"),
    "gif": ((b"GIF87a", b"GIF89a"), "image/gif"),
    "webp": ((b"RIFF",), "image/webp"),
    "heic": ((b"\x00\x00\x00",), "image/heic"),
    "tif": ((b"II*\x00", b"MM\x00*"), "image/tiff"),
    "tiff": ((b"II*\x00", b"MM\x00*"), "image/tiff"),
    "docx": (_ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (_ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": (_ZIP, "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "odt": (_ZIP, "application/vnd.oasis.opendocument.text"),
    "ods": (_ZIP, "application/vnd.oasis.opendocument.spreadsheet"),
    "doc": (_OLE, "application/msword"),
    "xls": (_OLE, "application/vnd.ms-excel"),
    "ppt": (_OLE, "application/vnd.ms-powerpoint"),
    "eml": (None, "message/rfc822"),
    "txt": (None, "text/plain"),
    "csv": (None, "text/csv"),
}


@transaction.atomic
def add_file(member: Member, *, file: "File[Any]", name: str = "", by: By) -> MemberFile:
    """Keep a file with a member. Raises a Refused that says what is wrong with the file."""
    member = locked(member)
    name = japanese.fold(name or file.name or "")[-200:].replace("/", "_").replace("\\", "_")
    content_type = looked_at(file, name)
    row = MemberFile(member=member, name=name, size=file.size, content_type=content_type, by=by)
    row.file.save(name, file, save=False)
    try:
        with transaction.atomic():
            row.save()
            announce(FileAdded(about=member, name=name, size=row.size, by=by))
    except BaseException:
        row.file.storage.delete(row.file.name or "")
        raise
    return row


@transaction.atomic
def delete_file(row: MemberFile, *, by: By) -> None:
    """Delete a file; the stored bytes go when the transaction has committed."""
    member = locked(row.member)
    announce(FileDeleted(about=member, name=row.name, by=by))
    forget_content(row)
    row.delete()


def forget_content(row: MemberFile | FieldFile) -> None:
    """Delete the stored bytes once the present transaction has committed."""
    storage, stored = row.file.storage, row.file.name or ""
    transaction.on_commit(lambda: storage.delete(stored), robust=True)


def looked_at(file: "File[Any]", name: str) -> str:
    """The content type. Refuses what is too large, empty, unknown, or not what its name says."""
    if file.size > LARGEST:
        raise no.FileTooLarge(limit=LARGEST // 1024 // 1024)
    if not file.size:
        raise no.FileEmpty
    ending = name.rpartition(".")[2].lower()
    if "." not in name or ending not in KINDS:
        raise no.FileUnknown
    beginnings, content_type = KINDS[ending]
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if beginnings is None:
        if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise no.FileNotWhatItSays
    elif not head.startswith(beginnings):
        raise no.FileNotWhatItSays
    return content_type
