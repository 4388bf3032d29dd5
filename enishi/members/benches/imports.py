"""``enishi bench import``: a large messy list into an empty roll, beside a bare COPY of its rows.

``ENISHI_BENCH_MEMBERS`` says how many rows; a million without it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from django.conf import settings
from django.core.files import File
from django.db import connection

from enishi.core.bench import Report, bench
from enishi.core.bulk import raw_cursor, rows, run
from enishi.members.exporting.actions import prepare, write_to
from enishi.members.importing import actions, undoing
from enishi.members.models import SearchPending

from . import ground

QUIET = actions.Quiet()


@bench("import")
def import_(report: Report) -> None:
    """Import, the same list again, export, and undo; then what PostgreSQL alone would need."""
    count = ground.members_wanted()
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    path = folder / f"bench-{os.getpid()}.csv"
    try:
        ground.say(f"writing a list of {count:,} rows …")
        _write(path, count)
        with ground.empty():
            _measure(report, path, count)
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, count: int) -> None:
    """In a process of its own, whose memory must not count."""
    code = (
        "import sys; from enishi.members.importing.invented import write; from pathlib import Path"
    )
    command = f"{code}; write(Path(sys.argv[1]), int(sys.argv[2]))"
    subprocess.run([sys.executable, "-c", command, str(path), str(count)], check=True)


def _measure(report: Report, path: Path, count: int) -> None:
    with _watched() as watch:
        began = time.perf_counter()
        with path.open("rb") as file:
            of = actions.start(File(file), path.name, by=None)
        of = actions.set_mapping(of, skip_errors=True)
        actions.run_commit(of, QUIET)
        took = time.perf_counter() - began
    of.refresh_from_db()
    assert of.counts["new"] == count, of.counts
    with report.stopwatch("search index caught up after"):
        _index()
    run("ANALYZE members_member")
    bare, plain = _bare_copies(path.parent)
    report.measure("import", count / took, "rows/s", budget=15_000, at_least=True)
    report.measure("import", took, "s", baseline=bare, note="baseline: COPY into such a table")
    report.measure("× COPY into such a table", took / bare, "times", budget=6)
    report.measure("× COPY without any index", took / plain, "times")
    report.measure("memory of the importing process", watch["ours"], "MB", budget=300)
    report.measure("memory of its database session", watch["theirs"], "MB")
    with report.stopwatch("the same list again, nothing changed"), path.open("rb") as file:
        again = actions.start(File(file), path.name, by=None)
        again = actions.set_mapping(again, skip_errors=True)
        actions.run_commit(again, QUIET)
    again.refresh_from_db()
    assert again.counts["same"] == count, again.counts
    _export(report, path.with_suffix(".out"), count)
    with report.stopwatch("undone in"):
        undoing.run_undo(of, QUIET)
    assert rows("SELECT count(*) FROM members_member") == [(0,)]


def _export(report: Report, path: Path, count: int) -> None:
    made = prepare(
        columns=[],
        filters={},
        as_of=None,
        format="csv",
        encoding="utf-8",
        reason="",
        name="",
        by=None,
    )
    try:
        with _watched() as watch:
            began = time.perf_counter()
            write_to(made, path, QUIET)
            took = time.perf_counter() - began
    finally:
        path.unlink(missing_ok=True)
    report.measure("export", count / took, "rows/s", budget=60_000, at_least=True)
    report.measure("memory of the exporting process", watch["ours"], "MB")


def _index() -> None:
    """What the worker does in the background."""
    from enishi.members import search

    while (pending := SearchPending.objects.order_by("pk").first()) is not None:
        search.index_some(pending)


def _bare_copies(folder: Path) -> tuple[float, float]:
    """Seconds of a COPY of the imported rows into a table like the roll, and into a bare one."""
    names = ", ".join(
        name
        for (name,) in rows(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = 'members_member'::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
        )
    )
    dump = folder / f"bench-{os.getpid()}.copy"
    try:
        with (
            dump.open("wb") as file,
            raw_cursor() as cursor,
            cursor.copy(f"COPY members_member ({names}) TO STDOUT") as copy,
        ):
            file.writelines(copy)
        return tuple(  # type: ignore[return-value]
            _copy(dump, names, like) for like in ("INCLUDING ALL", "INCLUDING DEFAULTS")
        )
    finally:
        dump.unlink(missing_ok=True)


def _copy(dump: Path, names: str, like: str) -> float:
    run("DROP TABLE IF EXISTS bench_bare")
    run(f"CREATE TABLE bench_bare (LIKE members_member {like})")
    began = time.perf_counter()
    with (
        dump.open("rb") as file,
        raw_cursor() as cursor,
        cursor.copy(f"COPY bench_bare ({names}) FROM STDIN") as copy,
    ):
        while block := file.read(1 << 20):
            copy.write(block)
    took = time.perf_counter() - began
    run("DROP TABLE bench_bare")
    return took


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """Inside, memory is looked at: the most that this process and its database session held."""
    peak = {"ours": 0.0, "theirs": 0.0}
    over = threading.Event()
    [[pid]] = rows("SELECT pg_backend_pid()")

    def look() -> None:
        ours = psutil.Process()
        theirs = psutil.Process(pid) if psutil.pid_exists(pid) and not _is_remote() else None
        while not over.wait(0.1):
            peak["ours"] = max(peak["ours"], ours.memory_info().rss / 2**20)
            if theirs is not None:
                seen = theirs.memory_info()
                peak["theirs"] = max(peak["theirs"], (seen.rss - seen.shared) / 2**20)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _is_remote() -> bool:
    return not str(connection.settings_dict.get("HOST", "")).startswith("/")
