"""Taking recipients, marking them before their mail leaves, and writing down what came of it.

A sender is a thread with a database connection of its own, on which it holds an advisory lock.
When the lock is gone, so is the sender: what it had only claimed waits again at once, what may
have left is uncertain. Who is claimed, and who may have left, stands in the sender's ``Batch``.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from enishi.campaigns.audience import dropping
from enishi.campaigns.models import Campaign
from enishi.core import clock
from enishi.core.bulk import Prepared, rows, run

from .printing import Claimed

SENDERS = 0x6361_6D70  # "camp": the first half of a sender's advisory lock
CLAIMS = 0x6361_6D71  # and of the lock of whoever claims from a campaign
LEASE = timedelta(minutes=10)  # only for senders that hang; dead ones are known by their lock

_DUE = """
    SELECT id, member_id, email, variant, attempts FROM campaigns_recipient
     WHERE campaign_id = %s AND state = 'pending' AND next_try <= %s
       AND id NOT IN (SELECT unnest(ids) FROM campaigns_batch WHERE campaign_id = %s)
     ORDER BY next_try LIMIT %s
"""
_CLAIM = """
    INSERT INTO campaigns_batch (sender, campaign_id, ids, going, lease_until)
    VALUES (%s, %s, %s, '{}', %s)
"""
# Rows are named by their ids wherever they are written: a plan made without statistics (the table
# may be a minute old) would otherwise read all of them for each batch. "state || ''" keeps the
# planner from the index of those who wait.
#
# The word of the sender that held a row counts, even if it was taken for dead or the campaign was
# cancelled meanwhile: it knows what has left. But what somebody else may hold by now is left alone.
_HELD = """
    (r.state = 'uncertain' OR r.state || '' IN ('pending', 'skipped')
     AND EXISTS (SELECT FROM campaigns_batch WHERE sender = {sender}))
"""
_RESULTS = f"""
    UPDATE campaigns_recipient r
       SET state = v.state, reason = v.reason, attempts = r.attempts + v.tried,
           next_try = coalesce(v.next_try, r.next_try), sent_at = v.sent_at
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::timestamptz[],
                  %s::timestamptz[]) AS v (id, state, reason, tried, next_try, sent_at)
     WHERE r.id = v.id AND r.id = ANY(%s) AND {_HELD.format(sender="%s")}
"""  # noqa: S608
_ACCEPTED = f"""
    UPDATE campaigns_recipient r
       SET state = 'accepted', reason = '', attempts = attempts + 1, sent_at = {{at}}
     WHERE id = ANY({{ids}}::bigint[]) AND {_HELD}
"""  # noqa: S608
_MARK = f"""
    WITH stored AS ({_ACCEPTED.format(at="$1", ids="$2", sender="$3")}),
    marked AS (
        UPDATE campaigns_batch SET going = $4::bigint[]
         WHERE sender = $3
           AND (SELECT state FROM campaigns_campaign WHERE id = $5) = 'sending'
     RETURNING sender)
    SELECT r.id FROM campaigns_recipient r, marked
     WHERE r.id = ANY($6::bigint[]) AND r.state || '' = 'pending'
"""  # noqa: S608
_RECOVER = """
    DELETE FROM campaigns_batch b
     WHERE b.lease_until < %s OR NOT EXISTS (
           SELECT FROM pg_locks held
            WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
              AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND held.classid::bigint = %s AND held.objid::bigint = b.sender)
 RETURNING b.ids, b.going
"""
# Who was cancelled while the mail was leaving is uncertain too.
_UNCERTAIN = """
    UPDATE campaigns_recipient SET state = 'uncertain', reason = ''
     WHERE id = ANY(%s) AND (state || '' = 'pending' OR state = 'skipped' AND reason = 'cancelled')
