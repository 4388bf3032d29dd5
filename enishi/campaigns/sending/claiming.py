"""Taking recipients, marking them before their mail leaves, and writing down what came of it.

A sender is a thread with a database connection of its own, on which it holds an advisory lock.
When the lock is gone, so is the sender: what it had only claimed goes back at once, what it had
begun to hand over is uncertain.
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
LEASE = timedelta(minutes=10)  # only for senders that hang; dead ones are known by their lock

# Rows are named by their ids wherever they are written: a plan made without statistics (the table
# may be a minute old) would otherwise read all of them for each batch. "state || ''" keeps the
# planner from the index of open rows, in which it would pass by all rows of the sender, and those
# that it has sent, for each twenty.
_DUE = """
    SELECT id FROM campaigns_recipient
     WHERE campaign_id = %s AND state = 'pending' AND next_try <= %s
     ORDER BY next_try LIMIT %s FOR UPDATE SKIP LOCKED
"""
_CLAIM = """
    UPDATE campaigns_recipient SET state = 'claimed', lease_until = %s, sender = %s
     WHERE id = ANY(%s)
 RETURNING id, member_id, email, variant, attempts
"""
# What was taken for lost while its sender still lived is put right by the sender's own word.
_RESULTS = """
    UPDATE campaigns_recipient r
       SET state = v.state, reason = v.reason, attempts = r.attempts + v.tried,
           next_try = coalesce(v.next_try, r.next_try), sent_at = v.sent_at,
           lease_until = NULL, sender = NULL
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::int[], %s::timestamptz[],
                  %s::timestamptz[]) AS v (id, state, reason, tried, next_try, sent_at)
     WHERE r.id = v.id AND r.id = ANY(%s) AND r.sender = %s
       AND r.state IN ('claimed', 'handed_over', 'uncertain')
"""
_MARK = """
    WITH stored AS (
        UPDATE campaigns_recipient
           SET state = 'accepted', reason = '', attempts = attempts + 1, sent_at = $1,
               lease_until = NULL, sender = NULL
         WHERE id = ANY($2::bigint[]) AND sender = $3
           AND state IN ('claimed', 'handed_over', 'uncertain'))
    UPDATE campaigns_recipient SET state = 'handed_over'
     WHERE id = ANY($4::bigint[]) AND state || '' = 'claimed' AND sender = $3
       AND (SELECT state FROM campaigns_campaign WHERE id = $5) = 'sending'
 RETURNING id
"""
_RECOVER = """
    UPDATE campaigns_recipient r
       SET state = CASE state WHEN 'claimed' THEN 'pending' ELSE 'uncertain' END,
           lease_until = NULL,
           sender = CASE state WHEN 'claimed' THEN NULL ELSE sender END
     WHERE r.state IN ('claimed', 'handed_over')
       AND (r.lease_until < %s OR NOT EXISTS (
           SELECT FROM pg_locks held
            WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
              AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND held.classid::bigint = %s AND held.objid::bigint = r.sender))
 RETURNING r.campaign_id, r.state
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
    """Take up to ``most`` recipients whose turn has come; those who must not get it drop out."""
    now = clock.now()
    due = [id_ for (id_,) in rows(_DUE, [campaign.pk, now, most])]
    if not due:
        return []
    claimed = [Claimed(*row) for row in rows(_CLAIM, [now + LEASE, sender, due])]
    out = _refused(campaign, claimed)
    if out:
        store(sender, [Result(id_, "skipped", reason, tried=False) for id_, reason in out.items()])
        claimed = [one for one in claimed if one.id not in out]
    return claimed


def _refused(campaign: Campaign, claimed: Sequence[Claimed]) -> dict[int, str]:
    """Who must not get it any more: much can happen between the freezing and the sending."""
    why = dropping(campaign, "r.email")
    found = rows(
        f"SELECT r.id, {why.sql} FROM campaigns_recipient r"  # noqa: S608
        " LEFT JOIN members_member m ON m.id = r.member_id WHERE r.id = ANY(%s)",
        [*why.params, [one.id for one in claimed]],
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
        self, campaign: Campaign, ids: Sequence[int], accepted: Sequence[Result] = ()
    ) -> None:
        sent_at = accepted[-1].sent_at if accepted else None
        before = _array([one.id for one in accepted])
        self._statement.ask(sent_at, before, self.sender, _array(ids), campaign.pk)

    def answer(self) -> set[int]:
        return set(self._statement.answer())


def _array(ids: Iterable[int]) -> str:
    """As the database reads an array."""
    return f"{{{','.join(map(str, ids))}}}"


def store(sender: int, results: Sequence[Result]) -> int:
    """Write results, in the caller's transaction."""
    if not results:
        return 0
    ids = [one.id for one in results]
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


def give_back(sender: int, ids: Sequence[int] | None = None) -> int:
    """Return what was claimed and not begun."""
    some, more = ("", []) if ids is None else (" AND id = ANY(%s)", [list(ids)])
    return run(
        "UPDATE campaigns_recipient SET state = 'pending', lease_until = NULL, sender = NULL"  # noqa: S608
        f" WHERE sender = %s AND state = 'claimed'{some}",
        [sender, *more],
    )


@transaction.atomic
def recover() -> dict[str, int]:
    """Sort out what dead senders left behind: {"pending": …, "uncertain": …}."""
    found = {"pending": 0, "uncertain": 0}
    for _campaign, state in rows(_RECOVER, [clock.now(), SENDERS]):
        found[state] += 1
    return found


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
