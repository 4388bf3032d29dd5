"""What every request gets: a number, a line in the log, safety headers, the organisation's zone."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.core.cache import caches
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from enishi.core.origin import Origin, coming_from
from enishi.members.fields import looked_up_once

from .metrics import REQUEST_SECONDS

_log = logging.getLogger("enishi.requests")
_SECRET = re.compile(r"(/reset/key/[^/-]+-)[^/]+")  # who reads the log must not open the door
_GOOD_ID = re.compile(r"[\w.-]{8,64}")

LONGEST_FORM_OF_A_STRANGER = 1024 * 1024  # bytes

Respond = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "browsing-topics",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)


def request_line(get_response: Respond) -> Respond:
    """Number the request, time it, and write one log line (never the query: it holds names)."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        number = given if _GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        began = time.perf_counter()
        with coming_from(Origin(request_id=number, ip=_address(request))):
            response = get_response(request)
            seconds = time.perf_counter() - began
            response["X-Request-ID"] = number
            if request.path.startswith("/static/"):
                return response
            match = request.resolver_match
            REQUEST_SECONDS.labels(
                (match.view_name if match else "") or "unknown", str(response.status_code)
            ).observe(seconds)
            user = getattr(request, "_cached_user", None)  # asking request.user would cost a query
            _log.info(
                "request",
                extra={
                    "method": request.method,
                    "path": _SECRET.sub(r"\1…", request.path),
                    "status": response.status_code,
                    "ms": round(seconds * 1000, 1),
                    "user_id": getattr(user, "pk", None),
                },
            )
            return response

    return respond


def fields_looked_up_once(get_response: Respond) -> Respond:
    """What only shows looks the fields of members up once, however many parts ask."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with looked_up_once():
            return get_response(request)

    return respond


def whole_addresses(get_response: Respond) -> Respond:
    """Refuse addresses with a NUL, which no text in the database can hold."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise SuspiciousOperation
        return get_response(request)

    return respond


def short_forms_of_strangers(get_response: Respond) -> Respond:
    """Refuse long forms of who has not signed in: taking one of 40 MB apart keeps a process busy
    for seconds, and no public form needs more than a page. Stands behind the authentication."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.content_type == "application/x-www-form-urlencoded":
            length = request.META.get("CONTENT_LENGTH") or "0"
            long = length.isdecimal() and int(length) > LONGEST_FORM_OF_A_STRANGER
            if long and not request.user.is_authenticated:
                raise RequestDataTooBig
        return get_response(request)

    return respond


def pages_for_buttons(get_response: Respond) -> Respond:
    """Who opens an address that only buttons send to reads a page, not an empty answer."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        wants_page = "text/html" in request.headers.get("Accept", "")
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and wants_page:
            page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
            page.headers["Allow"] = response.headers.get("Allow", "")
            return page
        return response

    return respond


def policies(get_response: Respond) -> Respond:
    """Headers that tell the browser what our pages never do."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return respond


def organisation_zone(get_response: Respond) -> Respond:
    """Show times in the organisation's zone (asked for at most every 30 seconds)."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith("/static/"):
            return get_response(request)
        with timezone.override(zone_of_organisation()):
            return get_response(request)

    return respond


def zone_of_organisation() -> ZoneInfo:
    """The organisation's zone, remembered for 30 seconds."""
    from enishi.core.models import Organisation

    name = caches["local"].get_or_set("zone", lambda: Organisation.current().zone, 30)
    return ZoneInfo(str(name))


def _address(request: HttpRequest) -> str:
    """Who asks. Behind the TLS proxy that settings demand, the last hop it names."""
    if request.is_secure() and (forwarded := request.headers.get("X-Forwarded-For", "")):
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
