"""One member's timeline: history, contacts, notes and steps of the membership, newest first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from enishi.accounts.permissions import OfficeRequest
from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.members.models import (
    UNKNOWN_DAY,
    Channel,
    Contact,
    Member,
    Note,
    Status,
    StatusPeriod,
)

AT_ONCE = 20

KINDS = (
    ("all", pgettext_lazy("timeline", "All")),
    ("membership", gettext_lazy("Membership")),
    ("contacts", pgettext_lazy("timeline", "Contacts")),
    ("notes", gettext_lazy("Notes")),
    ("changes", gettext_lazy("Changes")),
)
CHANNEL_ICONS = {
    Channel.PHONE: "phone",
    Channel.EMAIL: "mail",
    Channel.VISIT: "building",
    Channel.LETTER: "mail-opened",
    Channel.MEETING: "users",
    Channel.OTHER: "message",
}
STEP_ICONS = {
    "applicant": "user-question",
    "provisional": "user-check",
    "active": "user-plus",
    "suspended": "clock-pause",
    "left": "user-minus",
    "refused": "user-x",
}

# Facts that the timeline already shows through the row that they made.
SHOWN_BY_ROWS = tuple(
    f"members.{name}"
    for name in (
        *("MemberApplied", "ApplicationApproved", "ApplicationRefused", "MemberJoined"),
        *("MemberSuspended", "MemberResumed", "MemberLeft", "MemberRejoined", "MemberDied"),
        *("TypeChanged", "NoteWritten", "NoteChanged", "NoteDeleted"),
        *("ContactRecorded", "ContactChanged"),
    )
)


@dataclass
class Entry:
    """One line of the timeline."""

    at: datetime
    icon: str
    title: str
    by: str = ""
    text: str = ""
    changes: list[Any] = field(default_factory=list)
    whole_day: bool = False
    ahead: bool = False


def _contacts(_request: OfficeRequest, member: Member, before: datetime | None) -> Iterable[Entry]:
    found = Contact.objects.filter(member=member).select_related("by").order_by("-at", "-pk")
    for one in (found.filter(at__lt=before) if before else found)[: AT_ONCE + 1]:
        said = f"{one.get_channel_display()} · {one.get_direction_display()}"
        yield Entry(
            one.at,
            CHANNEL_ICONS.get(Channel(one.channel), "message"),
            f"{one.subject} ({said})",
            str(one.by or ""),
            one.text,
        )


def _notes(request: OfficeRequest, member: Member, before: datetime | None) -> Iterable[Entry]:
    found = Note.objects.filter(Q(private=False) | Q(by=request.user), member=member)
    found = found.select_related("by").order_by("-at", "-pk")
    for one in (found.filter(at__lt=before) if before else found)[: AT_ONCE + 1]:
        yield Entry(one.at, "note", _("Note"), str(one.by or ""), one.text)


def _steps(_request: OfficeRequest, member: Member, before: datetime | None) -> Iterable[Entry]:
    """Where one period follows another, what changed is told: the status, or only the type."""
    now = clock.now()
    last: StatusPeriod | None = None
    told = []
    periods = StatusPeriod.objects.filter(member=member).select_related("type", "reason", "by")
    for one in periods:
        at = timezone.make_aware(datetime.combine(one.from_on, time.min))
        same = last is not None and last.status == one.status
        title = _("Member type: %(type)s") % {"type": one.type} if same else _step(last, one)
        text = "\n".join(str(part) for part in (one.reason, one.note) if part)
        icon = "switch-horizontal" if same else STEP_ICONS[one.status]
        if one.from_on != UNKNOWN_DAY and (before is None or at < before):
            told.append(
                Entry(at, icon, title, str(one.by or ""), text, whole_day=True, ahead=at > now)
            )
        last = one
    return told


def _step(last: StatusPeriod | None, one: StatusPeriod) -> str:
    """What the office calls it when ``one`` follows ``last``."""
    before = last.status if last is not None else ""
    match one.status:
        case Status.ACTIVE if before == Status.SUSPENDED:
            return pgettext("timeline", "Resumed")
        case Status.ACTIVE if before == Status.LEFT:
            return pgettext("timeline", "Rejoined")
        case Status.ACTIVE:
            return pgettext("timeline", "Joined")
        case Status.SUSPENDED:
            return pgettext("timeline", "Suspended")
        case Status.LEFT:
            return pgettext("timeline", "Left")
        case Status.APPLICANT:
            return pgettext("timeline", "Applied")
    return _("Status: %(status)s") % {"status": one.get_status_display()}


def _changes(_request: OfficeRequest, member: Member, before: datetime | None) -> Iterable[Entry]:
    found = HistoryEntry.objects.about(member).exclude(fact__in=SHOWN_BY_ROWS)
    for one in (found.filter(at__lt=before) if before else found)[: AT_ONCE + 1]:
        changes = [row for row in one.details if row.changed]
        yield Entry(one.at, "history", one.sentence, one.by_label, changes=changes)


_SOURCES: dict[str, Callable[[OfficeRequest, Member, datetime | None], Iterable[Entry]]] = {
    "membership": _steps,
    "contacts": _contacts,
    "notes": _notes,
    "changes": _changes,
}


def timeline_of(request: OfficeRequest, member: Member) -> dict[str, Any]:
    """What the timeline's template shows, by ``?show=`` and ``?before=``."""
    shown = request.GET.get("show", "all")
    if shown not in _SOURCES:
        shown = "all"
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if before is not None and timezone.is_naive(before):
        before = timezone.make_aware(before)
    chosen = _SOURCES.values() if shown == "all" else [_SOURCES[shown]]
    entries = [entry for source in chosen for entry in source(request, member, before)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    more = len(entries) > AT_ONCE
    entries = entries[:AT_ONCE]
    return {
        "member": member,
        "kinds": KINDS,
        "shown": shown,
        "entries": entries,
        "next": entries[-1].at.isoformat() if more else "",
    }
