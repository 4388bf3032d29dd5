"""A/B tests: which variant did better, and how sure that is."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import erf, sqrt

from enishi.campaigns.models import Campaign, Recipient, State
from enishi.core import clock
from enishi.core.bulk import rows


def letter_of(number: int) -> str:
    """A, B, C …"""
    return chr(ord("A") + number)


@dataclass(frozen=True)
class Score:
    """A variant in the test: mails that arrived, and how many of them did what decides.

    ``opened``, ``clicked`` and ``converted`` count people; None: not measured, or not chosen.
    """

    number: int
    mails: int
    hits: int
    opened: int | None = None
    clicked: int | None = None
    converted: int | None = None
    subject: str = ""  # as it was written

    @property
    def rate(self) -> float:
        return self.hits / self.mails if self.mails else 0.0

    @property
    def letter(self) -> str:
        return letter_of(self.number)


_SCORES = """
    SELECT variant, count(*), count(opened_at), count(clicked_at)
      FROM campaigns_recipient
     WHERE campaign_id = %s AND variant < 999 AND state = 'accepted'
       AND (%s::timestamptz IS NULL OR sent_at <= %s::timestamptz)
     GROUP BY variant ORDER BY variant
"""
_TEST = """
    SELECT count(*) FILTER (WHERE state = 'pending' AND attempts = 0),
           percentile_disc(0.95) WITHIN GROUP (ORDER BY sent_at)
      FROM campaigns_recipient WHERE campaign_id = %s AND variant < 999
"""
# The same question as reporting.conversions asks, of the mails of the test.
_CONVERTED = """
    SELECT r.variant, count(*)
      FROM campaigns_recipient r
     WHERE r.campaign_id = %s AND r.variant < 999 AND r.state = 'accepted'
       AND r.clicked_at IS NOT NULL
       AND (%s::timestamptz IS NULL OR r.sent_at <= %s::timestamptz)
       AND EXISTS (
           SELECT 1 FROM activity_activity a JOIN activity_kind k ON k.id = a.kind_id
            WHERE a.member_id = r.member_id AND k.key = ANY(%s) AND NOT a.machine
              AND a.at >= r.clicked_at AND a.at < r.clicked_at + %s * interval '1 day'
              AND a.at >= %s)
     GROUP BY r.variant
"""


def scores(campaign: Campaign) -> list[Score]:
    """The variants as they did in the test (mails until the winner was chosen)."""
    until = campaign.winner_at
    successes = _successes(campaign)
    figures = {number: more for number, *more in rows(_SCORES, [campaign.pk, until, until])}
    found = []
    for number, subject in campaign.variants.values_list("number", "subject"):
        mails, opened, clicked = figures.get(number, (0, 0, 0))
        converted = None if successes is None else successes.get(number, 0)
        deciding = {"opens": opened, "conversions": converted or 0}
        found.append(
            Score(
                number,
                mails,
                deciding.get(campaign.winner_by, clicked),
                opened if campaign.has_opens else None,
                clicked if campaign.tracked else None,
                converted,
                subject or campaign.subject,
            )
        )
    return found


def _successes(campaign: Campaign) -> dict[int, int] | None:
    """Variant → members who clicked and then did what counts as success; None: none is chosen."""
    if not campaign.conversions or not campaign.tracked or campaign.started_at is None:
        return None
    until = campaign.winner_at
    days = (campaign.conversions, campaign.conversion_days, campaign.started_at)
    return dict(rows(_CONVERTED, [campaign.pk, until, until, *days]))


def best(found: list[Score]) -> Score | None:
    """The variant with the highest rate; None as long as nobody did anything."""
    top = max(found, key=lambda one: one.rate, default=None)
    return top if top is not None and top.hits else None


def confidence(first: Score, second: Score) -> float:
    """How sure it is that ``first`` is really better than ``second``: 0.5 is a toss of a coin.

    Two-proportion z-test, pooled, one-sided. With fewer than five hits or misses on a side the
    normal curve says nothing, and the answer is 0.5.
    """
    least = min(first.hits + second.hits, first.mails + second.mails - first.hits - second.hits)
    if not first.mails or not second.mails or least < 10:
        return 0.5
    pooled = (first.hits + second.hits) / (first.mails + second.mails)
    spread = sqrt(pooled * (1 - pooled) * (1 / first.mails + 1 / second.mails))
    return 0.5 * (1 + erf((first.rate - second.rate) / spread / sqrt(2)))


def decided_at(campaign: Campaign) -> datetime | None:
    """When the winner is chosen by itself: so many hours after the mails of the test have left.

    None while some of them have not had their turn yet (quiet hours, spread, local time): a
    winner among mails that nobody has got would be one by chance. The few that a server puts off
    for long are not waited for.
    """
    if campaign.winner_by == "hand" or campaign.started_at is None:
        return None
    [(waiting, left_at)] = rows(_TEST, [campaign.pk])
    if waiting:
        return None
    since = max(campaign.started_at, left_at) if left_at else campaign.started_at
    return since + timedelta(hours=campaign.winner_hours)


def choose_due() -> int:
    """Choose the winners whose time has come; without any hits the first variant goes on."""
    from enishi.campaigns import actions

    chosen = 0
    for campaign in Campaign.objects.filter(state=State.SENDING, winner=None).exclude(
        winner_by="hand"
    ):
        if campaign.started_at is None:
            continue
        if clock.now() < campaign.started_at + timedelta(hours=campaign.winner_hours):
            continue
        waiting = Recipient.objects.filter(campaign=campaign, state=Recipient.State.HELD)
        if not waiting.exists():
            continue
        at = decided_at(campaign)
        if at is None or clock.now() < at:
            continue
        top = best(scores(campaign))
        actions.choose_winner(campaign, top.number if top else 0, by=None)
        chosen += 1
    return chosen
