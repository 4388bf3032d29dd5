"""From the spool to rows, and from rows to verdicts and activities."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from pydantic_core import from_json

from enishi.activity.actions import Happened, disown, record_many
from enishi.campaigns.body.fields import readable
from enishi.campaigns.models import Campaign, Hit
from enishi.core import clock
from enishi.core.bulk import rows, run

SETTLE = timedelta(seconds=3)  # a scanner that follows the trap last has done so by then
PART = 5000
_LATEST = 2**32  # seconds: the year 2106
_KIND_OF = {Hit.Kind.OPEN.value: "mail.opened", Hit.Kind.CLICK.value: "mail.clicked"}
_KINDS, _MACHINES = frozenset(Hit.Kind.values), frozenset(Hit.Machine.values)

_INSERT = """
    INSERT INTO campaigns_hit
        (id, at, kind, recipient_id, campaign_id, link, machine, agent, settled)
    SELECT (v->>0)::uuid, to_timestamp((v->>1)::float8), v->>2, (v->>3)::bigint, (v->>4)::bigint,
           least((v->>5)::bigint, 32767), v->>6, v->>7, FALSE
      FROM jsonb_array_elements(%s::jsonb) v
    ON CONFLICT DO NOTHING
"""
# Why a hit ``h`` of a recipient ``r`` does not count; '' for people. A scanner fetches all links
# of a mail in one go: what lies around a trap belongs to it, and so does what comes at a speed of
# which no hand is capable, where the trap was left out.
VERDICT = """
    CASE WHEN h.machine <> '' OR h.settled THEN h.machine
         WHEN EXISTS (SELECT FROM campaigns_hit t
               WHERE t.recipient_id = h.recipient_id AND t.kind = 'trap'
                 AND t.at BETWEEN h.at - interval '20 s' AND h.at + interval '60 s') THEN 'trap'
         WHEN (SELECT count(DISTINCT t.link) FROM campaigns_hit t
                WHERE t.recipient_id = h.recipient_id AND t.kind = 'click'
                  AND t.at BETWEEN h.at - interval '1 s' AND h.at + interval '1 s') > 3 THEN 'burst'
         WHEN r.sent_at IS NULL OR h.at < r.sent_at + interval '2 s' THEN 'fast'
         ELSE '' END
"""
_JUDGE = f"""
    WITH judged AS (
        SELECT h.id, {VERDICT} AS verdict
          FROM (SELECT * FROM campaigns_hit WHERE NOT settled AND at < %s
                 ORDER BY at LIMIT %s FOR UPDATE SKIP LOCKED) h
          JOIN campaigns_recipient r ON r.id = h.recipient_id)
    UPDATE campaigns_hit h SET machine = judged.verdict, settled = TRUE
      FROM judged WHERE h.id = judged.id
 RETURNING h.id, h.at, h.kind, h.recipient_id, h.campaign_id, h.link, h.machine
"""  # noqa: S608
_MARK = """
    UPDATE campaigns_recipient r
       SET opened_at = least(r.opened_at, v.opened), clicked_at = least(r.clicked_at, v.clicked)
      FROM (SELECT recipient_id, min(at) AS opened, min(at) FILTER (WHERE kind = 'click') AS clicked
              FROM campaigns_hit WHERE id = ANY(%s) GROUP BY recipient_id) v
     WHERE r.id = v.recipient_id
"""
# A trap that came late: what was taken for a person's before it is put right.
_LATE = """
    UPDATE campaigns_hit h SET machine = 'trap'
      FROM campaigns_hit t
     WHERE t.id = ANY(%s) AND h.recipient_id = t.recipient_id AND h.settled AND h.machine = ''
       AND h.at BETWEEN t.at - interval '60 s' AND t.at + interval '20 s'
 RETURNING h.id, h.at, h.kind, h.recipient_id
