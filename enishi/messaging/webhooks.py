"""Reports of mail services by webhook, through anymail's signals."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from enishi.messaging.actions import report
from enishi.messaging.inbound.classifying import kind_of
from enishi.messaging.models import Report
from enishi.messaging.tokens import read_return_path

Kind = Report.Kind
View = Callable[..., HttpResponseBase]
_log = logging.getLogger("enishi.messaging")


def listen() -> None:
    """Connect to anymail's signal. The addresses lie under /hooks/anymail/."""
    from anymail.signals import tracking

    receiver(tracking, dispatch_uid="messaging.webhooks")(heard)


def readable_only(view: View) -> View:
    """A service that sends what nobody can read is told so (400): the library stops with an error
    where it has proved who it is and its JSON is broken."""

    @csrf_exempt
    @wraps(view)
    def read(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (ValueError, LookupError, TypeError, AttributeError):
            _log.warning("a report of a mail service cannot be read", extra={"path": request.path})
            return HttpResponseBadRequest("This cannot be read.", content_type="text/plain")

    return read


def heard(sender: Any, event: Any, **_more: Any) -> None:  # noqa: ARG001
    """A service tells what became of a mail."""
    text = str(event.mta_response or event.description or "")
    kind = _kind(event, text)
    if kind is None:
        return
    path = str((event.metadata or {}).get("return_path", ""))
    report(
        kind=kind,
        source="webhook",
        address=event.recipient or "",
        token=read_return_path(path),
        text=text,
    )


def _kind(event: Any, text: str) -> str | None:
    match event.event_type:
        case "complained":
            return Kind.COMPLAINT
        case "deferred":
            return Kind.DELAYED
        case "autoresponded":
            return Kind.AUTO_REPLY
        case "bounced" | "rejected" | "failed":
            found = kind_of("", text)
            if event.reject_reason == "spam":
                return Kind.COMPLAINT
            if event.reject_reason in {"blocked", "unsubscribed"}:
                return Kind.BLOCKED
            if found == Kind.UNKNOWN:
                hard = (
                    event.reject_reason in {"invalid", "bounced"} and event.event_type == "bounced"
                )
                return Kind.HARD if hard else Kind.SOFT
            return found
    return None
