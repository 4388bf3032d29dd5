"""``enishi bench duplicates``: the scan of the roll, and merges, on a large roll."""

import resource
import time

from django.db import transaction

from enishi.core.bench import Report, bench
from enishi.members import actions
from enishi.members.duplicates import run_scan
from enishi.members.duplicates.scan import everybody
from enishi.members.models import Member

from . import ground

SCAN_S = 180  # for a million
MERGES = 50


@bench("duplicates")
def duplicates(report: Report) -> None:
    """Scan and merge on a million members (or ENISHI_BENCH_MEMBERS)."""
    wanted = ground.members_wanted()
    with ground.seeded(wanted), transaction.atomic():
        began = time.perf_counter()
        for _ in everybody():
            pass
        bare = time.perf_counter() - began
        began, cpu = time.perf_counter(), time.process_time()
        scan = run_scan()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        report.measure(
            "scan",
            took,
            "s",
            budget=SCAN_S * max(1.0, wanted / ground.USUAL),
            baseline=bare,
            note=f"{scan.members:,} members, {scan.candidates:,} compared, {scan.found:,} found;"
            f" of it Python {cpu:.0f}; baseline: reading them",
        )
        _merges(report)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report.measure("memory of this process, peak", peak, "MB")
        transaction.set_rollback(True)


def _merges(report: Report) -> None:
    members = list(Member.objects.present().filter(kind="person").order_by("pk")[: 2 * MERGES])
    began = time.perf_counter()
    made = [
        actions.merge(keep, drop, by=None)
        for keep, drop in zip(members[::2], members[1::2], strict=True)
    ]
    merged = (time.perf_counter() - began) * 1000 / MERGES
    began = time.perf_counter()
    for merge in made:
        actions.undo_merge(merge, by=None)
    undone = (time.perf_counter() - began) * 1000 / MERGES
    report.measure("a merge", merged, "ms", note=f"mean of {MERGES}")
    report.measure("undoing it", undone, "ms", note=f"mean of {MERGES}")
