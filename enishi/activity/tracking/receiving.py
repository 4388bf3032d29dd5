"""Where the script and its hits arrive: before sessions and logs, so that it is cheap."""

import ipaddress
import os
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from pydantic_core import to_json

from enishi.activity.models import Tracking

from . import marks
from .machines import is_machine
from .script import script
from .spool import drain_for_ever, spool

HITS, SCRIPT = "/t", "/t.js"
LARGEST = 4096  # bytes of a hit
REMEMBERED = 30  # seconds that settings are remembered

_started = threading.Lock()
_process = 0


def receive(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: take hits, hand out the script, and give marks at sign-in."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if _process != os.getpid():
            _begin()
        if request.path == HITS:
            return take(request)
        if request.path == SCRIPT:
            return hand_out(request)
        response = get_response(request)
        mark = getattr(request, "new_mark", None)
        if mark is not None:
            _set(response, mark, request)
        return response

    return respond


def take(request: HttpRequest) -> HttpResponse:
    """A hit: 204 once it is safe. With ``?n=1`` the answer is a mark for a new visitor."""
    origin = request.headers.get("Origin", "")
    if request.method == "OPTIONS" or request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    there = tracking()
    if not there.enabled or not _is_ours(origin, request, there):
        return HttpResponse(status=403)
    allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin", "Cache-Control": "no-store"}
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return HttpResponse(status=204, headers=allowed)
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413, headers=allowed)
    mark = marks.new_mark() if request.META.get("QUERY_STRING") == "n=1" else ""
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return HttpResponse(status=413, headers=allowed)
    spool.append(
        to_json(
            [
                os.urandom(10).hex(),
                time.time(),
                kept_address(_address(request), there.address),
                request.headers.get("User-Agent", "")[:300],
                is_machine(request.META),
                mark,
                origin,
                body.decode(errors="replace"),
            ]
        )
        + b"\n"
    )
    if mark:
        return HttpResponse(mark, content_type="text/plain", headers=allowed)
    return HttpResponse(status=204, headers=allowed)


def hand_out(request: HttpRequest) -> HttpResponse:
    """The script. It lies in caches for an hour."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    there = tracking()
    written = b""
    if there.enabled:
        url = f"{settings.BASE_URL}{HITS}"
        if request.headers.get("Host", "") == urlsplit(url).netloc:
            url = f"{request.scheme}://{urlsplit(url).netloc}{HITS}"
        written = script(url, consent=there.consent, cookie=marks.COOKIE, agreed=marks.AGREED)
    headers = {
        "Cache-Control": "public, max-age=3600",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(written, content_type="text/javascript; charset=utf-8", headers=headers)


def tracking() -> Tracking:
    """The settings, remembered for half a minute."""
    found = caches["local"].get_or_set("tracking", Tracking.current, REMEMBERED)
    return found if isinstance(found, Tracking) else Tracking.current()


def forget_settings() -> None:
    """After a change: this process reads them again at once, others within half a minute."""
    caches["local"].delete("tracking")


def wanted(request: HttpRequest) -> bool:
    """Whether this visitor may be counted."""
    there = tracking()
    refused = request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
    agreed = not there.consent or marks.AGREED in request.COOKIES
    return there.enabled and not refused and agreed


def kept_address(address: str, how: str) -> str:
    """An IP address as the settings keep it: not at all, cut to its network, or as a code."""
    if how == Tracking.Address.NONE or not address:
        return ""
    if how == Tracking.Address.HASHED:
        return marks.hashed(address)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    bits = 24 if known.version == 4 else 48
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False).network_address)


def _is_ours(origin: str, request: HttpRequest, there: Tracking) -> bool:
    """Whether the page is one of the member site's or of a site that settings name."""
    if not origin or origin == "null":
        return False
    if origin in (settings.BASE_URL, *there.origins):
        return True
    return urlsplit(origin).netloc == str(request.META.get("HTTP_HOST", ""))


def _address(request: HttpRequest) -> str:
    """Who asks. Behind the proxy that ends TLS, the last hop it names."""
    if request.is_secure() and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _set(response: HttpResponseBase, mark: str, request: HttpRequest) -> None:
    if not mark:
        response.delete_cookie(marks.COOKIE)
        return
    response.set_cookie(  # the script must be able to read it
        marks.COOKIE, mark, max_age=marks.KEPT, samesite="Lax", secure=request.is_secure()
    )


def _begin() -> None:
    """Once in each web process: store what comes in, and what a killed one left behind."""
    global _process  # noqa: PLW0603
    with _started:
        if _process == os.getpid():
            return
        _process = os.getpid()
        if os.environ.get("ENISHI_ROLE") == "web":
            from enishi.activity.actions.visits import store_hits

            threading.Thread(
                target=drain_for_ever, args=(store_hits,), daemon=True, name="visits"
            ).start()
