"""Reports of mail services by webhook, through anymail's signals."""

from typing import Any

from django.dispatch import receiver

from enishi.messaging.actions import report
from enishi.messaging.inbound.classifying import kind_of
from enishi.messaging.models import Report
from enishi.messaging.tokens import read_return_path

Kind = Report.Kind


def listen() -> None:
    """Connect to anymail's signal. The addresses lie under /hooks/anymail/."""
    from anymail.signals import tracking

    receiver(tracking, dispatch_uid="messaging.webhooks")(heard)


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
