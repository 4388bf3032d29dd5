"""``enishi bench bulk``: one field of many members set, and set back."""

import time

from django.db import connection, transaction

from enishi.core.bench import Report, bench
from enishi.members.actions.bulk import do_bulk_edit, do_undo
from enishi.members.models import NAMES_STAY, BulkEdit, Member

from . import ground

MANY = 100_000
AT_LEAST = 20_000  # rows a second


@bench("bulk")
def bulk(report: Report) -> None:
    """A hundred thousand members of a large roll; rolled back."""
    with ground.seeded(ground.members_wanted()), transaction.atomic():
        last = Member.objects.order_by("pk").values_list("pk", flat=True)[MANY - 1 : MANY]
        first = Member.objects.order_by("pk").values_list("pk", flat=True)[0]
        ids = list(range(first, (list(last) or [first + MANY])[0] + 1))
        with transaction.atomic(), connection.cursor() as cursor:
            began = time.perf_counter()
            cursor.execute(
                f"UPDATE members_member m SET source = 'x', {NAMES_STAY},"  # noqa: S608
                " version = m.version + 1, updated_at = now() WHERE id BETWEEN %s AND %s",
                [ids[0], ids[-1]],
            )
            bare = cursor.rowcount / (time.perf_counter() - began)
            transaction.set_rollback(True)
        edit = BulkEdit.objects.create(
            field="source", value="紹介", shown="紹介", filters={"ids": ids}
        )
        began = time.perf_counter()
        edit = do_bulk_edit(edit)
        rate = (edit.count or 0) / (time.perf_counter() - began)
        note = f"{edit.count:,} members, journal and history; baseline: the bare UPDATE"
        report.measure(
            "set a field", rate, "rows/s", budget=AT_LEAST, at_least=True, baseline=bare, note=note
        )
        began = time.perf_counter()
        do_undo(edit, by=None)
        rate = (edit.count or 0) / (time.perf_counter() - began)
        report.measure("undo it", rate, "rows/s", budget=AT_LEAST, at_least=True, baseline=bare)
        transaction.set_rollback(True)
