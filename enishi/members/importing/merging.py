"""What a staged row (``s``) makes of a member (``m``), as SQL.

An empty cell changes nothing. A name or an address that comes from one cell is replaced as a
whole, so that an old building never stays behind a new street. ``t`` is the row's member type.
"""

from collections.abc import Sequence
from dataclasses import dataclass

TEXTS = (
    "kind",
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "former_name",
    "organisation_name",
    "organisation_name_kana",
    "gender",
    "language",
    "email",
    "phone",
    "mobile",
    "postal_code",
    "prefecture",
    "city",
    "address_line",
    "building",
    "country",
    "source",
    "note",
)
DATES = ("birth_date", "joined_on", "left_on", "deceased_on")
GROUPS = (
    ("prefecture", "city", "address_line", "building"),
    ("family_name", "given_name"),
    ("family_name_kana", "given_name_kana"),
)
MEMBERSHIP = ("type_id", "status", "joined_on", "left_on")  # what periods are made of


@dataclass(frozen=True)
class Change:
    """For one column of the member: its value after the import, and whether that differs."""

    column: str
    value: str
    differs: str


@dataclass(frozen=True)
class Merge:
    """The columns that a plan can change. ``whole``: staged names that came from one cell."""

    columns: frozenset[str]
    whole: frozenset[str]
    key_is_number: bool

    def changes(self) -> list[Change]:
        found = [self._text(name) for name in TEXTS if name in self.columns]
        found += [
            Change(
                name,
                f"coalesce(s.{name}, m.{name})",
                f"(s.{name} IS NOT NULL AND s.{name} IS DISTINCT FROM m.{name})",
            )
            for name in (*DATES, "owner_id")
            if name in self.columns
        ]
        if "number" in self.columns and not self.key_is_number:
            found.append(self._text("number"))
        if "member_type" in self.columns:
            found.append(
                Change(
                    "type_id",
                    "coalesce(t.id, m.type_id)",
                    "(s.member_type <> '' AND t.id IS DISTINCT FROM m.type_id)",
                )
            )
        if "data" in self.columns:
            merged = "(m.data || jsonb_strip_nulls(s.data))"
            found.append(Change("data", merged, f"{merged} <> m.data"))
        if status := self.status():
            found.append(status)
        return found

    def status(self) -> Change | None:
        """Status follows the status cell, else the day of leaving where that is new.

        The periods have the last word (``moving``); this is what a dry run shows.
        """
        left = (
            "s.left_on IS NOT NULL AND s.left_on <= %(today)s::date"
            " AND s.left_on IS DISTINCT FROM m.left_on"
        )
        value = "m.status"
        if "left_on" in self.columns:
            value = f"CASE WHEN {left} THEN 'left' ELSE {value} END"
        if "status" in self.columns:
            value = f"coalesce({self.told_status()}, {value})"
        return None if value == "m.status" else Change("status", value, f"{value} <> m.status")

    def told_status(self) -> str:
        """The status cell. One that a day to come will make true tells nothing about today."""
        if "status" not in self.columns:
            return "NULL::text"
        later = "false"
        if "joined_on" in self.columns:
            later = (
                "s.status IN ('active', 'suspended')"
                " AND coalesce(s.joined_on, m.joined_on) > %(today)s::date"
            )
        if "left_on" in self.columns:
            later += " OR s.status = 'left' AND coalesce(s.left_on, m.left_on) > %(today)s::date"
        return f"CASE WHEN {later} THEN NULL ELSE nullif(s.status, '') END"

    def differs(self) -> str:
        """Whether anything of the member changes; never NULL."""
        tests = [f"coalesce({change.differs}, false)" for change in self.changes()]
        return " OR ".join(tests) or "false"

    def _text(self, name: str) -> Change:
        group = self._group(name)
        if not group:
            return Change(
                name,
                f"coalesce(nullif(s.{name}, ''), m.{name})",
                f"(s.{name} <> '' AND s.{name} <> m.{name})",
            )
        given = "concat(" + ", ".join(f"s.{part}" for part in group) + ") <> ''"
        new = f"coalesce(s.{name}, '')"
        return Change(
            name,
            f"CASE WHEN {given} THEN {new} ELSE m.{name} END",
            f"({given} AND {new} <> m.{name})",
        )

    def _group(self, name: str) -> Sequence[str]:
        for group in GROUPS:
            if name in group and name in self.whole:
                return group
        return ()
