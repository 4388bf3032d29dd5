"""Writing into the stream: set-wise, each id once, acknowledged only when it is stored."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic_core import to_json

from enishi.activity import partitions
from enishi.activity.facts import ActivitiesStored
from enishi.activity.kinds import every_kind
from enishi.activity.models import Kind
from enishi.activity.props import CLEAN, Wrong
from enishi.core import clock
from enishi.core.bulk import run
from enishi.core.facts import announce


class UnknownKind(LookupError):
    """No app registers this kind of activity, and nobody has declared it."""


class WrongProps(ValueError):
    """A property does not have the type that its kind declares."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One activity to record. Without ``id`` it gets a new one; without ``at`` it is now."""

    member_id: int
    kind: str
    at: datetime | None = None
    object: str = ""
    props: Mapping[str, Any] | None = None
    machine: bool = False
    id: UUID | None = None


# id, member's id, kind's id, at, machine, object, props as JSON ("" for none)
Row = tuple[str, int, int, datetime, bool, str, str]

# The ledger decides: an id that is there, or that another connection is just putting there, is
# not stored again. Sorted, so that two batches with the same ids never wait for each other.
_STORE = """
    WITH sent AS (
        SELECT id, member_id, kind_id, at, machine, object, nullif(props, '')::jsonb AS props
        FROM unnest(%s::uuid[], %s::bigint[], %s::smallint[], %s::timestamptz[], %s::boolean[],
            %s::text[], %s::text[]) AS s (id, member_id, kind_id, at, machine, object, props)
    ), fresh AS (
        INSERT INTO activity_seenid (id) SELECT id FROM sent ORDER BY id
        ON CONFLICT DO NOTHING RETURNING id
    )
    INSERT INTO activity_activity (at, member_id, id, kind_id, machine, object, props)
    SELECT at, member_id, id, kind_id, machine, object, props FROM sent JOIN fresh USING (id)
"""


@transaction.atomic
def record(
    member_id: int,
    kind: str,
    *,
    at: datetime | None = None,
    object: str = "",  # noqa: A002 - as it is called everywhere
    props: Mapping[str, Any] | None = None,
    machine: bool = False,
    id: UUID | None = None,  # noqa: A002
) -> bool:
    """Record one activity; False if one of this id was recorded before."""
    return record_many([Happened(member_id, kind, at, object, props, machine, id)]) == 1


@transaction.atomic
def record_many(happened: Iterable[Happened]) -> int:
    """Record activities of members who exist; returns how many were new.

    Set-based: good for thousands at once. Raises UnknownKind, WrongProps.
    """
    kinds = every_kind()
    now = clock.now()
    rows: dict[str, Row] = {}
    for one in happened:
        kind = kinds.get(one.kind)
        if kind is None:
            raise UnknownKind(one.kind)
        id_ = str(one.id or new_id(one.at or now))
        props = to_json(cleaned(kind, one.props)).decode() if one.props else ""
        rows.setdefault(
            id_, (id_, one.member_id, kind.pk, one.at or now, one.machine, one.object, props)
        )
    return store(list(rows.values()), kinds.values())


def cleaned(kind: Kind, props: Mapping[str, Any]) -> dict[str, Any]:
    """``props`` as they are stored. Raises WrongProps; what is not declared stays as it is."""
    kept = {}
    for name, value in props.items():
        if value is None or value in ("", []):
            continue
        of = kind.props.get(name)
        try:
            kept[name] = CLEAN[of](value) if of else value
        except Wrong as error:
            raise WrongProps(f"{kind.key}.{name}: not {of}: {value!r:.80}") from error
    return kept


@transaction.atomic
def store(rows: Sequence[Row], kinds: Iterable[Kind]) -> int:
    """Store ready rows (each id once); returns how many were new."""
    if not rows:
        return 0
    partitions.ensure({partitions.month_of(row[3]) for row in rows})
    ids, members, kind_ids, ats, machines, objects, props = zip(*rows, strict=True)
    fresh = run(
        _STORE,
        [
            f"{{{','.join(ids)}}}",
            f"{{{','.join(map(str, members))}}}",
            f"{{{','.join(map(str, kind_ids))}}}",
            f"{{{','.join([at.isoformat() for at in ats])}}}",
            f"{{{','.join(['t' if machine else 'f' for machine in machines])}}}",
            _texts(objects),
            _texts(props),
        ],
    )
    if fresh:
        names = {kind.pk: kind.key for kind in kinds}
        announce(
            ActivitiesStored(
                about=None,
                by=None,
                count=fresh,
                members=frozenset(members),
                kinds=frozenset(names[pk] for pk in set(kind_ids)),
            )
        )
    return fresh


# By member and time: the index of the stream, and the month it lies in.
_DISOWN = """
    UPDATE activity_activity a SET machine = TRUE
      FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS s (id, member_id, at)
     WHERE a.member_id = s.member_id AND a.at = s.at AND a.id = s.id AND NOT a.machine
"""


@transaction.atomic
def disown(happened: Sequence[Happened]) -> int:
    """Say that a machine was behind activities that were taken for a person's; how many it were.

    ``happened``: with the ids, members, kinds and times under which they were recorded.
    """
    values = [(str(one.id), one.member_id, one.at) for one in happened]
    changed = run(_DISOWN, [list(column) for column in zip(*values, strict=True)]) if values else 0
    if changed:
        announce(
            ActivitiesStored(
                about=None,
                by=None,
                count=changed,
                members=frozenset(one.member_id for one in happened),
                kinds=frozenset(one.kind for one in happened),
            )
        )
    return changed


def _texts(values: Sequence[str]) -> str:
    """An array literal of texts."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}'


def new_id(at: datetime | None = None) -> UUID:
    """A UUID of version 7: new ones lie side by side in an index."""
    moment = at.astimezone(UTC).timestamp() if at is not None else time.time()
    milliseconds = max(0, int(moment * 1000)) & (2**48 - 1)
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (0x7 << 76)
    return UUID(int=value & ~(0x3 << 62) | (0x2 << 62))


__all__ = [
    "Happened",
    "Row",
    "UnknownKind",
    "WrongProps",
    "cleaned",
    "new_id",
    "record",
    "record_many",
    "store",
]
