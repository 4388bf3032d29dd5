"""What databases hang into the office: menu, karte panels, search, rows for rules, links."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest
from enishi.core import japanese
from enishi.core.asked import asked
from enishi.core.facts import reacts_to
from enishi.members.facts import ListEntryChanged
from enishi.members.fields import names_for, type_of, visible_fields
from enishi.members.fields.homes import Home, lives_in
from enishi.members.fields.types import Named, linked
from enishi.members.models import Field, Member
from enishi.ui.registry import Hit, NavItem, deed, may, nav_item, nav_source, panel, search_source

from . import conditions  # noqa: F401  # registers what rules may ask
from .listing import told_by
from .models import Database, Record

AT_ONCE = 5
HITS = 5
COLUMNS = 3
ORDER = 25


@lives_in
def home(table: str) -> Home | None:
    """Where the values of a database's fields lie: formulas and uniqueness are held there."""
    pk = Database.objects.filter(key=table).values_list("pk", flat=True).first()
    if pk is None:
        return None
    mine = f"m.database_id = {pk:d}"
    return Home("records_record", mine, f"{mine} AND m.deleted_at IS NULL")


@reacts_to(ListEntryChanged)
def words_without_what_is_sensitive(fact: ListEntryChanged) -> None:
    from .words_jobs import words_anew

    field = fact.about
    if isinstance(field, Field) and field.table and "personal" in fact.changes:
        pk = Database.objects.filter(key=field.table).values_list("pk", flat=True).first()
        if pk is not None:
            words_anew.enqueue(about=field, database=pk)


nav_item(_("Databases"), "records:databases", "database", "records.view", order=ORDER + 4)


deed(_("Make a database"), "records:database_new", "database", "records.configure", order=200)


@asked
def _in_menu() -> QuerySet[Database]:
    return Database.objects.present().filter(in_menu=True)[:20]


@nav_source
def databases(request: HttpRequest) -> Iterator[NavItem]:
    if not may(request, "records.view"):
        return
    for one in _in_menu.rows():
        yield NavItem(
            str(one), "", one.icon, "records.view", ORDER, "", address=one.get_absolute_url()
        )


@asked
def _of_member(member: Any) -> QuerySet[Database]:
    theirs = Record.objects.present().filter(member=member, database=OuterRef("pk")).order_by()
    counted = theirs.values("database").annotate(n=Count("pk")).values("n")
    known = Database.objects.present().exclude(of_member=Database.OfMember.NOT)
    return known.annotate(count=Coalesce(Subquery(counted), 0))


@panel("karte", order=60, right="records.view", tab=_("Databases"))
def records_of(request: OfficeRequest, member: Member) -> str:
    """One card for each database that has records of the member, or could have one."""
    found = _of_member.rows(member=member.pk)
    return "".join(_card(request, member, database) for database in found)


def _card(request: OfficeRequest, member: Member, database: Database) -> str:
    count: int = database.count  # type: ignore[attr-defined]
    if not count and not may(request, "records.edit"):
        return ""
    seen = visible_fields(request.user, database.key).values()
    fields = [one.own for one in seen if one.own is not None and one.own.type not in _LONG]
    fields = fields[:COLUMNS]
    rows = Record.objects.present().filter(database=database, member=member)
    shown = list(rows.order_by("-id")[:AT_ONCE]) if count else []
    names = names_for(fields, [record.data for record in shown])
    context = {
        "database": database,
        "member": member,
        "count": count,
        "columns": [str(field) for field in fields],
        "rows": [
            {
                "record": record,
                "cells": [
                    (
                        str(field),
                        type_of(field).show(field, value, names)
                        if (value := record.data.get(field.key)) is not None
                        else "",
                    )
                    for field in fields
                ],
            }
            for record in shown
        ],
        "may_edit": member.deleted_at is None and may(request, "records.edit"),
    }
    return render_to_string("records/office/panel.html", context, request)


_LONG = (Field.Type.LONG_TEXT, Field.Type.FILE, Field.Type.IMAGE, Field.Type.ADDRESS)


@search_source(_("Databases"), order=40, right="records.view")
def find_records(request: HttpRequest, words: str) -> Iterable[Hit]:
    terms = japanese.search_text(words[:200]).split()[:10]
    if not terms:
        return
    rows = Record.objects.present().filter(database__deleted_at=None)
    for term in terms:
        rows = told_by(rows, term, request.user)
    for record in rows.select_related("database").order_by("-id")[:HITS]:
        yield Hit(str(record), record.get_absolute_url(), str(record.database), "database")


class Records:
    """Records as what a field can link to; written by their number."""

    def by_text(self, to: str, texts: Collection[str]) -> dict[str, int]:
        wanted = {text: japanese.fold(text).lstrip("#").split(" ")[0] for text in texts}
        numbers = {int(word) for word in wanted.values() if word.isdecimal() and len(word) < 19}
        there = set(
            Record.objects.present()
            .filter(database__key=to, pk__in=numbers)
            .values_list("pk", flat=True)
        )
        return {
            text: int(word)
            for text, word in wanted.items()
            if word.isdecimal() and len(word) < 19 and int(word) in there
        }

    def names(self, to: str, ids: Collection[int]) -> dict[int, Named]:
        rows = Record.objects.present().select_related("database")
        return {
            row.pk: Named(str(row), str(row.pk), row.get_absolute_url())
            for row in rows.filter(database__key=to, pk__in=list(ids))
        }

    def found(self, to: str, words: str, most: int, by: User) -> list[Named]:
        if not by.has_right("records.view"):
            return []
        rows = Record.objects.present().filter(database__key=to, database__deleted_at=None)
        number = japanese.fold(words).lstrip("#")
        if number.isdecimal() and len(number) < 19:
            rows = rows.filter(Q(pk=int(number)) | Q(search__contains=number))
        else:
            for term in japanese.search_text(words).split()[:10]:
                rows = rows.filter(search__contains=term)
        return [
            Named(str(row), str(row.pk), more=f"#{row.pk}") for row in rows.order_by("-id")[:most]
        ]

    def written_sql(self, _to: str, pk: str) -> str:
        return f"({pk})::text"


linked["record"] = Records()
