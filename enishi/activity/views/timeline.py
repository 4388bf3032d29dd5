"""Activities as lines of a member's timeline."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enishi.accounts.permissions import OfficeRequest
from enishi.activity.kinds import REGISTERED
from enishi.activity.models import Activity, ActivityQuerySet, Kind
from enishi.core.asked import asked
from enishi.members.models import Member
from enishi.ui.registry import TimelineEntry

MOST_AT_ONCE = 300  # of the same instant
_SENT = ("mail.", "sms.", "push.")


def is_site(key: str) -> bool:
    return key.startswith("site.")


def is_sending(key: str) -> bool:
    return key.startswith(_SENT)


def is_other(key: str) -> bool:
    return not is_site(key) and not is_sending(key)


def told(belongs: Callable[[str], bool]) -> Callable[..., Iterable[TimelineEntry]]:
    """A source of the timeline that tells the kinds whose key ``belongs``."""

    def tell(
        request: OfficeRequest, member: Member, before: datetime | None, limit: int
    ) -> Iterable[TimelineEntry]:
        kinds = {one.pk: one for one in kinds_of(request) if belongs(one.key)}
        if request.GET.get("show", "all") == "all":
            found = _newest(request, member, before, limit)
        else:
            ours = Activity.objects.filter(member=member, kind__in=list(kinds))
            found = latest(ours, before, limit)
        return [entry(one, kinds[one.kind_id]) for one in found if one.kind_id in kinds]

    return tell


@asked
def _kinds() -> QuerySet[Kind]:
    return Kind.objects.all()


def kinds_of(request: OfficeRequest) -> list[Kind]:
    """Asked once a request, however many sources there are."""
    if not hasattr(request, "kinds_of_activity"):
        request.kinds_of_activity = _kinds.rows()  # type: ignore[attr-defined]
    return list(request.kinds_of_activity)  # type: ignore[attr-defined]


def _newest(
    request: OfficeRequest, member: Member, before: datetime | None, limit: int
) -> list[Activity]:
    """The newest of all kinds, asked once: each source takes its own out of them."""
    told = getattr(request, "newest_activities", None)
    if told is None or told[0] != (member.pk, before, limit):
        found = latest(Activity.objects.filter(member=member), before, limit)
        told = ((member.pk, before, limit), found)
        request.newest_activities = told  # type: ignore[attr-defined]
    return list(told[1])


def latest(found: ActivityQuerySet, before: datetime | None, limit: int) -> list[Activity]:
    """The newest ones; all of the last one's instant, since the next page begins before it."""
    if before is not None:
        found = found.filter(at__lt=before)
    rows = list(found.order_by("-at")[:limit])
    if len(rows) == limit:
        edge = rows[-1].at
        same = found.filter(at=edge)[:MOST_AT_ONCE]
        rows = [*(row for row in rows if row.at != edge), *same]
    return rows


def entry(one: Activity, kind: Kind) -> TimelineEntry:
    """One activity in words."""
    title = str(kind.title)
    if about := _about(one, kind):
        title = _("%(what)s: %(object)s") % {"what": title, "object": about}
    by = pgettext("activity", "By a machine") if one.machine else ""
    return TimelineEntry(one.at, kind.icon, title, by, " · ".join(lines_of(one, kind)))


def _about(one: Activity, kind: Kind) -> str:
    """What it was about as people call it: the title of a page, the subject of a mail."""
    props = one.props or {}
    if kind.key == "site.viewed":
        return str(props.get("title") or one.object)
    if is_sending(kind.key) and props.get("subject"):
        return str(props["subject"])
    return one.object


def lines_of(one: Activity, kind: Kind) -> list[str]:
    """Properties, each with its name, as far as they say more than the title."""
    known = REGISTERED.get(kind.key)
    labels = known.labels if known is not None and not kind.own else {}
    props = one.props or {}
    hidden = {"title", "path", "url"} if kind.key == "site.viewed" else set()
    found = []
    if is_sending(kind.key) and props.get("subject"):
        hidden |= {"subject", "campaign"}  # the subject is in the title; a number says less
        if one.object and not one.object.isdigit():
            found.append(one.object)  # the link that was clicked
    for name, value in props.items():
        if name not in hidden and value != one.object:
            line = _("%(name)s: %(value)s")
            found.append(line % {"name": labels.get(name, name), "value": _said(value)})
    return found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return (
        {
            "phone": pgettext("device", "Phone"),
            "tablet": pgettext("device", "Tablet"),
            "computer": pgettext("device", "Computer"),
        }.get(value, str(value))
        if isinstance(value, str)
        else str(value)
    )


__all__ = ["entry", "is_other", "is_sending", "is_site", "latest", "lines_of", "told"]
