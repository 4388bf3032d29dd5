"""Records as a file: CSV or Excel, the list as it is filtered and sorted."""

import csv
import io
import tempfile
from collections.abc import Iterator

import xlsxwriter
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.fields import names_for, type_of
from enishi.members.models import Field
from enishi.records.facts import RecordsExported
from enishi.records.listing import Listing
from enishi.records.models import Record
from enishi.ui import toasts

from .databases import database_of
from .records import seen_by

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
MOST = 100_000


@requires("records.export")
@require_GET
def export(request: OfficeRequest, key: str) -> HttpResponseBase:
    """``?format=csv|xlsx`` and the parameters of the list."""
    database = database_of(key)
    fields = seen_by(request, database)
    listing = Listing(database, request.GET, fields, by=request.user)
    rows = listing.rows.count()
    if rows > MOST:
        toasts.say(request, _("More than 100,000 records at once are too many. Add a filter."))
        return redirect("records:list", key)
    wanted = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    with transaction.atomic():
        announce(RecordsExported(about=database, rows=rows, format=wanted, by=request.user))
    head = [_("Record number"), *([_("Member number")] if database.takes_members else [])]
    head += [str(field) for field in fields]
    lines = _lines(listing.every(), fields, with_member=database.takes_members)
    name = f"{database}_{clock.today():%Y%m%d}.{wanted}"
    made = _xlsx(head, lines) if wanted == "xlsx" else _csv(head, lines)
    made["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    made["Cache-Control"] = "private, no-store"
    made["X-Content-Type-Options"] = "nosniff"
    return made


def _lines(
    records: Iterator[Record], fields: list[Field], *, with_member: bool
) -> Iterator[list[str]]:
    for some in _by_thousand(records):
        names = names_for(fields, [record.data for record in some])
        for record in some:
            line = [str(record.pk)]
            if with_member:
                line.append(record.member.number if record.member else "")
            for field in fields:
                value = record.data.get(field.key)
                line.append("" if value is None else type_of(field).written(field, value, names))
            yield line


def _by_thousand(records: Iterator[Record]) -> Iterator[list[Record]]:
    some: list[Record] = []
    for record in records:
        some.append(record)
        if len(some) == 1000:
            yield some
            some = []
    if some:
        yield some


def _csv(head: list[str], lines: Iterator[list[str]]) -> StreamingHttpResponse:
    def told() -> Iterator[str]:
        yield "\ufeff"
        for line in _with(head, lines):
            into = io.StringIO()
            csv.writer(into, lineterminator="\r\n").writerow([guarded(text) for text in line])
            yield into.getvalue()

    return StreamingHttpResponse(told(), content_type="text/csv; charset=utf-8")


def _with(head: list[str], lines: Iterator[list[str]]) -> Iterator[list[str]]:
    yield head
    yield from lines


def guarded(text: str) -> str:
    """No spreadsheet runs a cell as a formula; an import takes the apostrophe away again."""
    plain = text.lstrip("'")
    is_number = plain.lstrip("-+").replace(".", "", 1).isdigit()
    return f"'{text}" if plain.startswith(FORMULA) and not is_number else text


def _xlsx(head: list[str], lines: Iterator[list[str]]) -> HttpResponse:
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        book = xlsxwriter.Workbook(file.name, {"constant_memory": True, "strings_to_urls": False})
        sheet = book.add_worksheet()
        for at, line in enumerate(_with(head, lines)):
            for column, text in enumerate(line):
                if text:
                    sheet.write_string(at, column, text)
        sheet.freeze_panes(1, 0)
        book.close()
        file.seek(0)
        content = file.read()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content, content_type=kind)
