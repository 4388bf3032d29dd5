"""What a type of field can do; the types themselves stand in the modules beside."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _

from enishi.core.japanese import Unclear
from enishi.members.fields.wrong import TOO_LONG, Wrong
from enishi.members.models.fields import Field

_BROKEN = re.compile("[\x00\ud800-\udfff\ufffd]")  # what no text may hold

Json = dict[str, Any]


class Compare(StrEnum):
    """How values of a type are asked for, and what ``sql`` gives."""

    TEXT = "text"  # text
    NUMBER = "number"  # bigint or numeric
    DATE = "date"  # text in ISO form, which sorts as days do
    DATETIME = "datetime"  # text in ISO form, UTC
    TIME = "time"  # text, HH:MM
    YES_NO = "yes_no"  # boolean
    CHOICE = "choice"  # text: the value of the choice
    CHOICES = "choices"  # jsonb: a list of values of choices
    LINK = "link"  # bigint: the id of what is linked
    FILE = "file"  # bigint: the id of a file; only whether there is one can be asked


class Names:
    """What linked members, records and files are called, looked up for many rows at once.

    ``of(kind, to, id)`` is None for one that does not exist (any more).
    """

    def __init__(self, known: Mapping[tuple[str, str, int], Any] | None = None) -> None:
        self._known = dict(known or {})

    def of(self, kind: str, to: str, pk: int) -> Any:
        return self._known.get((kind, to, pk))


NOBODY = Names()


class FieldType:
    """One type of field. ``field`` is always the Field whose value is meant.

    ``clean`` makes a stored value of anything: text as people write it, or a value from JSON.
    ``written`` makes text of a stored value that ``clean`` reads back to the same value (exports,
    form inputs); ``show`` makes of it what people read on a page.
    """

    key: ClassVar[str]
    icon: ClassVar[str] = "forms"
    explained: ClassVar[str | Promise] = ""
    compare: ClassVar[Compare] = Compare.TEXT
    numeric: ClassVar[bool] = False  # stands to the right in a list
    has_choices: ClassVar[bool] = False
    has_length: ClassVar[bool] = False
    has_range: ClassVar[bool] = False
    may_be_unique: ClassVar[bool] = False
    may_be_searched: ClassVar[bool] = False
    may_be_preset: ClassVar[bool] = True  # a default makes sense
    may_be_typed: ClassVar[bool] = True  # a cell of a list can hold it
    inputs: ClassVar[tuple[str, ...]] = ()  # besides the usual one
    longest: ClassVar[int] = 0  # 0: length does not matter

    # Reading

    def clean(self, field: Field, value: Any) -> Any:
        """``value`` as it is stored, None for an empty one. Raises Wrong with a sentence."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            if _BROKEN.search(value):
                raise Wrong(_("There is a broken character here. Type the text again."))
            try:
                found = self.read(field, value)
            except Unclear as unclear:
                raise Wrong(unclear.reason) from unclear
        else:
            found = self.take(field, value)
        if found is None or found in ("", [], {}):
            return None
        self.check(field, found)
        return found

    def read(self, field: Field, text: str) -> Any:
        """What a text means. Raises Wrong or Unclear."""
        raise NotImplementedError

    def take(self, _field: Field, _value: Any) -> Any:
        """A value that is no text. Raises Wrong for one of the wrong kind."""
        raise Wrong(_("This is not the kind of value that belongs here."))

    def check(self, field: Field, value: Any) -> None:
        """Hold a clean value against the limits of the field. Raises Wrong."""
        if isinstance(value, str):
            longest = min(filter(None, (field.longest, self.longest)), default=0)
            if longest and len(value) > longest:
                raise Wrong(str(TOO_LONG) % {"longest": longest, "length": len(value)})
        if field.pattern and isinstance(value, str) and not _fits(field.pattern, value):
            raise Wrong(field.help or _("This does not have the form that is expected here."))
        if self.has_range:
            self._check_range(field, value)

    def _check_range(self, field: Field, value: Any) -> None:
        least, most = field.least, field.most
        low = least is not None and self.sortable(value) < self.sortable(least)
        high = most is not None and self.sortable(value) > self.sortable(most)
        if not low and not high:
            return
        said = {
            "least": "" if least is None else self.said(field, least),
            "most": "" if most is None else self.said(field, most),
        }
        if least is not None and most is not None:
            raise Wrong(_("Only from %(least)s to %(most)s is possible here.") % said)
        if low:
            raise Wrong(_("Only from %(least)s on is possible here.") % said)
        raise Wrong(_("Only up to %(most)s is possible here.") % said)

    def sortable(self, value: Any) -> Any:
        """A stored value as Python compares it."""
        return value

    # Writing

    def written(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        """A stored value as text that ``clean`` reads back."""
        return "" if value is None else str(value)

    def said(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        """A stored value as people say it, in the language of the page."""
        return self.written(field, value, names)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        """The same for a page; links where it leads somewhere."""
        return self.said(field, value, names)

    def searched(self, field: Field, value: Any) -> str:
        """What the search box may find of a stored value."""
        return self.written(field, value)

    # SQL and JSON

    def sql(self, field: Field, data: str) -> str:
        """The value out of the JSON column ``data`` for filters and sorting; NULL when empty.

        Immutable, so that an index can be made of it. What kind it is says ``compare``.
        """
        return f"({data} ->> {literal(field.key)})"

    def param(self, value: Any) -> Any:
        """A clean value as ``sql`` is compared with."""
        return value

    def sql_sort(self, field: Field, data: str) -> str:
        """What a list is sorted by; never NULL: empty values come first."""
        return f"coalesce({self.sql(field, data)}, '') COLLATE \"C\""

    def sql_written(self, field: Field, data: str) -> str:
        """SQL text of the value, as ``written`` makes it; '' when empty."""
        return f"coalesce({data} ->> {literal(field.key)}, '')"

    def schema(self, _field: Field) -> Json:
        """The JSON schema of a stored value."""
        return {"type": "string"}


def literal(text: str) -> str:
    """A text as SQL writes it. (A key has no percent sign, so ``sql`` may stand beside params.)"""
    return "'" + text.replace("'", "''") + "'"


def link(url: str, text: str) -> str:
    """A link on a page."""
    return format_html('<a href="{}">{}</a>', url, text)


def _fits(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True