"""
_AGAIN = """
    UPDATE campaigns_recipient r SET
        opened_at = (SELECT min(at) FROM campaigns_hit h
                      WHERE h.recipient_id = r.id AND h.settled AND h.machine = ''),
        clicked_at = (SELECT min(at) FROM campaigns_hit h WHERE h.recipient_id = r.id
                        AND h.settled AND h.machine = '' AND h.kind = 'click')
     WHERE r.id = ANY(%s)
"""


def store_hits(lines: list[bytes]) -> int:
    """Store hits as they lie in the spool; returns how many were new. Commits on its own."""
    read = [line for line in lines if _is_hit(line)]
    with transaction.atomic():
        stored = run(_INSERT, [f"[{b','.join(read).decode()}]"]) if read else 0
    settle()
    return stored


def _is_hit(line: bytes) -> bool:
    """Whether the database can read a line as the row that it stands for."""
    try:
        id_, at, kind, recipient, campaign, link, machine, agent = from_json(line)
        return (
            type(at) is float
            and 0 < at < _LATEST
            and len(bytes.fromhex(id_)) == 16
            and all(type(one) is int and 0 <= one < 2**63 for one in (recipient, campaign, link))
            and kind in _KINDS
            and machine in _MACHINES
            and len(agent) <= 200
            and "\x00" not in agent
        )
    except (ValueError, TypeError):
        return False


def settle(*, after: timedelta = SETTLE) -> int:
    """Judge hits that are old enough, and tell the stream of activities; returns how many."""
    total = 0
    while True:
        with transaction.atomic():
            count = _settle_part(after)
        total += count
        if count < PART:
            return total


def _settle_part(after: timedelta) -> int:
    judged = rows(_JUDGE, [clock.now() - after, PART])
    if not judged:
        return 0
    people = [id_ for id_, _at, _kind, _r, _c, _link, machine in judged if not machine]
    if people:
        run(_MARK, [people])
    traps = [id_ for id_, _at, kind, *_more in judged if kind == Hit.Kind.TRAP]
    if traps and (wrong := rows(_LATE, [traps])):
        run(_AGAIN, [[recipient for *_hit, recipient in wrong]])
    else:
        wrong = []
    _record(judged)
    _disown(wrong)
    return len(judged)


def _members(recipients: set[int]) -> dict[int, int]:
    return dict(
        rows("SELECT id, member_id FROM campaigns_recipient WHERE id = ANY(%s)", [list(recipients)])
    )


def _disown(hits: list[tuple[Any, ...]]) -> None:
    """Segments must not count what the figures count no more."""
    members = _members({recipient for *_hit, recipient in hits})
    disown(
        [
            Happened(members[recipient], _KIND_OF[kind], at, id=id_)
            for id_, at, kind, recipient in hits
            if recipient in members and kind in _KIND_OF
        ]
    )


def _record(judged: list[tuple[Any, ...]]) -> None:
    members = _members({row[3] for row in judged})
    named = Campaign.objects.filter(pk__in={row[4] for row in judged})
    subjects = {pk: readable(subject) for pk, subject in named.values_list("pk", "subject")}
    urls = _urls({(row[4], row[5]) for row in judged if row[2] == Hit.Kind.CLICK})
    happened = []
    for id_, at, kind, recipient, campaign, link, machine in judged:
        if kind not in _KIND_OF or recipient not in members:
            continue
        props: dict[str, Any] = {"campaign": campaign, "subject": subjects.get(campaign, "")}
        if kind == Hit.Kind.CLICK:
            props |= {"link": str(link), "url": urls.get((campaign, link), "")[:2000]}
        happened.append(
            Happened(
                member_id=members[recipient],
                kind=_KIND_OF[kind],
                at=at,
                object=str(campaign),
                props=props,
                machine=bool(machine),
                id=id_,
            )
        )
    record_many(happened)


def _urls(wanted: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    if not wanted:
        return {}
    found = rows(
        "SELECT campaign_id, number, url FROM campaigns_link WHERE campaign_id = ANY(%s)",
        [list({campaign for campaign, _link in wanted})],
    )
    return {(campaign, number): url for campaign, number, url in found}
