"""The type whose value is a postal address in its parts."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.core import japanese
from enishi.core.japanese import Unclear
from enishi.members.fields.wrong import TOO_LONG, Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, FieldType, Json, Names, literal

PARTS = ("postal_code", "prefecture", "city", "address_line", "building")
APART = "\u3000"  # a wide space between the parts, as on envelopes; no part holds one
LONGEST_PART = 200


class Address(FieldType):
    key = "address"
    icon = "map-pin"
    explained = gettext_lazy("A postal address in its parts; the postal code fills them.")
    may_be_preset = False
    may_be_searched = True

    def read(self, field: Field, text: str) -> Any:
        parts = text.strip("\r\n\t ").split(APART)
        if len(parts) == len(PARTS) and parts[0].startswith("〒"):
            return self.take(field, dict(zip(PARTS, [parts[0][1:], *parts[1:]], strict=True)))
        folded = japanese.fold(text)
        code = ""
        head, _space, rest = folded.partition(" ")
        try:
            code = japanese.postal_code(head) if rest or head.startswith("〒") else ""
        except Unclear:
            code = ""
        found = japanese.address(rest if code else folded, code)
        return _filled({"postal_code": code, **found._asdict()})

    def take(self, field: Field, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return super().take(field, value)
        strange = [str(name) for name in value if name not in PARTS]
        if strange:
            raise Wrong(_("An address has these parts: %(parts)s.") % {"parts": ", ".join(PARTS)})
        found = {}
        for name in PARTS:
            part = value.get(name) or ""
            if not isinstance(part, str):
                return super().take(field, part)
            if "\x00" in part:
                raise Wrong(_("There is a broken character here. Type the text again."))
            found[name] = self._part(name, part)
        return _filled(found)

    def _part(self, name: str, text: str) -> str:
        try:
            part = japanese.postal_code(text) if name == "postal_code" else japanese.fold(text)
        except Unclear as unclear:
            raise Wrong(unclear.reason) from unclear
        if len(part) > LONGEST_PART:
            raise Wrong(str(TOO_LONG) % {"longest": LONGEST_PART, "length": len(part)})
        return part

    def written(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        if not value:
            return ""
        return "〒" + APART.join(value.get(name, "") for name in PARTS)

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import postal

        if not value:
            return ""
        line = "".join(value.get(name, "") for name in PARTS[1:4])
        return " ".join(filter(None, (postal(value.get(PARTS[0])), line, value.get(PARTS[4]))))

    def searched(self, _field: Field, value: Any) -> str:
        return "".join(value.get(name, "") for name in PARTS[1:4]) if value else ""

    def sql(self, field: Field, data: str) -> str:
        value = f"{data} -> {literal(field.key)}"
        parts = " || ".join(f"coalesce({value} ->> '{name}', '')" for name in PARTS)
        return f"nullif({parts}, '')"

    def sql_written(self, field: Field, data: str) -> str:
        value = f"{data} -> {literal(field.key)}"
        apart = f" || '{APART}' || "
        parts = apart.join(f"coalesce({value} ->> '{name}', '')" for name in PARTS)
        return f"CASE WHEN jsonb_typeof({value}) = 'object' THEN '〒' || {parts} ELSE '' END"

    def schema(self, _field: Field) -> Json:
        return {
            "type": "object",
            "properties": {name: {"type": "string"} for name in PARTS},
            "additionalProperties": False,
        }


def _filled(parts: Mapping[str, str]) -> dict[str, str]:
    return {name: part for name, part in parts.items() if part}
