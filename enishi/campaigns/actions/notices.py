"""Notices: shown to members on their own page, confirmed by them, remembered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.activity.actions import record
from enishi.campaigns.facts import NoticeChanged, NoticeDeleted, NoticeEnded, NoticePublished
from enishi.campaigns.models import Notice, Reading
from enishi.core import clock
from enishi.core.asked import asked
from enishi.core.facts import announce
from enishi.members.models import Member
from enishi.messaging.actions import tokens
from enishi.segments.conditions import members_of
from enishi.segments.models import Segment

from .refusals import AlreadyRead, Changed, Invalid

NOTICE_FIELDS = ("title", "body", "must_read", "segment", "from_at", "to_at")
READ = "notice.read"  # the activity
_PURPOSE = "notices"


@transaction.atomic
def publish_notice(values: Mapping[str, Any], *, by: User | None) -> Notice:
    """Put up a notice. ``values``: NOTICE_FIELDS. Raises Invalid."""
    notice = Notice(by=by, **_cleaned(values))
    _refuse_incomplete(notice)
    notice.save()
    announce(NoticePublished(about=notice, by=by))
    return notice


@transaction.atomic
def change_notice(
    notice: Notice,
    values: Mapping[str, Any],
    *,
    by: User | None,
    version: int | None = None,
    again: bool = False,
) -> Notice:
    """Change a notice; ``again``: whoever has read it is asked anew. Raises Changed, Invalid."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if version is not None and version != notice.version:
        raise Changed
    cleaned = _cleaned(values)
    changes = {
        name: (_plain(getattr(notice, name)), _plain(value))
        for name, value in cleaned.items()
        if getattr(notice, name) != value
    }
    for name in changes:
        setattr(notice, name, cleaned[name])
    _refuse_incomplete(notice)
    if again:
        changes["edition"] = (notice.edition, notice.edition + 1)
        notice.edition += 1
    if not changes:
        return notice
    notice.version += 1
    notice.updated_at = clock.now()
    notice.save(update_fields=[*changes, "version", "updated_at"])
    announce(NoticeChanged(about=notice, by=by, changes=changes))
    return notice


@transaction.atomic
def end_notice(notice: Notice, *, by: User | None) -> Notice:
    """Show it to nobody any more. Who has read it stays known."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    now = clock.now()
    if notice.to_at is not None and notice.to_at <= now:
        return notice
    notice.from_at = min(notice.from_at, now)
    notice.to_at = now
    notice.version += 1
    notice.save(update_fields=["from_at", "to_at", "version"])
    announce(NoticeEnded(about=notice, by=by))
    return notice


@transaction.atomic
def delete_notice(notice: Notice, *, by: User | None) -> None:
    """Take away a notice that nobody has read. Raises AlreadyRead."""
    notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if notice.readings.exists():
        raise AlreadyRead
    announce(NoticeDeleted(about=notice, by=by))
    notice.delete()


@transaction.atomic
def read_notice(notice: Notice, member: Member, *, via: str = Reading.Via.LINK) -> bool:
    """The member confirms having read it; False for the same edition again."""
    try:
        with transaction.atomic():
            Reading.objects.create(
                notice=notice, member=member, edition=notice.edition, at=clock.now(), via=via
            )
    except IntegrityError:
        return False
    props = {"notice": notice.pk, "edition": notice.edition, "title": notice.title}
    record(member.pk, READ, object=str(notice.pk), props=props)
    return True


# Asking


@dataclass(frozen=True)
class Seen:
    """A notice as one member has it before them."""

    notice: Notice
    read_at: datetime | None

    @property
    def is_urgent(self) -> bool:
        """Whether it still has to be read."""
        return self.notice.must_read and self.read_at is None


@asked
def _shown(at: Any) -> QuerySet[Notice]:
    return Notice.objects.shown(at).select_related("segment")


def notices_for(member: Member) -> list[Seen]:
    """What is shown to the member now: what must be read first, then the newest."""
    rows = _shown.rows(at=clock.now())
    inside = {
        segment.pk: members_of(segment).filter(pk=member.pk).exists()
        for segment in {one.segment for one in rows if one.segment is not None}
    }
    mine = [one for one in rows if one.segment_id is None or inside[one.segment_id]]
    if not mine:
        return []
    read = dict(
        Reading.objects.filter(
            member=member, notice__in=mine, edition=Subquery(_edition())
        ).values_list("notice_id", "at")
    )
    found = [Seen(one, read.get(one.pk)) for one in mine]
    return sorted(found, key=lambda one: (not one.is_urgent, one.read_at is not None))


def _edition() -> Any:
    return Notice.objects.filter(pk=OuterRef("notice_id")).values("edition")


def with_readings(notice: Notice, *, read: bool | None = None) -> QuerySet[Any]:
    """Those it is meant for, each with ``read_at`` of the present edition (None: not yet).

    ``read``: only those who have, or have not.
    """
    mine = Reading.objects.filter(
        notice=notice, edition=notice.edition, member=OuterRef("pk")
    ).values("at")[:1]
    found = notice.readers().annotate(read_at=Subquery(mine, output_field=DateTimeField()))
    return found if read is None else found.filter(read_at__isnull=not read)


def counted_readings(notice: Notice) -> tuple[int, int]:
    """How many of those it is meant for have read it, and how many they are."""
    every = notice.readers()
    read = Reading.objects.filter(
        notice=notice, edition=notice.edition, member__in=every.order_by().values("pk")
    )
    return read.count(), every.count()


def unread_rule(notice: Notice) -> dict[str, Any]:
    """A rule for those who have not read the present edition, to be written to."""
    where = [
        {"field": "notice", "op": "eq", "value": notice.pk},
        {"field": "edition", "op": "eq", "value": notice.edition},
    ]
    gone = [{"field": "status", "op": "eq", "value": one} for one in ("left", "refused")]
    rule: list[dict[str, Any]] = [{"not": {"any": gone}}, {"not": {"did": READ, "where": where}}]
    if notice.segment_id is not None:
        rule.insert(0, {"in_segment": notice.segment_id})
    return {"all": rule}


# Personal links


def notices_word(member_id: int) -> str:
    """The signed word that opens a member's notices, and nothing else."""
    return tokens.signed(tokens.base36(member_id), _PURPOSE)


