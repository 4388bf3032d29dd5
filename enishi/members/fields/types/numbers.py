"""Types whose value is a number, and yes or no."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.core import japanese
from enishi.core.japanese import Unclear
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, Compare, FieldType, Json, Names, literal

LARGEST_NUMBER = 10**15 - 1
PLACES = 10  # decimals that are kept at most


class Integer(FieldType):
    key = "integer"
    icon = "number"
    explained = gettext_lazy("A number without decimals, such as how many persons.")
    compare = Compare.NUMBER
    numeric = has_range = may_be_unique = True

    def read(self, _field: Field, text: str) -> Any:
        try:
            found = japanese.money(text)
        except Unclear as unclear:
            raise Wrong(_("Write a whole number.")) from unclear
        if found is not None and abs(found) > LARGEST_NUMBER:
            raise Wrong(_("Write a whole number."))
        return found

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, bool):
            return super().take(field, value)
        if isinstance(value, float | Decimal) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            value = int(value) if value == int(value) else value
        if not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
            raise Wrong(_("Write a whole number."))
        return value

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import number

        return number(value)

    def sql(self, field: Field, data: str) -> str:
        value = f"{data} -> {literal(field.key)}"
        return f"(CASE WHEN jsonb_typeof({value}) = 'number' THEN ({value})::bigint END)"

    def sql_sort(self, field: Field, data: str) -> str:
        return f"coalesce({self.sql(field, data)}, '{-(2**63)}'::bigint)"

    def schema(self, field: Field) -> Json:
        found: Json = {"type": "integer"}
        if field.least is not None:
            found["minimum"] = field.least
        if field.most is not None:
            found["maximum"] = field.most
        return found


class Money(Integer):
    key = "money"
    icon = "currency-yen"
    explained = gettext_lazy("An amount in yen.")
    may_be_unique = False

    def read(self, _field: Field, text: str) -> Any:
        found = japanese.money(text)
        if found is not None and abs(found) > LARGEST_NUMBER:
            raise Wrong(_("Write a whole number."))
        return found

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import money

        return money(value)


_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−▲△", "-"))


def canonical(number: Decimal) -> str:
    """A number as text without an exponent and without needless zeros: 12.5."""
    number = round(number, PLACES).normalize()
    return f"{number + 0:f}" if number else "0"


class DecimalNumber(FieldType):
    key = "decimal"
    icon = "decimal"
    explained = gettext_lazy("A number with decimals, such as a length.")
    compare = Compare.NUMBER
    numeric = has_range = True

    def read(self, _field: Field, text: str) -> Any:
        folded = japanese.fold(text).replace(" ", "").translate(_DASHES)
        if not folded:
            return None
        if not _DECIMAL.fullmatch(folded):
            raise Wrong(_("Write a number, like 12.5."))
        return self._kept(Decimal(folded.replace(",", "")))

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return super().take(field, value)
        return self._kept(Decimal(str(value)))

    def _kept(self, number: Decimal) -> str:
        if not number.is_finite() or abs(number) > LARGEST_NUMBER:
            raise Wrong(_("Write a number, like 12.5."))
        return canonical(number)

    def sortable(self, value: Any) -> Any:
        try:
            return Decimal(str(value))
        except InvalidOperation:
            return Decimal(0)

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import number

        return number(self.sortable(value))

    def sql(self, field: Field, data: str) -> str:
        value = f"{data} ->> {literal(field.key)}"
        shape = r"'^-?[0-9]+(\.[0-9]+)?$'"
        return f"(CASE WHEN ({value}) ~ {shape} THEN ({value})::numeric END)"

    def sql_sort(self, field: Field, data: str) -> str:
        return f"coalesce({self.sql(field, data)}, '-1e30'::numeric)"

    def param(self, value: Any) -> Any:
        return self.sortable(value)

    def schema(self, _field: Field) -> Json:
        return {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}


class Boolean(FieldType):
    key = "boolean"
    icon = "toggle-right"
    explained = gettext_lazy("Yes, no, or not known. ○ × 可 不可 are understood, too.")
    compare = Compare.YES_NO
    inputs = ("select", "radio", "checkboxes")

    def read(self, _field: Field, text: str) -> Any:
        return japanese.yes_no(text)

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, bool):
            return value
        if value in (0, 1):
            return bool(value)
        return super().take(field, value)

    def written(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        if value is None:
            return ""
        return _("Yes") if value else _("No")

    def searched(self, _field: Field, _value: Any) -> str:
        return ""

    def sql(self, field: Field, data: str) -> str:
        return f"(({data} -> {literal(field.key)}) = 'true'::jsonb)"

    def sql_sort(self, field: Field, data: str) -> str:
        return f"coalesce({self.sql(field, data)}::int, -1)"

    def sql_written(self, field: Field, data: str) -> str:
        yes, no = literal(_("Yes")), literal(_("No"))
        return (
            f"CASE {data} ->> {literal(field.key)}"
            f" WHEN 'true' THEN {yes} WHEN 'false' THEN {no} ELSE '' END"
        )

    def schema(self, _field: Field) -> Json:
        return {"type": "boolean"}
