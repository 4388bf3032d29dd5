"""Pictures for mails: taken in, made fit for mail programs, kept."""

import hashlib
import io
import warnings
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from PIL import Image, ImageOps, UnidentifiedImageError

from enishi.accounts.models import User
from enishi.campaigns.facts import PictureAdded
from enishi.campaigns.models import Picture
from enishi.core.facts import announce

from .refusals import NotAPicture, PictureTooLarge

WIDEST = 1200  # pixels: a mail is 600 wide, and good screens show two for one
LARGEST = 15_000_000  # bytes handed in
MOST_PIXELS = 50_000_000
_READS = ("JPEG", "PNG", "GIF", "WEBP")
Kind = Picture.Kind


@transaction.atomic
def add_picture(content: bytes, *, name: str, by: User | None) -> Picture:
    """Keep a picture for mails; the same one handed in again is the one that is there.

    It is turned upright, made at most 1200 pixels wide, and loses what the camera wrote into it
    (the place!). WebP becomes JPEG or PNG, for Outlook. Raises NotAPicture, PictureTooLarge.
    """
    if len(content) > LARGEST:
        raise PictureTooLarge
    digest = hashlib.sha256(content).hexdigest()
    if found := Picture.objects.filter(hash=digest).first():
        return found
    made, kind, size = _made(content)
    row = Picture(hash=digest, kind=kind, name=name[:200].replace("\x00", ""), by=by)
    row.width, row.height = size
    row.size = len(made)
    try:
        with transaction.atomic():
            row.file.save("", ContentFile(made), save=False)
            row.save()
    except IntegrityError:  # somebody handed it in at the same moment
        row.file.delete(save=False)
        return Picture.objects.get(hash=digest)
    announce(PictureAdded(about=row, by=by))
    return row


def _made(content: bytes) -> tuple[bytes, str, tuple[int, int]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_READS) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise PictureTooLarge
                if getattr(image, "is_animated", False) and image.format == "GIF":
                    return _moving(image)
                return _still(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureTooLarge from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise NotAPicture from error


def _moving(image: Any) -> tuple[bytes, str, tuple[int, int]]:
    """Written anew, so that nothing but pictures is in it."""
    if image.width * image.height * image.n_frames > 4 * MOST_PIXELS:
        raise PictureTooLarge
    out = io.BytesIO()
    image.save(out, "GIF", save_all=True, comment=b"")
    return out.getvalue(), Kind.GIF, image.size


def _still(image: Any) -> tuple[bytes, str, tuple[int, int]]:
    photo = image.format in ("JPEG", "MPO")
    made = ImageOps.exif_transpose(image)
    if made.width > WIDEST:
        made = made.resize((WIDEST, max(1, round(made.height * WIDEST / made.width))))
    clear = "A" in made.getbands() or "transparency" in made.info
    out = io.BytesIO()
    if photo or (image.format == "WEBP" and not clear):
        made = made.convert("RGB")
        made.save(out, "JPEG", quality=85, optimize=True, progressive=True)
        return out.getvalue(), Kind.JPEG, made.size
    made = made.convert("RGBA" if clear else "RGB")
    made.save(out, "PNG", optimize=True)
    return out.getvalue(), Kind.PNG, made.size
