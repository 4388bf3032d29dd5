"""The chain: every entry is sealed with a hash that covers it and all entries before it.

Entries are sealed after the transaction that wrote them, in a short one of its own, so that long
transactions (an import of a minute) hold up nobody. An entry that a crash left unsealed is sealed
by the periodic job.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from enishi.core import clock

GENESIS = "0" * 64
BATCH = 5000
GRACE = timedelta(minutes=10)  # how long an entry may wait for its seal before verify complains
_LOCK = 0x656E6973  # any number that nothing else locks

# The texts that are hashed. jsonb writes the same value always in the same way.
_PRIVATE = "jsonb_build_array(salt, about_label, by_label, values, ip)::text"
_PUBLIC = """jsonb_build_array(id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    fact, area, about_type, about_id, by_id, fields, request_id)::text"""


@dataclass(frozen=True)
class Verdict:
    """What verifying found: how many entries hold, the newest hash, and where it breaks."""

    count: int
    head: str
    waiting: int = 0  # written within GRACE and not sealed yet
    problem: str = ""  # '' when the chain holds
    entry: int | None = None
    at: datetime | None = None
    fact: str = ""


def digest_of(private: str) -> str:
    """The hash that stands for what names people in an entry."""
    return hashlib.sha256(private.encode()).hexdigest()


def link(prev_hash: str, seal_no: int, digest: str, public: str) -> str:
    """The hash of an entry: over its place, the entry before it, and itself."""
    return hashlib.sha256(f"{prev_hash}\n{seal_no}\n{digest}\n{public}".encode()).hexdigest()


def seal_after_commit() -> None:
    """Seal what this transaction writes as soon as it is committed (asked once, however often).

    The work that was announced is done by then; a failure is logged, and the periodic job mends it.
    """
    hooks: list[Any] = [waiting[1] for waiting in connection.run_on_commit]
    if seal not in hooks:
        transaction.on_commit(seal, robust=True)


def seal() -> int:
    """Seal every committed entry that waits for it; returns how many."""
    sealed = 0
    while batch := _seal_batch():
        sealed += batch
        if batch < BATCH:
            break
    return sealed


@transaction.atomic
def _seal_batch() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # lost in a crash: sealed again
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            f"SELECT id, {_PRIVATE}, {_PUBLIC} FROM audit_historyentry "  # noqa: S608
            "WHERE seal_no IS NULL ORDER BY id LIMIT %s",
            [BATCH],
        )
        waiting = cursor.fetchall()
        if not waiting:
            return 0
        cursor.execute("SELECT seal_no, hash FROM audit_chainhead WHERE id = 1")
        number, prev = cursor.fetchone() or (0, GENESIS)
        seals: list[tuple[int, int, str, str, str]] = []
        for entry, private, public in waiting:
            number += 1
            digest = digest_of(private)
            new = link(prev, number, digest, public)
            seals.append((entry, number, digest, prev, new))
            prev = new
        cursor.execute(
            """
            UPDATE audit_historyentry AS entry
            SET seal_no = s.seal_no, digest = s.digest, prev_hash = s.prev_hash, hash = s.hash
            FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
                AS s(id, seal_no, digest, prev_hash, hash)
            WHERE entry.id = s.id
            """,
            [list(column) for column in zip(*seals, strict=True)],
        )
        cursor.execute(
            """
            INSERT INTO audit_chainhead (id, seal_no, hash) VALUES (1, %s, %s)
            ON CONFLICT (id) DO UPDATE SET seal_no = excluded.seal_no, hash = excluded.hash
            """,
            [number, prev],
        )
    return len(seals)


def verify() -> Verdict:
    """Walk the whole chain, in constant memory, and say where it breaks first."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            if alone:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT seal_no, hash FROM audit_chainhead WHERE id = 1")
            end, head = cursor.fetchone() or (0, GENESIS)
        prev, expected = GENESIS, 0
        for number, digest, prev_hash, own_hash, private, public in _chain():
            problem = ""
            if number != expected + 1:
                problem = "missing"
            elif (
                digest_of(private) != digest or link(prev_hash, number, digest, public) != own_hash
            ):
                problem = "changed"
            elif prev_hash != prev:
                problem = "forged"
            if problem:
                entry, at, fact, *_rest = json.loads(public)
                when = datetime.fromisoformat(f"{at}+00:00")
                return Verdict(expected, prev, problem=problem, entry=entry, at=when, fact=fact)
            expected, prev = number, own_hash
        if expected != end or prev != head:
            problem = "cut" if expected < end else "head"
            return Verdict(count=expected, head=prev, problem=problem)
        return _unsealed(expected, prev)


def _chain() -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.itersize = BATCH  # type: ignore[attr-defined]  # psycopg's, behind Django's wrapper
        cursor.execute(
            "SELECT seal_no, digest, prev_hash, hash, "  # noqa: S608
            f"{_PRIVATE}, {_PUBLIC} FROM audit_historyentry "
            "WHERE seal_no IS NOT NULL ORDER BY seal_no"
        )
        while rows := cursor.fetchmany(BATCH):
            yield from rows


def _unsealed(count: int, head: str) -> Verdict:
    from .models import HistoryEntry

    late = HistoryEntry.objects.unsealed().filter(at__lt=clock.now() - GRACE).first()
    if late is not None:
        return Verdict(
            count=count, head=head, problem="unsealed", entry=late.pk, at=late.at, fact=late.fact
        )
    return Verdict(count=count, head=head, waiting=HistoryEntry.objects.unsealed().count())
