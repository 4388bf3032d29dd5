"""``enishi bench``: run what the apps offer, print a table and JSON, the machine beside it."""

import gc
import json
import platform
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.db import connection

from enishi.core.bench import BENCHES, Measure, Report


def names() -> list[str]:
    """What can be measured."""
    for app in settings.ENISHI_APPS:
        if find_spec(f"{app}.benches"):
            import_module(f"{app}.benches")
    return sorted(BENCHES)


def run(wanted: list[str]) -> dict[str, Any]:
    """Run the named benches and describe the machine."""
    reports = []
    gc.freeze()  # as the web processes do once they are loaded
    for name in wanted:
        report = Report(name)
        print(f"{name} …", file=sys.stderr, flush=True)
        BENCHES[name](report)
        reports.append(report.as_dict())
    return {"machine": machine(), "benches": reports}


def machine() -> dict[str, Any]:
    """What the numbers were measured on: cores, memory, and three baselines."""
    from .postgres.tuning import this_machine

    seen = this_machine(settings.DATA_DIR)
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone() or ("",)
    return {
        "cores": seen.cores,
        "memory_mb": seen.memory // 2**20,
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "postgresql": version,
        "python_loops_per_s": round(_python_speed()),
        "copy_rows_per_s": round(_copy_speed()),
        "round_trip_ms": round(_round_trip(), 3),
    }


def _python_speed() -> float:
    began = time.perf_counter()
    total = 0
    for number in range(2_000_000):
        total += number & 7
    return 2_000_000 / (time.perf_counter() - began)


def _copy_speed() -> float:
    """Rows of five short columns that a bare COPY takes a second."""
    lines = "".join(
        f"{n}\tname {n}\tカナ {n}\t2020-01-01\t{n}@example.jp\n" for n in range(100_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_copy (a int, b text, c text, d date, e text)")
        began = time.perf_counter()
        with cursor.copy("COPY bench_copy FROM STDIN") as copy:
            copy.write(lines)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_copy")
    return 100_000 / took


def _round_trip() -> float:
    with connection.cursor() as cursor:
        began = time.perf_counter()
        for _ in range(500):
            cursor.execute("SELECT 1")
        return (time.perf_counter() - began) / 500 * 1000


def table(result: dict[str, Any]) -> str:
    """The result for people."""
    facts = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    rows = [("bench", "measure", "value", "unit", "budget", "baseline", "ratio", "")]
    for report in result["benches"]:
        for values in report["measures"]:
            kept = values.pop("kept")
            one = Measure(**values)
            ratio = f"{one.value / one.baseline:.2f}" if one.baseline else ""
            sign = {None: "", True: "ok", False: "MISSED"}[kept]
            limit = f"{'≥' if one.at_least else '≤'} {one.budget:,g}" if one.budget else ""
            base = _figure(one.baseline) if one.baseline is not None else ""
            row = (report["bench"], one.name, _figure(one.value), one.unit, limit, base, ratio)
            rows.append((*row, sign))
            values["kept"] = kept
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.rjust(width) if column in (2, 4, 5, 6) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return f"{facts}\n\n" + "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def as_json(result: dict[str, Any]) -> str:
    """The result for programs, one object on one line."""
    return json.dumps(result, ensure_ascii=False)
