"""Excel workbooks: the first sheet with rows, every cell as the text a person would type."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from .layout import LOOKED_AT, Layout, find_header, headed
from .refusals import Unreadable

LARGEST = 40_000_000  # bytes; a workbook is unpacked in memory, so bigger lists come as CSV


def find_layout(path: Path) -> Layout:
    """The first sheet that has rows, and its header; a hidden one only when no other has any."""
    if path.stat().st_size > LARGEST:
        raise Unreadable(_("This workbook is too large. Save the list as CSV and import that."))
    book = _open(path)
    for name in _seen_first(book):
        records = []
        for row in book.get_sheet_by_name(name).iter_rows():
            records.append([text(cell).strip(" \u3000\r\n\t") for cell in row])
            if len(records) == LOOKED_AT:
                break
        if not any(any(record) for record in records[:100]):
            continue
        index = find_header(records[:100])
        header, unnamed = headed(records[index], records[index + 1 :])
        return Layout(
            format="xlsx",
            encoding="",
            delimiter="",
            header_line=index + 1,
            header=header,
            above=index,
            body_line=index + 2,
            sheet=name,
            unnamed=unnamed,
        )
    raise Unreadable(_("This workbook has no rows."))


def _seen_first(book: python_calamine.CalamineWorkbook) -> list[str]:
    """The names of the sheets; hidden ones, which often hold choices or an old list, come last."""
    hidden = {
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible != python_calamine.SheetVisibleEnum.Visible
    }
    return sorted(book.sheet_names, key=lambda name: name in hidden)


def rows(path: Path, layout: Layout) -> Iterator[tuple[int, list[str]]]:
    """Rows below the header with their number as Excel shows it (calamine begins with row 1)."""
    book = _open(path)
    sheet = book.get_sheet_by_name(layout.sheet)
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number >= layout.body_line:
            yield number, [text(cell) for cell in row]


def _open(path: Path) -> python_calamine.CalamineWorkbook:
    try:
        with path.open("rb") as file:  # by content, whatever the name says
            return python_calamine.CalamineWorkbook.from_filelike(file)
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable(_("This workbook is damaged or protected by a password.")) from error


def text(cell: Any) -> str:
    """A cell as text: whole numbers without a point, days and times as ISO 8601 writes them."""
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "TRUE" if cell else "FALSE"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case dt.datetime():
            midnight = cell.time() == dt.time(0)
            return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
        case dt.date() | dt.time():
            return cell.isoformat()
        case _:
            return str(cell)
