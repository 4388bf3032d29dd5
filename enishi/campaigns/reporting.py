"""What came of a campaign: figures, by link, hour, variant and segment. Machines are told apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db.models import Q
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.activity.models import Kind
from enishi.core.bulk import TooSlow, patience, rows
from enishi.members.conditions import RuleFaults
from enishi.messaging.actions import in_words
from enishi.messaging.models import Report
from enishi.messaging.permissions import without_addresses
from enishi.segments.conditions import members_of, seen_by
from enishi.segments.models import Segment

from .audience import REASONS, segments_of
from .models import Campaign, Recipient
from .sending.freezing import counts
from .sending.winning import Score, best, confidence, letter_of, scores
from .tracking.storing import VERDICT

MOST_SEGMENTS = 10  # that results are asked for at once
SEGMENT_MS = 5000  # for each of them
RATES_AT_ONCE = 300_000  # recipients looked at for one page of a list, which takes 0.1 s
RATES_REMEMBERED = 60  # seconds

_FIGURES = """
    SELECT count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'accepted' AND bounced_at IS NULL),
           count(*) FILTER (WHERE bounced_at IS NOT NULL OR state = 'failed'),
           count(*) FILTER (WHERE complained_at IS NOT NULL),
           count(*) FILTER (WHERE unsubscribed_at IS NOT NULL)
      FROM campaigns_recipient WHERE campaign_id = %s
"""
_JUDGED = f"""
    SELECT h.recipient_id, h.kind, h.link, h.at, {VERDICT} AS verdict
      FROM campaigns_hit h JOIN campaigns_recipient r ON r.id = h.recipient_id
     WHERE h.campaign_id = %s
"""  # noqa: S608
_HITS = f"""
    WITH judged AS ({_JUDGED})
    SELECT count(DISTINCT recipient_id) FILTER (WHERE verdict = ''),
           count(DISTINCT recipient_id) FILTER (WHERE verdict = '' AND kind = 'click'),
           count(*) FILTER (WHERE verdict <> '' AND kind = 'open'),
           count(*) FILTER (WHERE verdict <> '' AND kind = 'click')
      FROM judged
"""  # noqa: S608
_LINKS = f"""
    WITH judged AS ({_JUDGED})
    SELECT l.number, l.variant, l.url, l.label,
           count(j.recipient_id) FILTER (WHERE j.verdict = ''),
           count(DISTINCT j.recipient_id) FILTER (WHERE j.verdict = ''),
           count(j.recipient_id) FILTER (WHERE j.verdict <> '')
      FROM campaigns_link l LEFT JOIN judged j ON j.link = l.number AND j.kind = 'click'
     WHERE l.campaign_id = %s AND l.number > 0
     GROUP BY l.number, l.variant, l.url, l.label ORDER BY l.number
"""  # noqa: S608
_HOURS = f"""
    WITH judged AS ({_JUDGED})
    SELECT date_trunc('hour', at), count(DISTINCT recipient_id) FILTER (WHERE kind = 'open'),
           count(DISTINCT recipient_id) FILTER (WHERE kind = 'click')
      FROM judged WHERE verdict = '' GROUP BY 1 ORDER BY 1 LIMIT 720
"""  # noqa: S608
_MACHINES = f"""
    WITH judged AS ({_JUDGED})
    SELECT kind, verdict, count(*) FROM judged WHERE verdict <> '' GROUP BY 1, 2 ORDER BY 3 DESC
"""  # noqa: S608
_BOUNCES = """
    SELECT p.kind, count(DISTINCT r.id), mode() WITHIN GROUP (ORDER BY p.text)
      FROM campaigns_recipient r
      JOIN messaging_report p ON p.token_kind = 'c' AND p.token_number = r.id
     WHERE r.campaign_id = %s AND r.bounced_at IS NOT NULL AND p.kind = ANY(%s)
     GROUP BY p.kind ORDER BY 2 DESC
"""
# Those that no report speaks of: given up after many attempts, left alone by the office.
_FAILED = """
    SELECT reason, count(*) FROM campaigns_recipient
     WHERE campaign_id = %s AND state = 'failed' AND NOT EXISTS (
           SELECT FROM messaging_report p
            WHERE p.token_kind = 'c' AND p.token_number = campaigns_recipient.id)
     GROUP BY reason ORDER BY 2 DESC LIMIT 20
