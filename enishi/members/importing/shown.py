"""What the pages of an import show, of members and of databases alike."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _

from enishi.core.sheets import csv_download
from enishi.members.models import ListImport

State = ListImport.State
BUSY = (State.CHECKING, State.COMMITTING, State.UNDOING)
_TONES = {
    State.DONE: "good",
    State.FAILED: "bad",
    State.CHECKED: "wait",
    State.UPLOADED: "wait",
    State.CHECKING: "info",
    State.COMMITTING: "info",
    State.UNDOING: "info",
}


def tone(of: ListImport) -> str:
    """The colour of its state."""
    return _TONES.get(State(of.state), "")


def standing(of: ListImport, *, ready: bool) -> dict[str, Any]:
    """Where it stands: at which step, how many rows it touches, what is wrong first."""
    context: dict[str, Any] = {
        "of": of,
        "busy": of.state in BUSY,
        "ready": ready,
        "touched": of.counts.get("new", 0) + of.counts.get("changed", 0),
        "tone": tone(of),
        "step": 4 if of.state in (State.COMMITTING, State.DONE, State.UNDOING, State.UNDONE) else 3,
    }
    if of.counts.get("wrong"):
        context["problems"] = list(_knowing(of, of.problems.all()[:20]))
    return context


def matching(of: ListImport, chosen: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    """How the file is written, and its columns with real values and where each goes."""
    samples = of.found.get("samples", [])
    columns = [
        {
            "index": i,
            "heading": of.heading(i),
            "values": [row[i] if i < len(row) else "" for row in samples],
            "target": chosen.get(str(i), "ignore"),
            "label": labels.get(str(i)) or of.new_fields.get(str(i), {}).get("label") or heading,
            "is_new": chosen.get(str(i), "").startswith("new."),
        }
        for i, heading in enumerate(of.found["header"])
    ]
    name = str(of.found.get("encoding", ""))
    words = {"cp932": "Shift_JIS (CP932)", "utf-8-sig": "UTF-8 (BOM)", "utf-8": "UTF-8"}
    encoding = "Excel" if of.found.get("format") == "xlsx" else words.get(name, name.upper())
    delimiters = {",": _("comma"), "\t": _("tab"), ";": _("semicolon")}
    return {
        "of": of,
        "columns": columns,
        "samples": len(samples),
        "ignored": sum(1 for c in columns if c["target"] == "ignore"),
        "made": sum(1 for c in columns if c["is_new"]),
        "encoding": encoding,
        "delimiter": delimiters.get(of.found.get("delimiter", ""), ""),
    }


def errors_file(of: ListImport) -> StreamingHttpResponse:
    """Every wrong cell as CSV with its reason, to mend the list by."""
    problems = _knowing(of, of.problems.iterator(chunk_size=2000))
    head = (_("Line"), _("Column"), _("Value"), _("Reason"))
    cells = ((row.line, row.heading, row.value, row.reason) for row in problems)
    return csv_download(chain([head], cells), f"errors-{of.pk}.csv")


def _knowing(of: ListImport, problems: Iterable[Any]) -> Iterator[Any]:
    for problem in problems:
        problem.of = of
        yield problem
