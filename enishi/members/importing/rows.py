"""From the rows of a file to rows for the roll: which lines count, what each cell means."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import polars as pl

from enishi.core.japanese import Unclear, fold

from . import sentences
from .plan import Plan, Reading
from .reading import LINE, MORE

_TOTAL = re.compile(
    r"^[■◆※\s]*(合\s*計|総\s*計|総合計|小\s*計|計|以\s*上|総数|総件数|件数|人数|合計人数|合計件数"
    r"|total|grandtotal|subtotal|sum)[\s::。、(\d名人件].*$|"
    r"^[■◆※\s]*(合\s*計|総\s*計|総合計|小\s*計|計|以\s*上|総数|総件数|件数|人数|合計人数|合計件数"
    r"|total|grandtotal|subtotal|sum)$",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"[※*]|[(\[]?(注|備考|作成|出力|印刷|最終更新|更新)[\s\d:)\]日者元]|page\b", re.IGNORECASE
)
_MAYBE_TOTAL = r"(?i)合|総|計|以|件|人|total|sum|[※*＊(（\[注備作出印最更]|page"
MOST_CELLS_OF_A_TOTAL = 3


CORES = 2
GUARDED = r"^'('*[=+\-@＝＋－＠\t\r\n])"  # what exports (and Excel) put before formulas


def _unguarded(frame: pl.DataFrame) -> pl.DataFrame:
    """Without the apostrophes that keep spreadsheets from running a cell as a formula."""
    texts = [pl.col(name) for name in frame.columns if name != LINE]
    [guarded] = frame.select(t.str.starts_with("'").any() for t in texts).rows() or [()]
    marked = [text for text, has in zip(texts, guarded, strict=True) if has]
    return frame.with_columns(text.str.replace(GUARDED, "$1") for text in marked)


@dataclass(frozen=True)
class Problem:
    """One cell that cannot be imported. ``column`` is the index in the file, -1 for the row."""

    line: int
    column: int
    value: str
    msgid: str
    params: dict[str, str]


@dataclass
class Readings:
    """A chunk after reading: rows without problems as staged columns, and what was wrong."""

    frame: pl.DataFrame
    problems: list[Problem]
    rows: int
    ignored: int
    wrong: int


def _read(
    frame: pl.DataFrame, reading: Reading
) -> tuple[pl.Series, list[pl.Series], dict[str, Unclear]]:
    column = reading.source(frame)
    return column, *reading.cells.of(column)


class RowReader:
    """Reads chunk after chunk of one file according to its mapping."""

    def __init__(self, header: Sequence[str], plan: Plan) -> None:
        self.header = list(header)
        self.plan = plan
        self._threads = ThreadPoolExecutor(CORES)

    def read(self, frame: pl.DataFrame) -> Readings:
        kept = self._member_rows(frame)
        problems = self._overflowing(kept)
        staged = [kept[LINE].cast(pl.Int64)]
        # Most of the work is done outside of Python, so that two columns are read at once.
        read = self._threads.map(partial(_read, kept), self.plan.readings)
        for reading, (column, columns, unclear) in zip(self.plan.readings, read, strict=True):
            staged += columns
            if unclear:
                problems += self._problems(kept, column, unclear, reading.column)
        result = pl.DataFrame(staged)
        problems += self._contradictions(result)
        if problems:
            lines = pl.Series(list({p.line for p in problems}), dtype=pl.Int64)
            result = result.filter(~pl.col(LINE).is_in(lines.implode()))
        return Readings(
            frame=self.plan.finish(result),
            problems=problems,
            rows=kept.height,
            ignored=frame.height - kept.height,
            wrong=kept.height - result.height,
        )

    def _member_rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Without blank lines, totals, remarks and headers that every printed page repeats."""
        cells = [f"c{i}" for i in range(len(self.header))]
        filled = pl.concat_str([*cells, MORE]).str.strip_chars()
        frame = frame.filter(filled != "")
        first = pl.concat_str(
            [pl.col(c) for c in cells[:6]], separator="\x1f"
        ).str.strip_chars_start("\x1f \u3000")
        suspects = frame.select(
            LINE, first.str.head(12).str.contains(_MAYBE_TOTAL).alias("total"), *cells
        ).filter(pl.col("total") | (pl.col(cells[0]).str.strip_chars() == self.header[0]))
        drop = [
            row[0] for row in suspects.iter_rows() if self._is_no_member([str(c) for c in row[2:]])
        ]
        return _unguarded(frame.filter(~pl.col(LINE).is_in(drop)) if drop else frame)

    def _is_no_member(self, cells: list[str]) -> bool:
        filled = [fold(cell) for cell in cells if cell.strip()]
        if not filled:
            return True
        if _TOTAL.match(filled[0]) and len(filled) <= MOST_CELLS_OF_A_TOTAL:
            return True
        if len(filled) == 1 < len(cells) and _REMARK.match(filled[0]):
            return True
        return [cell.strip() for cell in cells] == self.header

    def _overflowing(self, frame: pl.DataFrame) -> list[Problem]:
        more = frame.filter(pl.col(MORE).str.strip_chars() != "")
        return [
            Problem(line, -1, value, sentences.TOO_MANY_CELLS, {"value": value[:40]})
            for line, value in more.select(LINE, MORE).iter_rows()
        ]

    def _problems(
        self, frame: pl.DataFrame, column: pl.Series, unclear: dict[str, Unclear], index: int
    ) -> list[Problem]:
        at = column.is_in(pl.Series(list(unclear), dtype=pl.String).implode())
        lines = frame[LINE].filter(at)
        shown = frame[f"c{index}"].filter(at)
        return [
            Problem(line, index, cell, why.msgid, why.params)
            for line, value, cell in zip(lines, column.filter(at), shown, strict=True)
            for why in [unclear[value]]
        ]

    def _contradictions(self, frame: pl.DataFrame) -> list[Problem]:
        """Rows whose cells are clear one by one, but not together."""
        problems: list[Problem] = []
        for name, columns, test, msgid, other in self._rules():
            if not columns <= set(frame.columns):
                continue
            shown = pl.col(other).cast(pl.String) if other else pl.lit("")
            found = frame.filter(test).select(LINE, pl.col(name).cast(pl.String), shown.alias("o"))
            for line, value, beside in found.iter_rows():
                params = {"value": value, **({_SAID[other]: beside} if other else {})}
                problems.append(Problem(line, self.plan.column_of[name], value, msgid, params))
        return problems

    def _rules(self) -> list[tuple[str, set[str], pl.Expr, str, str]]:
        """Column that is wrong, columns needed, when, sentence, column that it is held against."""
        born, joined, left = pl.col("birth_date"), pl.col("joined_on"), pl.col("left_on")
        died = pl.col("deceased_on")
        present = ~pl.col("status").is_in(["left", "refused"]) & (pl.col("status") != "")
        today = self.plan.today
        return [
            (
                "left_on",
                {"left_on", "joined_on"},
                left < joined,
                sentences.LEFT_BEFORE_JOINED,
                "joined_on",
            ),
            (
                "status",
                {"left_on", "status"},
                (left <= today) & present,
                sentences.LEFT_YET_ACTIVE,
                "left_on",
            ),
            (
                "status",
                {"joined_on", "status"},
                (joined > today) & pl.col("status").is_in(["left", "refused"]),
                sentences.LEFT_BEFORE_BEGINNING,
                "joined_on",
            ),
            ("birth_date", {"birth_date"}, born > today, sentences.BORN_LATER, ""),
            ("deceased_on", {"deceased_on"}, died > today, sentences.BORN_LATER, ""),
            (
                "deceased_on",
                {"deceased_on", "birth_date"},
                died < born,
                sentences.DIED_BEFORE_BIRTH,
                "birth_date",
            ),
        ]


_SAID = {"joined_on": "joined", "left_on": "left", "birth_date": "born"}
