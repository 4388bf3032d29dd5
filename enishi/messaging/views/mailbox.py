"""The built-in mailbox: what was sent, as its reader would see it."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, capped_count, page
from enishi.messaging.models import KeptMail
from enishi.messaging.providers.mailbox.keeping import Reading, reading

TEMPLATES = "messaging/office"
# A mail may look as it likes, but runs nothing, sends nothing and reaches nothing of ours.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; {images}"
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_IMAGES = {False: "img-src data:; ", True: "img-src data: https: http:; "}
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_BASE = '<base target="_blank">'


@dataclass(frozen=True)
class Part:
    """A file in a mail, for the page."""

    number: int
    name: str
    type: str
    size: int


@requires("mailbox.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """All kept mails, the newest first; ``?search=`` finds words in addresses, subject, text."""
    words = request.GET.get("search", "")[:200]
    found = KeptMail.objects.saying(words).defer("source", "search")
    try:
        shown = page(found, sort=["-at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("messaging:mailbox")
    context = {
        "page": shown,
        "count": capped_count(found),
        "words": words,
        "in_use": settings.MAIL_TRANSPORT == "mailbox",
    }
    return render(request, f"{TEMPLATES}/mailbox.html", context)


def _read(pk: int) -> tuple[KeptMail, Reading]:
    row = get_object_or_404(KeptMail, pk=pk)
    return row, reading(bytes(row.source))


@requires("mailbox.view")
@require_safe
def mail(request: OfficeRequest, pk: int) -> HttpResponse:
    row, found = _read(pk)
    view = request.GET.get("view", "")
    if view not in {"html", "text", "headers"}:
        view = "html" if found.html else "text"
    context: dict[str, Any] = {
        "row": row,
        "mail": found,
        "view": view,
        "images": "images" in request.GET,
        "parts": [
            Part(number, one.name, one.type, len(one.content))
            for number, one in enumerate(found.attachments)
        ],
    }
    return render(request, f"{TEMPLATES}/kept_mail.html", context)


@requires("mailbox.view")
@xframe_options_sameorigin
@require_safe
def html(request: OfficeRequest, pk: int) -> HttpResponse:
    """The HTML alone, for the frame in the page: sandboxed, pictures only when asked for."""
    _row, found = _read(pk)
    content = found.html
    head = _HEAD.search(content)
    at = head.end() if head else 0
    answer = HttpResponse(content[:at] + _BASE + content[at:])
    answer["Content-Security-Policy"] = _POLICY.format(images=_IMAGES["images" in request.GET])
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@requires("mailbox.view")
@require_safe
def source(request: OfficeRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """The bytes as they were sent."""
    row = get_object_or_404(KeptMail, pk=pk)
    answer = HttpResponse(bytes(row.source), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="mail-{pk}.eml"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@requires("mailbox.view")
@require_safe
def attachment(request: OfficeRequest, pk: int, number: int) -> HttpResponse:  # noqa: ARG001
    """A file of the mail, always as a download."""
    _row, found = _read(pk)
    if number >= len(found.attachments):
        raise Http404
    one = found.attachments[number]
    from django.utils.http import content_disposition_header

    answer = HttpResponse(one.content, content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, one.name) or "attachment"  # noqa: FBT003
    return answer
