"""What a checked import would do, row by row: who is new, and what changes in whom."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.sealing import is_sealed
from enishi.members.fields import BUILT_IN, OWN, Definition, every_field, names_for, type_of
from enishi.members.fields.types import DOTS, NOBODY
from enishi.members.models import Import, MemberType
from enishi.ui.written import listed

from . import staging
from .actions import plan_of
from .comparing import Comparison, comparison
from .staging import table

ROWS = 50
_OTHER_NAMES = {"type_id": "member_type", "owner_id": "owner"}
SHOWN_OF_NEW = (
    *("number", "family_name", "given_name", "organisation_name", "family_name_kana"),
    *("given_name_kana", "organisation_name_kana", "member_type", "joined_on", "prefecture"),
    *("city", "email", "search"),
)


@dataclass(frozen=True)
class Difference:
    """One row of the file. ``changes``: label, old and new for each value that differs."""

    line: int
    number: str
    name: str
    member_id: int | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)


def is_ready(of: Import) -> bool:
    """Whether rows can be shown: the import has been checked and not yet made."""
    return of.state == Import.State.CHECKED and staging.exists(of)


def differences(
    of: Import, kind: str, *, after: int = 0, limit: int = ROWS, as_read: bool = False
) -> list[Difference]:
    """Rows that are ``new`` or ``changed``, in the order of the file, beyond line ``after``.

    ``as_read``: values as people read them, for pages; programs get them as they are kept.
    """
    c = comparison(of, plan_of(of))
    if kind == "new":
        return _new(c, after, limit)
    return _changed(c, after, limit, _Said(as_read=as_read))


def _new(c: Comparison, after: int, limit: int) -> list[Difference]:
    staged = table(c.of)
    shown = [name for name in SHOWN_OF_NEW if name in c.columns]
    pairs = ", ".join(f"'{name}', s.{name}" for name in shown)
    rows = _rows(
        f"SELECT s.line, jsonb_build_object({pairs}) FROM {staged} s WHERE s.line > %(after)s"
        f" AND s.line > 0 AND NOT EXISTS (SELECT 1 FROM {staged}_match x WHERE x.line = s.line)"
        " ORDER BY s.line LIMIT %(limit)s",
        {"after": after, "limit": limit},
    )
    return [
        Difference(line, values.get("number") or "", _name(values), values=values)
        for line, values in rows
    ]


def _changed(c: Comparison, after: int, limit: int, said: "_Said") -> list[Difference]:
    changes = c.merge.changes()
    pairs = ", ".join(
        f"'{change.column}', CASE WHEN {change.differs}"
        f" THEN jsonb_build_array(m.{change.column}, {change.value}) END"
        for change in changes
    )
    rows = _rows(
        "SELECT s.line, m.id, m.number, jsonb_build_object('family_name', m.family_name,"
        " 'given_name', m.given_name, 'organisation_name', m.organisation_name),"
        f" jsonb_strip_nulls(jsonb_build_object({pairs}))"
        f" FROM {table(c.of)} s JOIN {table(c.of)}_match x USING (line)"
        " JOIN members_member m ON m.id = x.member_id"
        " LEFT JOIN members_membertype t ON t.name = "
        + ("s.member_type" if "member_type" in c.columns else "NULL")
        + " WHERE x.changed AND s.line > %(after)s ORDER BY s.line LIMIT %(limit)s",
        {"after": after, "limit": limit, "today": clock.today()},
    )
    said.look_up([data for *_rest, found in rows for data in found.get("data") or ()])
    return [
        Difference(line, number, _name(name), member_id, said.changes(found))
        for line, member_id, number, name, found in rows
    ]


def _rows(statement: str, values: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        import json

        return [
            tuple(json.loads(v) if isinstance(v, str) and v[:1] == "{" else v for v in row)
            for row in cursor.fetchall()
        ]


def _name(values: dict[str, Any]) -> str:
    person = f"{values.get('family_name') or ''} {values.get('given_name') or ''}".strip()
    return person or values.get("organisation_name") or ""


class _Said:
    """Values as people read them."""

    def __init__(self, *, as_read: bool) -> None:
        self.as_read = as_read
        self.fields = every_field(retired=True)
        self.types = {t.pk: t.name for t in MemberType.objects.all()}
        self.staff = {u.pk: u.name for u in User.objects.filter(is_staff=True)}

    def look_up(self, every: list[dict[str, Any]]) -> None:
        """Find the names of what links lead to, of all rows at once."""
        own = [one.own for one in self.fields.values() if one.own is not None]
        self.names = names_for(own, every) if self.as_read else NOBODY

    def changes(self, found: dict[str, list[Any]]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for column, (old, new) in found.items():
            if column == "data":
                made += self._own(old, new)
                continue
            key = _OTHER_NAMES.get(column, column)
            label = BUILT_IN[key].label if key in BUILT_IN else key
            made.append({"label": label, "old": self._say(key, old), "new": self._say(key, new)})
        return made

    def _own(self, old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
        made = []
        for key, value in new.items():
            if (before := old.get(key)) != value:
                one = self.fields.get(OWN + key)
                said = self._own_said(one) if self.as_read else self._plain
                label = key if one is None else one.label
                made.append({"label": label, "old": said(before), "new": said(value)})
        return made

    def _own_said(self, one: Definition | None) -> Callable[[Any], str]:
        field = one.own if one is not None else None
        if field is None or field.sealed:
            return self._plain
        return lambda value: (
            "" if value is None else str(type_of(field).said(field, value, self.names))
        )

    def _say(self, key: str, value: Any) -> str:
        if value is None or value == "":
            return ""
        if key == "member_type":
            return self.types.get(value, str(value))
        if key == "owner":
            return self.staff.get(value, str(value))
        field: Definition | None = self.fields.get(key)
        if self.as_read and field is not None:
            return field.said(value)
        choices = dict(field.choices) if field is not None else {}
        return str(choices.get(value, value))

    @staticmethod
    def _plain(value: Any) -> str:
        if is_sealed(value):
            return DOTS
        if isinstance(value, list):
            return listed(value)
        if isinstance(value, bool):
            return "○" if value else "×"
        return "" if value is None else str(value)
