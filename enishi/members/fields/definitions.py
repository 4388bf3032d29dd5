"""One field, whatever its kind: where its value lies, how it is read, shown and asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core.japanese import Unclear
from enishi.members.models import Field, MemberType
from enishi.ui.written import jdate, phone, postal

from .types import TYPES, Compare, type_of
from .types.base import _BROKEN
from .types.numbers import LARGEST_NUMBER
from .wrong import TOO_LONG, Wrong

OWN = "data."
# Class of personal data → area of rights that it has of its own.
AREAS: dict[str, str] = {
    Field.Personal.ORDINARY: "",
    Field.Personal.SENSITIVE: "sensitive",
    Field.Personal.SPECIFIC: "my_number",
}


class Sort(StrEnum):
    """What a value is, which decides how it is shown, filtered and entered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    KANA = "kana"
    DATE = "date"
    EMAIL = "email"
    PHONE = "phone"
    POSTAL_CODE = "postal_code"
    CHOICE = "choice"
    TYPE = "type"
    OWNER = "owner"
    INTEGER = "integer"
    MONEY = "money"
    BOOLEAN = "boolean"
    CHOICES = "choices"
    DECIMAL = "decimal"
    DATETIME = "datetime"
    TIME = "time"
    URL = "url"
    ADDRESS = "address"
    FILE = "file"
    IMAGE = "image"
    MEMBER = "member"
    RECORD = "record"


_COMPARED = {
    Sort.DATE: Compare.DATE,
    Sort.CHOICE: Compare.CHOICE,
    Sort.TYPE: Compare.LINK,
    Sort.OWNER: Compare.LINK,
    Sort.INTEGER: Compare.NUMBER,
}


@dataclass(frozen=True)
class Definition:
    """One field. ``column`` is the attribute of Member; ``read`` makes a clean value of text."""

    key: str
    column: str
    label: str | Promise
    sort: Sort
    read: Callable[[str], Any]
    longest: int = 0  # 0 where length does not matter
    choices: tuple[tuple[str, str | Promise], ...] = ()
    editable: bool = True  # by form and API; the others have actions of their own
    own: Field | None = field(default=None, compare=False)
    seen_by: tuple[str, ...] = ()  # keys of roles; empty: everybody
    edited_by: tuple[str, ...] = ()
    area: str = ""  # of rights that one needs besides: of sensitive fields

    @property
    def sealed(self) -> bool:
        """Whether values are kept sealed: nothing can be asked about them."""
        return self.own is not None and self.own.sealed

    @property
    def empty(self) -> Any:
        """What an empty value is stored as."""
        if self.own is not None or self.sort in (Sort.DATE, Sort.OWNER):
            return None
        return ""

    @property
    def compare(self) -> Compare:
        """How values are asked for, and what kind of SQL ``sql`` is.

        A date is a date column where the field is built in, and text in ISO form where it is own.
        """
        if self.own is not None:
            return TYPES[self.own.stored_type].compare
        return _COMPARED.get(self.sort, Compare.TEXT)

    def sql(self, alias: str = "m") -> str:
        """SQL of the value, for filters; ``alias`` is the table of members (or of records)."""
        if self.own is not None:
            return type_of(self.own).sql(self.own, f"{alias}.data")
        column = f"{self.column}_id" if self.sort in (Sort.TYPE, Sort.OWNER) else self.column
        return f"{alias}.{column}"

    def param(self, value: Any) -> Any:
        """A clean value as ``sql`` is compared with."""
        if self.own is not None:
            return TYPES[self.own.stored_type].param(value)
        return getattr(value, "pk", value)

    def said(self, value: Any) -> str:
        """A kept value of a built-in field (dates in ISO form, too) as people read it."""
        if value in (None, ""):
            return ""
        match self.sort:
            case Sort.DATE:
                return jdate(date.fromisoformat(value) if isinstance(value, str) else value)
            case Sort.PHONE:
                return phone(str(value))
            case Sort.POSTAL_CODE:
                return postal(str(value))
        return str(dict(self.choices).get(value, value))

    def clean(self, value: Any) -> Any:
        """``value`` as it is stored. Raises Wrong with a sentence."""
        if self.own is not None:
            return type_of(self.own).clean(self.own, value)
        if value is None or value in ("", []):
            return self.read("")
        found = self._read(value) if isinstance(value, str) else self._take(value)
        if self.longest and isinstance(found, str) and len(found) > self.longest:
            raise Wrong(str(TOO_LONG) % {"longest": self.longest, "length": len(found)})
        return self.empty if found is None else found

    def _read(self, text: str) -> Any:
        if _BROKEN.search(text):
            raise Wrong(_("There is a broken character here. Type the text again."))
        try:
            return self.read(text)
        except Unclear as unclear:
            raise Wrong(unclear.reason) from unclear

    def _take(self, value: Any) -> Any:
        """A value of a built-in field that is no text: already clean, or of the wrong kind."""
        match self.sort:
            case Sort.DATE if isinstance(value, date):
                return value
            case Sort.INTEGER if isinstance(value, int) and not isinstance(value, bool):
                if abs(value) > LARGEST_NUMBER:
                    raise Wrong(_("Write a whole number."))
                return value
            case Sort.TYPE if isinstance(value, MemberType):
                return value
            case Sort.OWNER if isinstance(value, User):
                return value
            case Sort.PHONE | Sort.POSTAL_CODE | Sort.TEXT if isinstance(
                value, int
            ) and not isinstance(value, bool):
                return self._read(str(value))
        raise Wrong(_("This is not the kind of value that belongs here."))


_later: Any = lazy(str, str)  # the label in the language of whoever reads it


def own_field(own: Field) -> Definition:
    """The definition of a field of the organisation's own."""
    kind = type_of(own)
    return Definition(
        key=OWN + own.key,
        column="data",
        label=_later(own),
        sort=Sort(own.stored_type),
        read=lambda text: kind.clean(own, text),
        longest=kind.longest,
        choices=tuple((one.value, _later(one)) for one in own.known_choices),
        editable=own.type != Field.Type.COMPUTED,
        own=own,
        seen_by=tuple(own.seen_by),
        edited_by=tuple(own.edited_by),
        area=AREAS[own.personal],
    )
