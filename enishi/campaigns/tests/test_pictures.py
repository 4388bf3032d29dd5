"""Pictures that the office puts into mails."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from enishi.accounts.models import ApiToken, User
from enishi.campaigns import actions
from enishi.campaigns.actions import pictures
from enishi.campaigns.body.blocks import BadBlock, checked, to_mjml
from enishi.campaigns.models import Picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def elsewhere(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        },
    }


def drawn(kind: str, size: tuple[int, int] = (80, 40), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (255, 0, 0, 120)[: len(mode)]).save(out, kind, **more)
    return out.getvalue()


def kept(row: Picture) -> Any:
    row.file.seek(0)
    return Image.open(io.BytesIO(row.file.read()))


def test_a_photo_is_turned_made_smaller_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the telephone lay on its side
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    row = actions.add_picture(drawn("JPEG", (3000, 1800), exif=exif), name="会場.jpg", by=None)
    assert (row.kind, row.width, row.height) == ("jpg", 1200, 2000)
    assert not dict(kept(row).getexif())
    row.file.seek(0)
    assert b"SECRET" not in row.file.read()


def test_every_kind_becomes_one_that_mail_programs_show() -> None:
    see_through = drawn("PNG", mode="RGBA")
    frames = [Image.new("RGB", (8, 8), one) for one in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    for content, kind in (
        (drawn("PNG"), "png"),
        (see_through, "png"),
        (drawn("WEBP"), "jpg"),
        (drawn("WEBP", mode="RGBA"), "png"),
        (drawn("JPEG", mode="CMYK"), "jpg"),
        (out.getvalue(), "gif"),
    ):
        row = actions.add_picture(content, name="x", by=None)
        assert row.kind == kind
        assert kept(row).format == Picture.Kind(kind).label
    assert kept(row).n_frames == 3
    assert actions.add_picture(see_through, name="again", by=None).name == "x"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7",
        b"GIF89a<script>",
        drawn("JPEG")[:200],
        drawn("TIFF"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_to_do(content: bytes) -> None:
    with pytest.raises(actions.NotAPicture):
        actions.add_picture(content, name="x.jpg", by=None)
    assert not Picture.objects.exists()


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: Any) -> None:
    monkeypatch.setattr(pictures, "MOST_PIXELS", 1000)
    with pytest.raises(actions.PictureTooLarge):
        actions.add_picture(drawn("PNG"), name="x", by=None)
    monkeypatch.setattr(pictures, "LARGEST", 10)
    with pytest.raises(actions.PictureTooLarge):
        actions.add_picture(drawn("JPEG"), name="x", by=None)


def test_the_office_puts_one_in_and_anybody_with_the_mail_sees_it(sato: User) -> None:
    client = Client()
    url = reverse("campaigns:pictures")
    file = SimpleUploadedFile("会場.png", drawn("PNG"), "image/png")
    assert client.post(url, {"file": file}).status_code == 302  # not signed in
    client.force_login(sato)
    file.seek(0)
    told = client.post(url, {"file": file}).json()
    assert (told["width"], told["height"]) == (80, 40)
    path = told["src"].partition("//")[2].partition("/")[2]
    shown = Client().get(f"/{path}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert "immutable" in shown["Cache-Control"]
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert Client().get("/pictures/0123456789abcdef01234567.png").status_code == 404
    wrong = client.post(url, {"file": SimpleUploadedFile("a.heic", b"ftypheic")})
    assert wrong.status_code == 422
    assert "JPEG" in wrong.json()["detail"]
    assert client.post(url).status_code == 422


def test_programs_put_pictures_in_too() -> None:
    token, secret = ApiToken.mint(name="test", scopes=["campaigns:write"])
    token.save()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    file = SimpleUploadedFile("a.png", drawn("PNG"), "image/png")
    answer = client.post("/api/v1/pictures", {"file": file})
    assert answer.status_code == 201, answer.content
    assert json.loads(answer.content)["src"] == Picture.objects.get().url


def test_a_small_picture_keeps_its_width() -> None:
    block = {"type": "image", "src": "https://e.jp/logo.png", "alt": "縁", "width": "120"}
    assert 'width="120px"' in to_mjml(checked([block]))
    for wrong in ("9999", "-1", "1px", '"', "１"):
        with pytest.raises(BadBlock):
            checked([{**block, "width": wrong}])
