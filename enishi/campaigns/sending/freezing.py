"""From a question about members to rows: one statement, before the first mail leaves."""

from datetime import datetime
from typing import Any

from django.db import transaction

from enishi.campaigns import audience
from enishi.campaigns.body.checking import TextFaults, faults_of, wanted_of
from enishi.campaigns.body.compiling import compiled
from enishi.campaigns.facts import CampaignUnsendable, SendingStarted
from enishi.campaigns.models import Batch, Campaign, Link, Recipient, State, Variant
from enishi.core import clock
from enishi.core.bulk import rows, run
from enishi.core.facts import announce
from enishi.core.refusals import Refusal

from .mornings import turn_sql

BROKEN = "broken"  # why a campaign stopped: something that it needs is gone
TRAP = "trap:"  # the target of the hidden link: nothing


def compile_variants(campaign: Campaign) -> list[Variant]:
    """Make the two texts of every variant and write down where links lead."""
    variants = list(campaign.variants.select_for_update())
    if not variants:
        variants = [Variant.objects.create(campaign=campaign, number=0)]
    links: list[Link] = []
    if campaign.tracked:
        links.append(Link(campaign=campaign, number=0, url=TRAP))
    first = 1
    for variant in variants:
        body = variant.body or campaign.body
        made = compiled(body, campaign.text_part, wanted_of(campaign, first_link=first))
        variant.html, variant.text = made.html, made.text
        variant.save(update_fields=["html", "text"])
        links += [
            Link(
                campaign=campaign,
                variant=variant.number,
                number=one.number,
                url=one.url,
                label=one.label,
            )
            for one in made.links
        ]
        first += len(made.links)
    Link.objects.filter(campaign=campaign).delete()
    Link.objects.bulk_create(links)
    return variants


@transaction.atomic
def freeze(campaign_id: int) -> Campaign | None:
    """Write down who gets the campaign, and let it be sent. Nothing if that was done before.

    What has become impossible since somebody ordered it (a merge field or the field of a rule is
    gone) makes it a draft again, whose checks say what is missing.
    """
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign_id)
    if campaign.state != State.FREEZING:
        return None
    now = clock.now()
    try:
        with transaction.atomic():
            if faults := faults_of(campaign, list(campaign.variants.all()), None):
                raise TextFaults(faults)
            variants = compile_variants(campaign)
            counts = _insert(campaign, variants, now)
    except Refusal as why:
        _give_back(campaign, why)
        return None
    campaign.total = counts.pop("", 0)
    campaign.dropped = counts
    campaign.state, campaign.frozen_at, campaign.started_at = State.SENDING, now, now
    campaign.save(update_fields=["total", "dropped", "state", "frozen_at", "started_at"])
    run("ANALYZE campaigns_recipient")
    announce(
        SendingStarted(
            about=campaign, by=None, recipients=campaign.total, dropped=sum(counts.values())
        )
    )
    return campaign


def _give_back(campaign: Campaign, why: Refusal) -> None:
    campaign.state, campaign.send_at, campaign.why_paused = State.DRAFT, None, BROKEN
    campaign.save(update_fields=["state", "send_at", "why_paused"])
    reason = " ".join([str(why), *map(str, why.errors.values())])
    announce(CampaignUnsendable(about=campaign, by=None, reason=reason[:500]))


def _insert(campaign: Campaign, variants: list[Variant], now: datetime) -> dict[str, int]:
    chosen = audience.chosen_sql(campaign)
    lots, variant, variant_params = _lots_sql(campaign, len(variants))
    turn, turn_params = turn_sql(campaign, "member_id", now)
    # OFFSET 0: the reason is used in three places and must not be made three times.
    statement = f"""
        WITH chosen AS ({chosen.sql} OFFSET 0), made AS (
            INSERT INTO campaigns_recipient
                (campaign_id, member_id, email, variant, state, reason, attempts, next_try)
            SELECT %s, member_id, email, {variant},
                   CASE WHEN reason <> '' THEN 'skipped' WHEN {variant} = %s THEN 'held'
                        ELSE 'pending' END,
                   reason, 0, {turn} + %s * random() * interval '1 minute'
              FROM {lots} lots
             WHERE reason <> 'excluded'
             ORDER BY member_id
            RETURNING reason
        )
        SELECT reason, count(*) FROM made GROUP BY reason
    """  # noqa: S608
    params: list[Any] = [
        *chosen.params,
        campaign.pk,
        *variant_params,
        *variant_params,
        HELD_VARIANT,
        *turn_params,
        campaign.spread_minutes,
    ]
    return dict(rows(statement, params))


HELD_VARIANT = 999  # who waits for the winner has no variant yet


def _lots_sql(campaign: Campaign, count: int) -> tuple[str, str, list[Any]]:
    """Who stands where in the order of the lot, and which variant that is: the first
    ``test_share`` percent are parted evenly among all, and nobody's variant is left to luck where
    the audience is small."""
    if count < 2:
        return "chosen", "0", []
    sent = "PARTITION BY reason = ''"
    lots = (
        f"(SELECT *, row_number() OVER ({sent} ORDER BY random()) - 1 AS place,"  # noqa: S608
        f" count(*) OVER ({sent}) AS everybody FROM chosen)"
    )
    share = campaign.test_share / 100 if campaign.test_share else 1.0
    sql = "CASE WHEN place < greatest(%s, ceil(everybody * %s)) THEN place %% %s ELSE %s END"
    return lots, sql, [count, share, count, HELD_VARIANT]


def release_held(campaign: Campaign, winner: int) -> int:
    """Give the rest of the audience the winner, spread like the test; they are asked for consent
    again when they go."""
    turn, params = turn_sql(campaign, "member_id", clock.now())
    return run(
        "UPDATE campaigns_recipient SET variant = %s, state = 'pending',"  # noqa: S608
        f" next_try = {turn} + %s * random() * interval '1 minute'"
        " WHERE campaign_id = %s AND state = 'held'",
        [winner, *params, campaign.spread_minutes, campaign.pk],
    )


def drop_waiting(campaign_id: int) -> int:
    """Leave out everybody who still waits: the campaign was cancelled."""
    return run(
        "UPDATE campaigns_recipient SET state = 'skipped', reason = 'cancelled'"
        " WHERE campaign_id = %s AND state IN ('held', 'pending') AND id NOT IN"
        " (SELECT unnest(going) FROM campaigns_batch WHERE campaign_id = %s)",
        [campaign_id, campaign_id],
    )


def counts(campaign: Campaign) -> dict[str, int]:
    """How many recipients are in each state; every state is named."""
    found = dict.fromkeys(Recipient.State.values, 0)
    found.update(
        rows(
            "SELECT state, count(*) FROM campaigns_recipient WHERE campaign_id = %s GROUP BY state",
            [campaign.pk],
        )
    )
    under_way = Batch.under_way(campaign)
    waiting = Recipient.objects.filter(pk__in=list(under_way), state=Recipient.State.PENDING)
    for pk in waiting.values_list("pk", flat=True):
        found[under_way[pk]] += 1
        found[Recipient.State.PENDING] -= 1
    return found