def notices_link(member_id: int) -> str:
    """For mails: the page on which the member reads notices, without signing in."""
    return f"{settings.BASE_URL}{reverse('campaigns:my_notices', args=[notices_word(member_id)])}"


def read_notices_word(word: str) -> int | None:
    """The member's id; None for a word that we have not signed."""
    text = tokens.unsigned(word.lower(), _PURPOSE)
    return None if text is None else int(text, 36)


# Cleaning


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    errors: dict[str, str] = {}
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            kept[name] = _clean(name, value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(errors)
    return kept


def _clean(name: str, value: Any) -> Any:
    match name:
        case "title":
            return " ".join(_text(value, 200).split())
        case "body":
            return _text(value, 20_000).strip()
        case "must_read":
            return value is True or value == "true"
        case "segment":
            return _segment(value)
        case "from_at" | "to_at":
            return _moment(value) or (clock.now() if name == "from_at" else None)
    raise ValueError(_("There is no such field."))


def _text(value: Any, longest: int) -> str:
    text = "" if value is None else str(value)
    if len(text) > longest or "\x00" in text:
        raise ValueError(_("At most %(longest)d characters.") % {"longest": longest})
    return text


def _segment(value: Any) -> Segment | None:
    if value in (None, ""):
        return None
    if isinstance(value, Segment):
        return value
    text = str(value)
    found = None
    if text.isascii() and text.isdigit() and len(text) < 18:
        found = Segment.objects.filter(pk=int(text)).first()
    if found is None:
        raise ValueError(_("There is no such segment."))
    return found


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        at = value if isinstance(value, datetime) else parse_datetime(str(value))
    except ValueError:
        at = None
    if at is None:
        raise ValueError(_("Write a time such as 2026-11-21T09:00:00+09:00."))
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return str(value) if isinstance(value, Segment) else value


def _refuse_incomplete(notice: Notice) -> None:
    errors = dict(_missing(notice))
    if errors:
        raise Invalid(errors)


def _missing(notice: Notice) -> Iterator[tuple[str, str]]:
    if not notice.title:
        yield "title", _("Write a title.")
    if not notice.body:
        yield "body", _("Write the text.")
    if notice.to_at is not None and notice.to_at <= notice.from_at:
        yield "to_at", _("The end must lie after the beginning.")
