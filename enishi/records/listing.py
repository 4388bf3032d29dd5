"""One list of records: search, filters by field, order; what the office, the API and exports use.

``?search=``, ``?sort=key`` or ``-key`` (also number, member, updated_at, created_at), ``?member=``
(id), and by field: ``f.key=value`` (repeated: any of them), ``f.key_from=``, ``f.key_to=``,
``f.key_empty=yes|no``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from enishi.core import japanese
from enishi.core.pages import Count, Page, capped_count, page
from enishi.core.params import Params
from enishi.members.fields import Compare, Wrong, hidden_groups, type_of
from enishi.members.models import Field, Member
from enishi.ui.written import listed

from .models import Database, Record, RecordQuerySet

DATA = "records_record.data"
USUAL = "-id"
SORTS: dict[str, str | Promise] = {
    "id": gettext_lazy("Number"),
    "member": gettext_lazy("Member"),
    "updated_at": pgettext_lazy("sort", "Updated"),
    "created_at": gettext_lazy("Entered"),
}
RANGED = (Compare.NUMBER, Compare.DATE, Compare.DATETIME, Compare.TIME)
CHOSEN = (Compare.CHOICE, Compare.CHOICES, Compare.YES_NO)


@dataclass(frozen=True)
class Said:
    """One filter in words, and the parameters to drop to take it off."""

    label: str
    relation: str
    value: str
    params: tuple[str, ...]


def told_by(rows: RecordQuerySet, word: str, by: Any) -> RecordQuerySet:
    """The records whose words, or those of their member that ``by`` may see, hold ``word``."""
    rows = rows.filter(search__contains=word)
    if not hidden_groups(by):
        return rows
    seen = Member.objects.search(word, by=by)
    return rows.filter(
        Q(member=None) | ~Q(member__search__contains=word) | Q(member__in=seen.values("pk"))
    )


class Listing:
    """What ``params`` ask of a database. ``problems``: parameter → sentence.

    ``fields`` are those that the asker may see; others do not exist.
    """

    def __init__(
        self, database: Database, params: Params, fields: list[Field], *, by: Any = None
    ) -> None:
        """``by`` searches: not in what of the linked members they may not see."""
        self.by = by
        self.database = database
        self.params = params
        self.fields = {field.key: field for field in fields if not field.sealed}
        self.problems: dict[str, str] = {}
        self.said: list[Said] = []
        self.text = self._one("search")
        self.sort = self._sort()
        self.rows = self._rows()

    def page(self, *, cursor: str = "", limit: int = 50) -> Page[Record]:
        """One page, with members at hand. Raises core.pages.BadCursor."""
        rows, order = self._ordered()
        return page(rows.select_related("member"), sort=order, cursor=cursor, limit=limit)

    def count(self) -> Count:
        return capped_count(self.rows)

    def every(self) -> Iterator[Record]:
        """All that fit, in order, a thousand at a time."""
        rows, order = self._ordered()
        tie = "-pk" if order and order[-1].startswith("-") else "pk"
        yield from rows.select_related("member").order_by(*order, tie).iterator(chunk_size=1000)

    @cached_property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.said)

    def _one(self, name: str) -> str:
        values = self.params.getlist(name)
        return values[-1].strip()[:200].replace("\x00", "") if values else ""

    def _sort(self) -> str:
        asked = self._one("sort") or USUAL
        key = asked.removeprefix("-")
        if key in SORTS or key in self.fields:
            return asked
        self.problems["sort"] = _("The list cannot be sorted by this.")
        return USUAL

    def _rows(self) -> RecordQuerySet:
        rows = Record.objects.present().filter(database=self.database)
        for word in japanese.search_text(self.text).split()[:10]:
            rows = told_by(rows, word, self.by)
        if (member := self._one("member")).isdecimal():
            rows = rows.filter(member_id=int(member[:18]))
        for field in self.fields.values():
            rows = self._filtered(rows, field)
        return rows

    def _filtered(self, rows: RecordQuerySet, field: Field) -> RecordQuerySet:
        kind, name = type_of(field), f"f.{field.key}"
        value = kind.sql(field, DATA)
        for bound, sign in (("from", ">="), ("to", "<=")):
            if kind.compare in RANGED and (text := self._one(f"{name}_{bound}")):
                found = self._read(field, text, f"{name}_{bound}")
                if found is not None:
                    rows = _where(rows, f"{value} {sign} %s", [kind.param(found)])
                    relation = pgettext("filter", "from") if bound == "from" else _("up to")
                    self._say(field, relation, kind.said(field, found), f"{name}_{bound}")
        if empty := self._one(f"{name}_empty"):
            is_empty = empty in ("yes", "true", "1")
            rows = _where(rows, f"{value} IS {'' if is_empty else 'NOT '}NULL", [])
            words = (
                pgettext("filter", "is empty") if is_empty else pgettext("filter", "is filled in")
            )
            self._say(field, words, "", f"{name}_empty")
        asked = [text for text in self.params.getlist(name) if text.strip()]
        if not asked:
            return rows
        if kind.compare == Compare.TEXT:
            words = japanese.fold(asked[-1])[:200]
            pattern = "%" + re.sub(r"([%_\\])", r"\\\1", words) + "%"
            self._say(field, pgettext("filter", "contains"), words, name)
            return _where(rows, f"{value} ILIKE %s", [pattern])
        values = [found for text in asked if (found := self._read(field, text, name)) is not None]
        if not values:
            return rows
        self._say(
            field, pgettext("filter", "is"), listed(kind.said(field, v) for v in values), name
        )
        if kind.compare == Compare.CHOICES:
            every = list({one for value_ in values for one in value_})
            return _where(rows, f"jsonb_exists_any({value}, %s::text[])", [every])
        return _where(rows, f"{value} = ANY(%s)", [[kind.param(one) for one in values]])

    def _read(self, field: Field, text: str, name: str) -> Any:
        try:
            return type_of(_without_limits(field)).clean(_without_limits(field), text[:200])
        except Wrong as wrong:
            self.problems[name] = wrong.reason
            return None

    def _say(self, field: Field, relation: str, value: str, param: str) -> None:
        self.said.append(Said(str(field), relation, value, (param,)))

    def _ordered(self) -> tuple[RecordQuerySet, list[str]]:
        sign, key = ("-", self.sort[1:]) if self.sort.startswith("-") else ("", self.sort)
        if key == "id":
            return self.rows, [f"{sign}id"]
        if key in ("updated_at", "created_at"):
            return self.rows, [f"{sign}{key}"]
        if key == "member":
            name = Coalesce(F("member__sorting_name"), Value(""), output_field=TextField())
            return self.rows.annotate(sorted_by=name), [f"{sign}sorted_by"]
        field = self.fields[key]
        by = RawSQL(type_of(field).sql_sort(field, DATA), [])  # noqa: S611  # of our own making
        return self.rows.annotate(sorted_by=by), [f"{sign}sorted_by"]


def _without_limits(field: Field) -> Field:
    """The field as it reads a value that is only asked about."""
    names = ("table", "key", "type", "choices", "links_to", "result", "id")
    return Field(**{name: getattr(field, name) for name in names})


def _where(rows: RecordQuerySet, sql: str, params: list[Any]) -> RecordQuerySet:
    found = rows.extra(where=[sql], params=params)  # noqa: S610  # identifiers are our own
    assert isinstance(found, RecordQuerySet)
    return found