"""
# What recipients did, or what befell them → the condition.
DEEDS: dict[str, Q] = {
    "opened": Q(opened_at__isnull=False),
    "clicked": Q(clicked_at__isnull=False),
    "bounced": Q(bounced_at__isnull=False) | Q(state=Recipient.State.FAILED),
    "complained": Q(complained_at__isnull=False),
    "unsubscribed": Q(unsubscribed_at__isnull=False),
}


@dataclass(frozen=True)
class LinkFigures:
    """How often a link was followed by people, by how many of them, and by machines."""

    number: int
    variant: int
    url: str
    label: str
    clicks: int
    people: int
    machines: int

    @property
    def letter(self) -> str:
        """Of its variant: A, B, C …"""
        return letter_of(self.variant)


@dataclass(frozen=True)
class Figures:
    """``opened`` and ``clicked`` count people; None: not measured, which is not 0."""

    counts: dict[str, int]
    sent: int
    delivered: int
    bounced: int
    complained: int
    unsubscribed: int
    opened: int | None
    clicked: int | None
    machine_opens: int
    machine_clicks: int

    @property
    def bounce_rate(self) -> float | None:
        """Of all that were handed over: those that came back, and those refused at once."""
        tried = self.sent + self.counts.get("failed", 0)
        return self.bounced / tried if tried else None

    def rate(self, of: int | None) -> float | None:
        """A share of what was delivered; None where nothing was measured or delivered."""
        return None if of is None or not self.delivered else of / self.delivered


def figures(campaign: Campaign) -> Figures:
    """The totals."""
    [mails] = rows(_FIGURES, [campaign.pk])
    [hits] = rows(_HITS, [campaign.pk])
    return Figures(
        counts=counts(campaign),
        sent=mails[0],
        delivered=mails[1],
        bounced=mails[2],
        complained=mails[3],
        unsubscribed=mails[4],
        opened=hits[0] if campaign.has_opens else None,
        clicked=hits[1] if campaign.tracked else None,
        machine_opens=hits[2],
        machine_clicks=hits[3],
    )


class Rates(NamedTuple):
    """Shares of what was delivered; None: not measured, or nothing delivered yet."""

    opened: float | None = None
    clicked: float | None = None


_RATES = """
    SELECT campaign_id, count(*) FILTER (WHERE state = 'accepted' AND bounced_at IS NULL),
           count(opened_at), count(clicked_at)
      FROM campaigns_recipient WHERE campaign_id = ANY(%s) GROUP BY campaign_id
