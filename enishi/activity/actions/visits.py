"""Visits: from hits to rows, and from an unknown visitor to a member."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

from django.db import transaction
from pydantic_core import from_json, to_json

from enishi.activity.facts import VisitsClaimed
from enishi.activity.kinds import every_kind
from enishi.activity.models import Visit, Visitor
from enishi.activity.tracking import marks
from enishi.activity.tracking.machines import device_of
from enishi.core import clock
from enishi.core.bulk import run
from enishi.core.facts import announce
from enishi.members.models import Member

from .storing import Row, new_id, store

LONGEST_URL = 500
_SECRET = ("token", "key", "code", "sig", "signature", "password", "secret", "auth", "session")

_STORE_VISITS = """
    WITH sent AS (
        SELECT * FROM jsonb_to_recordset(%s::jsonb)
            AS s (id uuid, visitor uuid, at timestamptz, machine boolean, object text, props jsonb)
    ), fresh AS (
        INSERT INTO activity_seenid (id) SELECT id FROM sent ORDER BY id
        ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO activity_visit (id, visitor, at, machine, object, props)
    SELECT id, visitor, at, machine, object, props FROM sent JOIN fresh USING (id)
"""
_CLAIM = """
    WITH gone AS (DELETE FROM activity_visit WHERE visitor = %s RETURNING *)
    SELECT id::text, at, machine, object, props::text FROM gone
"""


@dataclass(frozen=True)
class _Hit:
    id: str
    visitor: UUID
    at: datetime
    machine: bool
    object: str
    props: dict[str, str]


@transaction.atomic
def store_hits(lines: Iterable[bytes]) -> int:
    """Store hits as they lie in the spool; returns how many were new. Commits on its own."""
    hits = {hit.id: hit for hit in map(_read, lines) if hit is not None}
    owners = dict(
        Visitor.objects.filter(pk__in={hit.visitor for hit in hits.values()}).values_list(
            "pk", "member_id"
        )
    )
    kinds = every_kind()
    viewed = kinds["site.viewed"].pk
    known: list[Row] = []
    unknown: list[dict[str, Any]] = []
    for hit in hits.values():
        if hit.visitor in owners:
            props = to_json(hit.props).decode()
            known.append(
                (hit.id, owners[hit.visitor], viewed, hit.at, hit.machine, hit.object, props)
            )
        else:
            unknown.append({**vars(hit), "visitor": str(hit.visitor)})
    stored = store(known, kinds.values())
    if unknown:
        stored += run(_STORE_VISITS, [to_json(unknown).decode()])
    return stored


def _read(line: bytes) -> _Hit | None:
    """A line of the spool; None for what is no hit of ours."""
    try:
        tail, at, address, agent, machine, mark, origin, body = from_json(line)
        sent = from_json(body)
        visitor = marks.visitor_of(mark or sent["v"])
        url = urlsplit(str(sent["u"]))
        moment = datetime.fromtimestamp(at, UTC)
    except (ValueError, KeyError, TypeError):
        return None
    if visitor is None or f"{url.scheme}://{url.netloc}" != origin:
        return None
    asked = [(name, value) for name, value in parse_qsl(url.query) if _is_harmless(name)]
    path = _clean(url.path or "/")
    named = dict(asked)
    props = {
        "url": _clean(f"{origin}{url.path}" + (f"?{urlencode(asked)}" if asked else "")),
        "path": path,
        "title": _clean(sent.get("t"))[:200],
        "referrer": _clean(str(sent.get("r") or "").split("?")[0]),
        "device": device_of(agent),
        "ip": address,
        "source": _clean(named.get("utm_source"))[:100],
        "campaign": _clean(named.get("utm_campaign"))[:100],
    }
    return _Hit(
        id=_id(moment, tail),
        visitor=visitor,
        at=moment,
        machine=bool(machine or sent.get("m")),
        object=path,
        props={name: value for name, value in props.items() if value},
    )


def _id(at: datetime, tail: str) -> str:
    """Version 7, the random part from the line: the same line is the same hit."""
    head = new_id(at).hex[:12]
    bits = int(tail, 16)
    return str(UUID(f"{head}7{bits >> 68:03x}{8 | (bits >> 66) & 3:x}{bits & (2**60 - 1):015x}"))


def _clean(text: object) -> str:
    return str(text or "").replace("\x00", "")[:LONGEST_URL]


def _is_harmless(name: str) -> bool:
    """Not something that opens a door."""
    return not any(word in name.lower() for word in _SECRET)


@transaction.atomic
def claim_visits(visitor: UUID | str, member: Member) -> int:
    """The visits under this id or mark are the member's; returns how many. What was claimed is
    nobody else's any more. Call it only when the visitor has proved to be the member."""
    found = visitor if isinstance(visitor, UUID) else marks.visitor_of(visitor)
    if found is None or Visitor.objects.filter(pk=found).exists():
        return 0
    kinds = every_kind()
    viewed = kinds["site.viewed"].pk
    rows = _claimed(found, member, viewed)
    # The ledger knows these ids as visits; as activities they are the same thing under it.
    run("DELETE FROM activity_seenid WHERE id = ANY(%s::uuid[])", [[row[0] for row in rows]])
    count = store(rows, kinds.values())
    if count:
        announce(VisitsClaimed(about=member, by=None, count=count))
    return count


def _claimed(visitor: UUID, member: Member, kind: int) -> list[Row]:
    from enishi.core.bulk import rows

    return [
        (id_, member.pk, kind, at, machine, object_, props or "")
        for id_, at, machine, object_, props in rows(_CLAIM, [visitor])
    ]


@transaction.atomic
def bind_visitor(member: Member) -> str:
    """A new mark whose visits are the member's. Give it only to a browser that has signed in."""
    visitor = Visitor.objects.create(id=uuid4(), member=member, since=clock.now())
    return marks.new_mark(visitor.pk)


__all__ = ["Visit", "bind_visitor", "claim_visits", "store_hits"]