"""


class Result(NamedTuple):
    """What became of one recipient. ``tried``: whether it counts as an attempt."""

    id: int
    state: str
    reason: str = ""
    next_try: datetime | None = None
    sent_at: datetime | None = None
    tried: bool = True


def hold_lock(sender: int) -> bool:
    """Show that the sender lives, for as long as its connection does."""
    [(held,)] = rows("SELECT pg_try_advisory_lock(%s, %s)", [SENDERS, sender])
    return bool(held)


def release_lock(sender: int) -> None:
    rows("SELECT pg_advisory_unlock(%s, %s)", [SENDERS, sender])


@transaction.atomic
def claim(campaign: Campaign, sender: int, most: int) -> list[Claimed]:
    """Take up to ``most`` recipients whose turn has come; those who must not get it drop out.

    One sender at a time: the next sees what this one has taken.
    """
    now = clock.now()
    run("SELECT pg_advisory_xact_lock(%s, %s)", [CLAIMS, campaign.pk])
    due = [Claimed(*row) for row in rows(_DUE, [campaign.pk, now, campaign.pk, most])]
    if not due:
        return []
    run(_CLAIM, [sender, campaign.pk, _array([one.id for one in due]), now + LEASE])
    out = _refused(campaign, due)
    if out:
        store(sender, [Result(id_, "skipped", reason, tried=False) for id_, reason in out.items()])
        due = [one for one in due if one.id not in out]
    return due


def _refused(campaign: Campaign, claimed: Sequence[Claimed]) -> dict[int, str]:
    """Who must not get it any more: much can happen between the freezing and the sending."""
    why = dropping(campaign, "r.email")
    found = rows(
        f"SELECT r.id, {why.sql} FROM campaigns_recipient r"  # noqa: S608
        " LEFT JOIN members_member m ON m.id = r.member_id WHERE r.id = ANY(%s::bigint[])",
        [*why.params, _array([one.id for one in claimed])],
    )
    return {id_: reason for id_, reason in found if reason}


class Marks:
    """Writes down that mails are about to leave, and that those before have, in one go.

    ``ask`` begins; before the first of them leaves, ``answer`` gives who may. Nobody once the
    campaign does not send; what was accepted is written in any case.
    """

    def __init__(self, sender: int) -> None:
        self.sender = sender
        self._statement = Prepared(_MARK)

    def ask(
        self,
        campaign: Campaign,
        ids: Sequence[int],
        *,
        still: Iterable[int] = (),
        accepted: Sequence[Result] = (),
    ) -> None:
        """``ids`` are about to leave, ``still`` on their way and without a result."""
        sent_at = accepted[-1].sent_at if accepted else None
        before = _array([one.id for one in accepted])
        going = _array([*still, *ids])
        self._statement.ask(sent_at, before, self.sender, going, campaign.pk, _array(ids))

    def answer(self) -> set[int]:
        return set(self._statement.answer())


def _array(ids: Iterable[int]) -> str:
    """As the database reads an array: the driver would look at each number."""
    return f"{{{','.join(map(str, ids))}}}"


def store(sender: int, results: Sequence[Result]) -> int:
    """Write results, in the caller's transaction."""
    if not results:
        return 0
    ids = [one.id for one in results]
    if all(one.state == "accepted" for one in results):
        statement = _ACCEPTED.format(at="%s", ids="%s", sender="%s")
        return run(statement, [results[-1].sent_at, _array(ids), sender])
    return run(
        _RESULTS,
        [
            ids,
            [one.state for one in results],
            [one.reason[:300].replace("\x00", "") for one in results],
            [int(one.tried) for one in results],
            [one.next_try for one in results],
            [one.sent_at for one in results],
            ids,
            sender,
        ],
    )


def give_back(sender: int) -> int:
    """Hold nobody any more: who has no result waits again."""
    return run("DELETE FROM campaigns_batch WHERE sender = %s", [sender])


@transaction.atomic
def recover() -> dict[str, int]:
    """Sort out what dead senders left behind: how many are ``pending`` again or ``uncertain``."""
    ids, going = set[int](), set[int]()
    for held, leaving in rows(_RECOVER, [clock.now(), SENDERS]):
        ids |= set(held)
        going |= set(leaving)
    if not ids:
        return {"pending": 0, "uncertain": 0}
    uncertain = run(_UNCERTAIN, [list(going)])
    [(pending,)] = rows(
        "SELECT count(*) FROM campaigns_recipient WHERE id = ANY(%s) AND state || '' = 'pending'",
        [list(ids)],
    )
    return {"pending": pending, "uncertain": uncertain}


def has_due(campaign_ids: Sequence[int]) -> set[int]:
    """Which campaigns have somebody whose turn has come."""
    return {
        pk
        for (pk,) in rows(
            "SELECT c.id FROM unnest(%s::bigint[]) AS c (id) WHERE EXISTS ("
            " SELECT FROM campaigns_recipient r WHERE r.campaign_id = c.id"
            " AND r.state = 'pending' AND r.next_try <= %s)",
            [list(campaign_ids), clock.now()],
        )
    }
