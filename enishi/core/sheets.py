"""Tables for spreadsheets: CSV that Excel opens, of which no cell is run."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# What spreadsheets take for the beginning of a formula, in half and in full width.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


class _Echo:
    """Hands a written line back."""

    def write(self, text: str) -> str:
        return text


def csv_download(rows: Iterable[Sequence[object]], name: str) -> StreamingHttpResponse:
    """``rows``, the head first, as a file; written while it is read."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff"
        for row in rows:
            yield writer.writerow([plain_cell(str(cell)) for cell in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
