"""Which column goes where: proposed from headings, then from what stands in the cells.

A target is a field of the member, ``name``, ``kana`` or ``address`` (split into parts),
``data.<key>`` for an own field that exists, ``new.<type>`` for one to be made with the column's
heading as its label, or ``ignore``.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from enishi.members.fields import (
    GROUP_OF,
    OWN,
    TYPES,
    editable_fields,
    fields_of,
    type_of,
    visible_fields,
)
from enishi.members.fields.headings import fields_by_heading, folded, headings_of_members
from enishi.members.models import Field

from .guessing import guess, guess_type, says_kind
from .headers import ADDRESS, IGNORE, KANA, NAME, meanings, weak_meaning
from .refusals import WrongMapping

JOINED_TOGETHER = {ADDRESS, "prefecture", "city", "address_line", "building", "note"}
PARTS = {
    NAME: ("family_name", "given_name"),
    KANA: ("family_name_kana", "given_name_kana"),
    ADDRESS: ("prefecture", "city", "address_line", "building"),
}
TARGETS = (
    "number",
    "kind",
    "member_type",
    "status",
    NAME,
    "family_name",
    "given_name",
    KANA,
    "family_name_kana",
    "given_name_kana",
    "former_name",
    "organisation_name",
    "organisation_name_kana",
    "gender",
    "birth_date",
    "language",
    "email",
    "phone",
    "mobile",
    "postal_code",
    ADDRESS,
    "prefecture",
    "city",
    "address_line",
    "building",
    "country",
    "owner",
    "source",
    "joined_on",
    "left_on",
    "deceased_on",
    "note",
    IGNORE,
)


NEW_TYPES = tuple(
    key for key, kind in TYPES.items() if kind.may_be_typed and key != Field.Type.RECORD
)


def propose(
    header: Sequence[str], samples: Sequence[Sequence[str]], by: Any = None
) -> dict[str, str]:
    """A target for every column (by its index as text), from headings and sample rows.

    Fields that ``by`` may not change are not among them.

    Headings are believed first; what they leave open is guessed from the cells, and what is
    still open becomes a new own field (or, without any value, is ignored).
    """
    own = own_fields(by)
    values = [_values(samples, i) for i in range(len(header))]
    found: list[str] = []
    for heading, cells in zip(header, values, strict=True):
        target = own.get(folded(heading)) or _meant(meanings(heading), cells)
        found.append(target if target in JOINED_TOGETHER or target not in found else "")
        if target == IGNORE:
            found[-1] = IGNORE
    for i, heading in enumerate(header):
        if not found[i] and (target := weak_meaning(heading)) and _is_free(target, found):
            found[i] = target
    _settle(found, values)
    for i, cells in enumerate(values):
        if not found[i] and (target := guess(cells)) and _is_free(target, found):
            found[i] = target
    _settle(found, values)
    for i, heading in enumerate(header):
        if not found[i]:
            found[i] = f"new.{guess_type(values[i], heading)}" if heading and values[i] else IGNORE
    closed = closed_targets(by)
    return {str(i): IGNORE if target in closed else target for i, target in enumerate(found)}


def check(mapping: Mapping[str, str], header: Sequence[str], by: Any = None) -> None:
    """Raise WrongMapping unless every target is known and used at most once where it must."""
    own = set(own_fields(by).values())
    closed = closed_targets(by)
    types = {f"new.{value}" for value in NEW_TYPES}
    seen: dict[str, str] = {}
    for index, target in mapping.items():
        if not index.isdecimal() or int(index) >= len(header):
            raise WrongMapping(_("There is no column number %(index)s.") % {"index": index})
        known = target in TARGETS or target in own or target in types
        if not known or target in closed:
            raise WrongMapping(
                _("“%(target)s” is not a field. Choose one from the list.") % {"target": target}
            )
        if target == IGNORE or target in types or target in JOINED_TOGETHER:
            continue
        if target in seen:
            raise WrongMapping(
                _("“%(one)s” and “%(other)s” both go into the same field. Choose one of them.")
                % {"one": header[int(seen[target])], "other": header[int(index)]}
            )
        seen[target] = index
    for whole in (NAME, KANA):
        if whole in seen and any(part in seen for part in PARTS[whole]):
            raise WrongMapping(
                _("A column with the whole name and columns with its parts exclude each other.")
            )


def closed_targets(by: Any = None) -> frozenset[str]:
    """The targets for built-in fields that ``by`` may not change, or not all parts of."""
    closed = GROUP_OF.keys() - editable_fields(by).keys()
    return frozenset(closed | {whole for whole, parts in PARTS.items() if closed & {*parts}})


def tells_hidden(mapping: Mapping[str, str], by: Any = None, table: str = "") -> bool:
    """Whether the columns of a list hold fields of members (with ``table``: of that database) that
    ``by`` may not see."""
    seen = visible_fields(by, table, retired=True)
    parts = {part for target in mapping.values() for part in PARTS.get(target, (target,))}
    return any(part not in seen for part in parts if part in GROUP_OF or part.startswith(OWN))


def _meant(targets: Sequence[str], cells: Sequence[str]) -> str:
    """The first of ``targets`` that the cells agree with."""
    if len(targets) > 1 and targets[0] == "kind" and not says_kind(cells):
        return targets[1]
    return targets[0] if targets else ""


def own_fields(by: Any = None) -> dict[str, str]:
    """Folded label or key of each own field → its target; of a file or computed one: ignored."""
    may_edit, seen = editable_fields(by), visible_fields(by)
    known = fields_by_heading(fields_of(), headings_of_members())
    return {
        word: f"{OWN}{field.key}"
        if type_of(field).may_be_typed and f"{OWN}{field.key}" in may_edit
        else IGNORE
        for word, field in known.items()
        if f"{OWN}{field.key}" in seen
    }


def _values(samples: Sequence[Sequence[str]], index: int) -> list[str]:
    cells = (row[index].strip() for row in samples if index < len(row))
    return [cell for cell in cells if cell]


def _is_free(target: str, found: Sequence[str]) -> bool:
    if target in found:
        return False
    if target in PARTS and any(part in found for part in PARTS[target]):
        return False
    return not any(target in parts and whole in found for whole, parts in PARTS.items())


def _settle(found: list[str], values: Sequence[Sequence[str]]) -> None:
    """Make headings that mean different things beside each other agree."""
    if NAME in found and "family_name" in found:  # 姓, 名前
        given = "given_name" not in found
        found[found.index(NAME)] = "given_name" if given else IGNORE
    if KANA in found and "family_name_kana" in found:
        given = "given_name_kana" not in found
        found[found.index(KANA)] = "given_name_kana" if given else IGNORE
    for part, whole in (("given_name", NAME), ("given_name_kana", KANA)):
        if part in found and f"family_name{part[10:]}" not in found and whole not in found:
            found[found.index(part)] = whole  # 名 alone
    split = "prefecture" in found or "city" in found
    if "address_line" in found and not split and ADDRESS not in found:
        found[found.index("address_line")] = ADDRESS
    if "building" in found and ADDRESS not in found and "address_line" not in found and not split:
        found[found.index("building")] = ADDRESS
    if "phone" in found and "mobile" not in found:
        cells = values[found.index("phone")]
        if cells and all(_is_mobile(cell) for cell in cells):
            found[found.index("phone")] = "mobile"


def _is_mobile(cell: str) -> bool:
    digits = "".join(c for c in unicodedata.normalize("NFKC", cell) if c.isdigit())
    return digits.lstrip("0")[:2] in ("70", "80", "90") and len(digits.lstrip("0")) == 10
