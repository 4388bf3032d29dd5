"""A/B tests: which variant did better, and how sure that is."""

from dataclasses import dataclass
from datetime import timedelta
from math import erf, sqrt

from enishi.campaigns.models import Campaign, Recipient, State
from enishi.core import clock
from enishi.core.bulk import rows


@dataclass(frozen=True)
class Score:
    """A variant in the test: mails that arrived, and how many were opened or clicked."""

    number: int
    mails: int
    hits: int

    @property
    def rate(self) -> float:
        return self.hits / self.mails if self.mails else 0.0


_SCORES = """
    SELECT variant, count(*) FILTER (WHERE state = 'accepted'),
           count(*) FILTER (WHERE state = 'accepted' AND {column} IS NOT NULL)
      FROM campaigns_recipient
     WHERE campaign_id = %s AND variant < 999 AND ({until} IS NULL OR sent_at <= {until})
     GROUP BY variant ORDER BY variant
"""


def scores(campaign: Campaign) -> list[Score]:
    """The variants as they did in the test (mails until the winner was chosen)."""
    column = "opened_at" if campaign.winner_by == "opens" else "clicked_at"
    statement = _SCORES.format(column=column, until="%s::timestamptz")
    until = campaign.winner_at
    return [Score(*row) for row in rows(statement, [campaign.pk, until, until])]


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
        top = best(scores(campaign))
        actions.choose_winner(campaign, top.number if top else 0, by=None)
        chosen += 1
    return chosen
