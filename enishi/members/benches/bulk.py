"""``enishi bench bulk``: one field of many members set, and set back."""

import time
from typing import Any

from django.db import connection, transaction

from enishi.core.bench import Report, bench
from enishi.members.actions.bulk import do_bulk_edit, do_undo
from enishi.members.models import NAMES_STAY, BulkEdit, Member

from . import ground

MANY = 100_000
AT_LEAST = 20_000  # rows a second


@bench("bulk")
def bulk(report: Report) -> None:
    """A hundred thousand members of a large roll, set and set back; a bare UPDATE of the same rows
    runs before and after, and the quicker run counts."""
    with ground.seeded(ground.members_wanted()):
        ids = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:MANY])
        bare = [_bare(ids)]
        edit = BulkEdit.objects.create(
            field="source", value="紹介", shown="紹介", filters={"ids": ids}
        )
        began = time.perf_counter()
        edit = do_bulk_edit(edit)
        set_ = (edit.count or 0) / (time.perf_counter() - began)
        began = time.perf_counter()
        do_undo(edit, by=None)
        undone = (edit.count or 0) / (time.perf_counter() - began)
        assert edit.count == len(ids)
        edit.rows.all().delete()
        edit.delete()
        bare.append(_bare(ids))
        note = f"{len(ids):,} members, journal and history; baseline: the bare UPDATE"
        for name, rate in (("set a field", set_), ("undo it", undone)):
            budget: dict[str, Any] = {
                "budget": AT_LEAST,
                "at_least": True,
                "baseline": max(bare),
                "note": note,
            }
            report.measure(name, rate, "rows/s", **budget)


def _bare(ids: list[int]) -> float:
    """Rows a second of the UPDATE alone, rolled back."""
    with transaction.atomic(), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(
            f"UPDATE members_member m SET source = 'x', {NAMES_STAY},"  # noqa: S608
            " version = m.version + 1, updated_at = now() WHERE id = ANY(%s)",
            [ids],
        )
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return len(ids) / took
