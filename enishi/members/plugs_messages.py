"""Single messages to a member on the karte: lines of the timeline, and a panel of the newest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.permissions import OfficeRequest
from enishi.core.asked import asked
from enishi.core.facts import reacts_to
from enishi.members.facts import MembersPurged
from enishi.members.models import Member
from enishi.messaging.actions import forget_about, reason_for
from enishi.messaging.models import Channel, Message
from enishi.ui.registry import TimelineEntry, panel, timeline_source

from .around import around
from .merged import ids_of
from .views.office.timeline import AT_ONCE

ICONS = {Channel.EMAIL: "mail", Channel.SMS: "message", Channel.PUSH: "bell"}
IN_PANEL = 10


def messages_to(member: Member, before: datetime | None = None) -> list[Message]:
    """The newest messages about the member and those merged into them, one more than are shown at
    once. Asked once for a page, whoever shows them."""
    known: list[Message] | None = member.__dict__.get("_messages")
    if known is not None and before is None:
        return known
    if before is not None:
        return list(_about(ids_of(member)).filter(created_at__lt=before)[: AT_ONCE + 1])
    if "merged" in around(member):
        newest = list(_about(ids_of(member))[: AT_ONCE + 1])
    else:
        newest = _newest.rows(member=str(member.pk))
    member.__dict__["_messages"] = newest
    return newest


def _about(ids: list[Any]) -> QuerySet[Message]:
    found = Message.objects.filter(about_type=Member._meta.label_lower, about_id__in=ids)
    found = found.select_related("by").defer("text", "html", "headers")
    return found.order_by("-created_at", "-pk")


@asked
def _newest(member: Any) -> QuerySet[Message]:
    """Of somebody into whom nobody was merged."""
    return _about([member])[: AT_ONCE + 1]


def message_lines(
    request: OfficeRequest, member: Member, before: datetime | None, limit: int
) -> Iterable[TimelineEntry]:
    for one in messages_to(member, before)[:limit]:
        channel, state = one.get_channel_display(), one.get_state_display()
        yield TimelineEntry(
            one.created_at,
            ICONS.get(Channel(one.channel), "send"),
            f"{one.subject} ({channel} · {state})" if one.subject else f"{channel} · {state}",
            str(one.by or ""),
            reason_for(request.user, one),
            reverse("messaging:message", args=[one.pk]),
        )


timeline_source(
    "karte", "messages", pgettext_lazy("timeline", "Messages"), order=55, right="messages.view"
)(message_lines)


@panel("karte", order=62, right="messages.view", tab=_("Mails"))
def single_messages(request: HttpRequest, member: Member) -> str:
    """What was sent to the member alone, and what became of it."""
    rows = [(one, reason_for(request.user, one)) for one in messages_to(member)[:IN_PANEL]]
    if not rows:
        return ""
    return render_to_string("members/office/panels/messages.html", {"rows": rows}, request)


@reacts_to(MembersPurged)
def forget_messages(fact: MembersPurged) -> None:
    """Their addresses, and what was written to them, go with them."""
    forget_about(Member._meta.label_lower, fact.members)
