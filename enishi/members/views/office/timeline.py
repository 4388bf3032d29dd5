"""One member's timeline: history, contacts, notes and steps of the membership, newest first."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from enishi.accounts.permissions import OfficeRequest
from enishi.audit.models import HistoryEntry, HistoryQuerySet
from enishi.audit.permissions import for_reader
from enishi.core import clock
from enishi.core.asked import asked
from enishi.members.around import around
from enishi.members.merged import history_about, history_of
from enishi.members.models import (
    UNKNOWN_DAY,
    Channel,
    Contact,
    Member,
    Note,
    Status,
    StatusPeriod,
)
from enishi.ui.registry import TimelineEntry, timeline_sources

AT_ONCE = 20

ALL = pgettext_lazy("timeline", "All")
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
        *("HouseholdJoined", "HouseholdLeft", "AffiliationBegan", "AffiliationEnded"),
        *("GuardianNamed", "GuardianshipEnded"),
    )
)


def newest_contacts(member: Member) -> list[Contact]:
    """The newest of the contact log, one more than are shown at once. Asked once for a page."""
    known: list[Contact] | None = member.__dict__.get("_contacts")
    if known is None and "contacts" not in around(member):
        known = member.__dict__["_contacts"] = []
    if known is None:
        found = Contact.objects.filter(member=member).select_related("by").order_by("-at", "-pk")
        known = member.__dict__["_contacts"] = list(found[: AT_ONCE + 1])
    return known


@asked
def _periods(member: Any) -> QuerySet[StatusPeriod]:
    return StatusPeriod.objects.filter(member=member).select_related("type", "reason", "by")


def periods_of(member: Member) -> list[StatusPeriod]:
    """The status history from the beginning. Asked once for a page."""
    known: list[StatusPeriod] | None = member.__dict__.get("_periods")
    if known is None:
        known = member.__dict__["_periods"] = _periods.rows(member=member.pk)
    return known


def contacts(
    _request: OfficeRequest, member: Member, before: datetime | None, limit: int
) -> Iterable[TimelineEntry]:
    newest: Iterable[Contact] = newest_contacts(member)
    if before and newest:
        found = Contact.objects.filter(member=member, at__lt=before).select_related("by")
        newest = found.order_by("-at", "-pk")[:limit]
    for one in newest:
        said = f"{one.get_channel_display()} · {one.get_direction_display()}"
        yield TimelineEntry(
            one.at,
            CHANNEL_ICONS.get(Channel(one.channel), "message"),
            f"{one.subject} ({said})",
            str(one.by or ""),
            one.text,
        )


def notes(
    request: OfficeRequest, member: Member, before: datetime | None, limit: int
) -> Iterable[TimelineEntry]:
    if "notes" not in around(member):
        return
    found = Note.objects.filter(Q(private=False) | Q(by=request.user), member=member)
    found = found.select_related("by").order_by("-at", "-pk")
    newest = (found.filter(at__lt=before) if before else found)[:limit]
    for one in newest:
        yield TimelineEntry(one.at, "note", _("Note"), str(one.by or ""), one.text)


def steps(
    _request: OfficeRequest, member: Member, before: datetime | None, _limit: int
) -> Iterable[TimelineEntry]:
    """Where one period follows another, what changed is told: the status, or only the type."""
    now = clock.now()
    last: StatusPeriod | None = None
    told = []
    for one in periods_of(member):
        at = timezone.make_aware(datetime.combine(one.from_on, time.min))
        same = last is not None and last.status == one.status
        title = _("Member type: %(type)s") % {"type": one.type} if same else _step(last, one)
        text = "\n".join(str(part) for part in (one.reason, one.note) if part)
        icon = "switch-horizontal" if same else STEP_ICONS[one.status]
        if one.from_on != UNKNOWN_DAY and (before is None or at < before):
            told.append(
                TimelineEntry(
                    at, icon, title, str(one.by or ""), text, whole_day=True, ahead=at > now
                )
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


def _told_by_history(found: HistoryQuerySet) -> HistoryQuerySet:
    return found.exclude(fact__in=SHOWN_BY_ROWS)


@asked
def _changed(member: Any) -> QuerySet[HistoryEntry]:
    """The newest of somebody into whom nobody was merged."""
    return _told_by_history(history_about([member]))[: AT_ONCE + 1]


def changes(
    request: OfficeRequest, member: Member, before: datetime | None, limit: int
) -> Iterable[TimelineEntry]:
    if before is None and limit == AT_ONCE + 1 and "merged" not in around(member):
        newest: Iterable[HistoryEntry] = _changed.rows(member=str(member.pk))
    else:
        found = _told_by_history(history_of(member))
        newest = (found.filter(at__lt=before) if before else found)[:limit]
    for one in for_reader(newest, request.user):
        changes = [row for row in one.details if row.changed]
        title, by = one.sentence_there(pgettext("in a sentence", "this member"))
        yield TimelineEntry(one.at, "history", title, by, changes=changes)


def timeline_of(request: OfficeRequest, member: Member) -> dict[str, Any]:
    """What the timeline's template shows, by ``?show=`` and ``?before=``."""
    sources = timeline_sources("karte", request)
    kinds = {source.key: source.label for source in sources}
    shown = request.GET.get("show", "all")
    if shown not in kinds:
        shown = "all"
    before = _moment(request.GET.get("before", ""))
    entries = [
        entry
        for source in sources
        if shown in ("all", source.key)
        for entry in source.tell(request, member, before, AT_ONCE + 1)
    ]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    more = len(entries) > AT_ONCE
    entries = entries[:AT_ONCE]
    return {
        "member": member,
        "kinds": [("all", ALL), *kinds.items()],
        "shown": shown,
        "entries": entries,
        "next": entries[-1].at.isoformat() if more else "",
    }


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return timezone.make_aware(found) if found is not None and timezone.is_naive(found) else found
