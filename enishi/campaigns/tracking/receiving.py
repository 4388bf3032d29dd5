"""Where links and the pixel of a mail arrive: before sessions and logs, so that it is cheap."""

import os
import re
import time
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation
from pydantic_core import to_json

from enishi.activity.actions import is_machine_name
from enishi.campaigns.models import Hit, Link, Recipient
from enishi.core.spool import Spool

from . import tokens
from .storing import store_hits

CLICK, OPEN = "/c/", "/o/"
spool = Spool("mail-hits")

_PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
# Proxies that fetch pictures when a person opens the mail; Apple's does when nobody does.
_SHOWING = re.compile(r"GoogleImageProxy|YahooMailProxy|ggpht", re.IGNORECASE)
_QUIET = {
    "Cache-Control": "no-store, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
}
Machine = Hit.Machine


def receive(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answer ``/c/…`` and ``/o/…``."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        path = request.path
        if path.startswith(CLICK):
            return follow(request, path[len(CLICK) :])
        if path.startswith(OPEN):
            return show(request, path[len(OPEN) :])
        return get_response(request)

    return respond


def follow(request: HttpRequest, written: str) -> HttpResponse:
    """A link: to the target that the campaign names, nowhere else."""
    word = tokens.read(written)
    if word is None or request.method not in ("GET", "HEAD"):
        return _nothing(request)
    if word.link == 0:
        keep(request, word, Hit.Kind.TRAP)
        return HttpResponse(status=204, headers=_QUIET)
    target = target_of(word)
    if not target:
        return _nothing(request)
    keep(request, word, Hit.Kind.CLICK)
    return HttpResponse(status=302, headers={**_QUIET, "Location": target, "Content-Length": "0"})


def show(request: HttpRequest, written: str) -> HttpResponse:
    """The pixel. It is shown to everybody; who it is counts only with our signature."""
    word = tokens.read(written.removesuffix(".gif"))
    if word is not None and request.method in ("GET", "HEAD"):
        keep(request, word, Hit.Kind.OPEN)
    headers = {**_QUIET, "Content-Length": str(len(_PIXEL))}  # in one piece, not in chunks
    return HttpResponse(_PIXEL, content_type="image/gif", headers=headers)


def _nothing(request: HttpRequest) -> HttpResponse:
    """A page in the reader's language; nothing is known here of who it is."""
    with translation.override(translation.get_language_from_request(request)):
        page = render_to_string("campaigns/portal/no_link.html")
    return HttpResponse(page, status=404, headers=_QUIET)


def keep(request: HttpRequest, word: tokens.Word, kind: str) -> None:
    """Put the hit where none is lost."""
    spool.drain_here(store_hits)
    agent = request.META.get("HTTP_USER_AGENT", "")[:200].replace("\x00", "")
    machine = Machine.TRAP if kind == Hit.Kind.TRAP else verdict(request, kind, agent)
    line = [
        *(os.urandom(16).hex(), time.time(), str(kind), word.recipient, word.campaign),
        *(word.link, str(machine), agent),
    ]
    spool.append(to_json(line) + b"\n")


def verdict(request: HttpRequest, kind: str, agent: str) -> Machine:
    """Why the request itself shows that no person is behind it."""
    if request.method == "HEAD":
        return Machine.HEAD
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"):
        asked = str(request.META.get(name, "")).lower()
        if "prefetch" in asked or "preview" in asked:
            return Machine.PREFETCH
    if kind == Hit.Kind.OPEN:
        if agent.strip() == "Mozilla/5.0":
            return Machine.PROXY
        if _SHOWING.search(agent):
            return Machine.NO
    return Machine.AGENT if _named_machine(agent) else Machine.NO


@lru_cache(maxsize=2048)
def _named_machine(agent: str) -> bool:
    return is_machine_name(agent)


# Targets


@lru_cache(maxsize=20_000)
def _url(campaign: int, link: int) -> str:
    """The target as it was written; a campaign that was sent does not change."""
    found = Link.objects.filter(campaign_id=campaign, number=link).values_list("url", flat=True)
    url = found.first()
    if url is None:
        raise LookupError
    return url


def target_of(word: tokens.Word) -> str:
    """Where the link leads this recipient, '' when there is no such link."""
    try:
        url = _url(word.campaign, word.link)
    except LookupError:  # not remembered: it may come
        return ""
    return filled(url, word.recipient) if "{{" in url or "{%" in url else _safe(url)


def filled(url: str, recipient: int) -> str:
    """A target with merge fields, for one recipient; '' where it cannot be made."""
    from enishi.campaigns.body.fields import Reader, catalogue, members_of
    from enishi.messaging.actions import merge

    row = Recipient.objects.filter(pk=recipient).first()
    if row is None:
        return ""
    try:
        template = merge.parse(url, catalogue())
    except merge.Faults:
        return ""
    reader = Reader(template.used)
    member = members_of([row.member_id], reader.columns).get(row.member_id)
    return _safe(template.render(reader.values(member))) if member is not None else ""


def _safe(url: str) -> str:
    """An address of the web on one line, as a header can hold it."""
    url = url.strip()
    if not url.lower().startswith(("http://", "https://")) or re.search(r"[\x00-\x1f\x7f]", url):
        return ""
    from django.utils.encoding import iri_to_uri

    return iri_to_uri(url)
