"""Pictures for mails."""

from typing import Any

from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from enishi.accounts.api import needs
from enishi.campaigns import actions

from .shapes import by_of

router = Router(tags=["campaigns"])


class PictureAnswer(Schema):
    """Where the picture is, for ``src`` of a block of the type image."""

    src: str
    width: int
    height: int


@router.post(
    "/pictures",
    response={201: PictureAnswer},
    auth=needs("campaigns:write"),
    summary="Add a picture for mails",
)
def add(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """JPEG, PNG, GIF or WebP of up to 15 MB; made at most 1200 pixels wide. Its address is
    public and cannot be guessed."""
    if (file.size or 0) > actions.LARGEST_PICTURE:
        raise actions.PictureTooLarge
    made = actions.add_picture(file.read(), name=file.name or "", by=by_of(request))
    return Status(201, {"src": made.url, "width": made.width, "height": made.height})