"""


def rates(campaigns: Iterable[Campaign]) -> dict[int, Rates]:
    """For a list, at most a minute old. Where the campaigns are so large that counting would hold
    the page up, the first of them are counted now, and more each time the list is opened."""
    sent = {_remembered(one.pk): one for one in campaigns if one.frozen_at}
    known: dict[str, Rates] = caches["local"].get_many(sent)
    now: dict[int, Campaign] = {}
    room = RATES_AT_ONCE
    for key, one in sent.items():
        if key not in known and (not now or one.total <= room):
            room -= one.total
            now[one.pk] = one
    for pk, delivered, opened, clicked in rows(_RATES, [list(now)]) if now else ():
        known[_remembered(pk)] = counted = Rates(
            opened / delivered if delivered and now[pk].has_opens else None,
            clicked / delivered if delivered and now[pk].tracked else None,
        )
        caches["local"].set(_remembered(pk), counted, RATES_REMEMBERED)
    return {one.pk: known[key] for key, one in sent.items() if key in known}


def _remembered(pk: int) -> str:
    return f"campaign-rates-{pk}"


def links(campaign: Campaign) -> list[LinkFigures]:
    return [LinkFigures(*row) for row in rows(_LINKS, [campaign.pk, campaign.pk])]


def hours(campaign: Campaign) -> list[dict[str, Any]]:
    """People who opened and clicked, by hour (UTC)."""
    return [
        {"at": at, "opened": opened, "clicked": clicked}
        for at, opened, clicked in rows(_HOURS, [campaign.pk])
    ]


def machines(campaign: Campaign) -> list[dict[str, Any]]:
    """What does not count, and why."""
    return [
        {"kind": kind, "verdict": verdict, "hits": hits}
        for kind, verdict, hits in rows(_MACHINES, [campaign.pk])
    ]


def failures(campaign: Campaign) -> list[tuple[str, int]]:
    """Why mails did not arrive, the most frequent first; an example of what was said."""
    kinds = dict(Report.Kind.choices)
    bounces = [
        (f"{kinds[kind]}: {without_addresses(said)}".rstrip(": "), count)
        for kind, count, said in rows(_BOUNCES, [campaign.pk, list(Report.BOUNCES)])
    ]
    failed = [
        (str(REASONS.get(reason) or in_words(without_addresses(reason))), count)
        for reason, count in rows(_FAILED, [campaign.pk])
    ]
    return sorted([*bounces, *failed], key=lambda one: -one[1])


@dataclass(frozen=True)
class SegmentFigures:
    """How the members of a segment (as they are now) did. ``opened`` and ``clicked`` count people;
    None: not measured. ``problem``: why there are no figures."""

    id: int
    name: str
    sent: int | None = None
    opened: int | None = None
    clicked: int | None = None
    problem: str = ""

    def share(self, of: int | None) -> float | None:
        """A share of what was sent; None where nothing was measured or sent."""
        return None if of is None or not self.sent else of / self.sent


def by_segment(
    campaign: Campaign, wanted: list[int] | None = None, *, by: User | None
) -> list[SegmentFigures]:
    """For the audience's segments, or those wanted; the first ten that ``by`` may see.

    They come in the order in which they are named. One that takes too long, or whose rule cannot
    be read any more, says so instead of its figures.
    """
    numbers = segments_of(campaign.audience) if wanted is None else wanted
    order = list(dict.fromkeys(numbers))[:MOST_SEGMENTS]
    known = {one.pk: one for one in seen_by(Segment.objects.filter(pk__in=order), by)}
    return [_of_segment(campaign, known[pk]) for pk in order if pk in known]


def _of_segment(campaign: Campaign, segment: Segment) -> SegmentFigures:
    try:
        inside, params = members_of(segment).order_by().values("pk").query.sql_with_params()
        statement = (
            "SELECT count(*) FILTER (WHERE state = 'accepted'), count(opened_at),"  # noqa: S608
            f" count(clicked_at) FROM campaigns_recipient WHERE campaign_id = %s"
            f" AND member_id IN ({inside})"
        )
        with patience(SEGMENT_MS):
            [(sent, opened, clicked)] = rows(statement, [campaign.pk, *params])
    except TooSlow:
        return SegmentFigures(segment.pk, segment.name, problem=_("It takes too long to count."))
    except RuleFaults:
        return SegmentFigures(segment.pk, segment.name, problem=_("It cannot be asked any more."))
    return SegmentFigures(
        segment.pk,
        segment.name,
        sent,
        opened if campaign.has_opens else None,
        clicked if campaign.tracked else None,
    )


_CONVERSIONS = """
    SELECT k.key, count(DISTINCT r.member_id), count(a.id)
      FROM campaigns_recipient r
      JOIN activity_activity a ON a.member_id = r.member_id
      JOIN activity_kind k ON k.id = a.kind_id
     WHERE r.campaign_id = %s AND r.clicked_at IS NOT NULL AND k.key = ANY(%s)
       AND a.at >= r.clicked_at AND a.at < r.clicked_at + %s * interval '1 day'
       AND a.at >= %s AND NOT a.machine
     GROUP BY k.key
"""


@dataclass(frozen=True)
class Conversion:
    """What those who clicked did within the days after: how many of them, and how often."""

    kind: str
    label: str
    people: int
    times: int


def conversions(campaign: Campaign) -> list[Conversion]:
    """By kind of activity, in the order chosen; nothing where none was chosen."""
    if not campaign.conversions or campaign.started_at is None:
        return []
    found = {
        key: (people, times)
        for key, people, times in rows(
            _CONVERSIONS,
            [campaign.pk, campaign.conversions, campaign.conversion_days, campaign.started_at],
        )
    }
    kinds = {one.key: one for one in Kind.objects.filter(key__in=campaign.conversions)}
    return [
        Conversion(key, str(kinds[key]), *found.get(key, (0, 0)))
        for key in campaign.conversions
        if key in kinds
    ]


@dataclass(frozen=True)
class AbFigures:
    """The A/B test: scores, the best so far, and how sure that is (0.5: not at all)."""

    scores: list[Score]
    best: int | None
    confidence: float
    winner: int | None

    @property
    def percent(self) -> int:
        """How sure it is, never rounded up to certainty."""
        return min(99, int(self.confidence * 100))


def tested(campaign: Campaign) -> AbFigures | None:
    """None where there is no test."""
    if campaign.variants.count() < 2:
        return None
    found = scores(campaign)
    top = best(found)
    others = [one for one in found if top is not None and one.number != top.number]
    second = max(others, key=lambda one: one.rate, default=None)
    sure = confidence(top, second) if top and second else 0.5
    return AbFigures(found, top.number if top else None, sure, campaign.winner)
