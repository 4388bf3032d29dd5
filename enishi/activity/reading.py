"""Activities as programs send them: one body for thousands, read and checked without a schema.

A schema checked item by item takes longer than the whole rest of the work.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic_core import from_json, to_json

from enishi.accounts.api import WrongInput
from enishi.core import clock
from enishi.core.bulk import rows

from .actions.storing import Row
from .models import Kind
from .props import CLEAN, LABELS, Wrong, instant

MOST = 10_000
LONGEST_OBJECT = 500
LARGEST_PROPS = 8_000
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST = timedelta(days=3660)  # clocks are wrong, and forecasts are tried out

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KNOWN = {"id", "member", "kind", "at", "object", "props", "machine"}


@dataclass
class Sorted:
    """What a body held: rows to store, what is refused and why, property names not declared."""

    rows: list[Row] = field(default_factory=list)
    duplicate: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    undeclared: set[str] = field(default_factory=set)


class _Refused(Exception):
    """Carries the sentence."""


def items_of(body: bytes) -> list[Any]:
    """The items of a request. Raises WrongInput when it cannot be read at all."""
    try:
        read = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        sentence = _("The body cannot be read. Send it in the form that the documents name.")
        raise WrongInput([("", sentence)]) from error
    items = read.get("items") if isinstance(read, dict) else None
    if not isinstance(items, list):
        raise WrongInput([("items", _("Send {“items”: […]} with one object for each activity."))])
    if len(items) > MOST:
        raise WrongInput(
            [("items", _("Send up to %(most)s activities at a time.") % {"most": f"{MOST:,}"})]
        )
    return items


def sort_out(items: list[Any], kinds: Mapping[str, Kind]) -> Sorted:
    """Check every item; what is wrong with one does not touch the others."""
    found = Sorted()
    members = _members(items)
    reader = _Reader(members, kinds, found.undeclared)
    there: set[str] = set()
    for item in items:
        try:
            row = reader.row(item)
        except _Refused as refused:
            id_ = item.get("id") if isinstance(item, dict) else None
            found.refused.append({"id": _shown(id_), "reason": str(refused)})
            continue
        if row[0] in there:
            found.duplicate += 1
        else:
            there.add(row[0])
            found.rows.append(row)
    return found


def _shown(id_: object) -> str | None:
    return None if id_ is None else str(id_)[:60]


def _number(item: Any) -> str:
    number = item.get("member") if type(item) is dict else None
    if type(number) is int:
        return str(number)
    return number if type(number) is str and len(number) <= 40 else ""


def _members(items: list[Any]) -> dict[str, int]:
    numbers = {_number(item) for item in items} - {""}
    found = rows(
        "SELECT number, id FROM members_member WHERE number = ANY(%s) AND deleted_at IS NULL",
        [[number for number in numbers if "\x00" not in number]],
    )
    return dict(found)


class _Reader:
    """Turns one item into a row, or says why not."""

    def __init__(
        self, members: dict[str, int], kinds: Mapping[str, Kind], undeclared: set[str]
    ) -> None:
        self.members = members
        self.kinds = {key: (kind.pk, kind.props) for key, kind in kinds.items()}
        self.undeclared = undeclared
        self.zone = timezone.get_current_timezone()
        self.now = clock.now()
        self.last = self.now + FURTHEST

    def row(self, item: Any) -> Row:
        if type(item) is not dict:
            raise _Refused(_("An activity is an object with id, member, kind and at."))
        id_ = item.get("id")
        if type(id_) is not str or not _ID.fullmatch(id_):
            id_ = self.odd_id(id_)
        member = self.members.get(_number(item))
        if member is None:
            raise _Refused(self.no_member(item.get("member")))
        kind = item.get("kind")
        if type(kind) is not str or kind not in self.kinds:
            raise _Refused(
                _("There is no kind of activity “%(kind)s”. Declare it with POST activity-kinds.")
                % {"kind": str(kind)[:60]}
            )
        machine = item.get("machine", False)
        if type(machine) is not bool:
            raise _Refused(_("“machine” is true or false."))
        if not item.keys() <= _KNOWN:
            strange = ", ".join(sorted(item.keys() - _KNOWN))[:100]
            raise _Refused(_("An activity has no “%(name)s”.") % {"name": strange})
        number, declared = self.kinds[kind]
        props = item.get("props")
        return (
            id_,
            member,
            number,
            self.at(item.get("at")),
            machine,
            self.about(item.get("object")),
            self.properties(kind, declared, props) if props else "",
        )

    def odd_id(self, id_: object) -> str:
        try:
            return str(UUID(id_)) if isinstance(id_, str) else self.no_id()
        except ValueError:
            return self.no_id()

    def no_id(self) -> str:
        raise _Refused(
            _("“id” must be a UUID of your own, so that an activity sent twice counts once.")
        )

    def no_member(self, number: object) -> str:
        return _("There is no member with the number “%(number)s”.") % {"number": str(number)[:40]}

    def at(self, written: object) -> datetime:
        if written is None:
            return self.now
        try:
            at = instant(written, self.zone) if isinstance(written, str) else None
        except (ValueError, OverflowError):
            at = None
        if at is None:
            raise _Refused(
                _("“at” must be a time such as 2026-11-21T09:00:00+09:00, not “%(at)s”.")
                % {"at": str(written)[:40]}
            )
        if not EARLIEST <= at <= self.last:
            raise _Refused(_("“at” must lie between 1970 and ten years from now."))
        return at

    def about(self, value: Any) -> str:
        if value is None:
            return ""
        if type(value) is int:
            value = str(value)
        if type(value) is not str or len(value) > LONGEST_OBJECT or "\x00" in value:
            raise _Refused(_("“object” is a text of up to 500 characters."))
        return value

    def properties(self, kind: str, declared: Mapping[str, str], props: Any) -> str:
        if type(props) is not dict:
            raise _Refused(_("“props” is an object: name → value."))
        kept = {}
        for name, value in props.items():
            if value is None or value in ("", []):
                continue
            of = declared.get(name)
            if of is None:
                self.undeclared.add(f"{kind}.{name[:60]}")
                kept[name] = value
                continue
            try:
                kept[name] = CLEAN[of](value)
            except Wrong:
                raise _Refused(
                    _("“%(name)s” must be %(type)s, not “%(value)s”.")
                    % {"name": name, "type": LABELS[of], "value": str(value)[:40]}
                ) from None
        if not kept:
            return ""
        written = to_json(kept).decode()
        if len(written) > LARGEST_PROPS or "\\u0000" in written:
            raise _Refused(_("The properties of one activity are too large."))
        return written
