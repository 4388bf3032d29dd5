"""The search text of imported members, made in bulk."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from django.db import connection

from enishi.core.bulk import raw_cursor
from enishi.core.japanese import search_text
from enishi.members.fields import type_of
from enishi.members.fields.types.choices import labels
from enishi.members.models import NAMES_STAY, Field
from enishi.members.search import own_words, searched_fields, words

from .cells import Cells

# As search.words lays them: family and given name stand together.
TOGETHER = (
    ("number",),
    ("family_name", "given_name"),
    ("family_name_kana", "given_name_kana"),
    ("former_name",),
    ("organisation_name",),
    ("organisation_name_kana",),
    ("email",),
    ("phone",),
    ("mobile",),
)
IN_ORDER = tuple(name for together in TOGETHER for name in together)
_MOSTLY_DIFFERENT = {"number", "email", "phone", "mobile"}


class SearchTexts:
    """Makes the column ``search`` of a staged frame; words that recur are folded once."""

    def __init__(self) -> None:
        self._cells = {
            name: Cells((name,), search_text, quick=_ascii if name in _MOSTLY_DIFFERENT else None)
            for name in IN_ORDER
        }
        self._own: dict[str, Cells] = {}

    def of(self, frame: pl.DataFrame, own: Mapping[str, Field]) -> pl.Series:
        """The search text of each row; ``own``: column → field, of which some are searched."""
        usual = self._usual(frame)
        texts = [
            self._searched(name, field, frame[name])
            for name, field in own.items()
            if field.in_search and name in frame.columns
        ]
        if not texts:
            return usual
        parts = pl.DataFrame([usual.alias("search"), *texts])
        return parts.select(
            pl.concat_str(pl.all().fill_null(""), separator=" ")
            .str.replace_all("  +", " ")
            .str.strip_chars(" ")
            .alias("search")
        ).to_series()

    def _searched(self, name: str, field: Field, column: pl.Series) -> pl.Series:
        kind = type_of(field)
        texts = column
        if column.dtype != pl.String:
            said = (None if v is None else kind.searched(field, v) for v in column.to_list())
            texts = pl.Series(name, list(said), dtype=pl.String)
        elif field.choices:
            known = labels(field)
            texts = column.replace(list(known), list(known.values()))
        cells = self._own.setdefault(name, Cells((name,), search_text))
        return cells.of(texts.fill_null(""))[0][0]

    def _usual(self, frame: pl.DataFrame) -> pl.Series:
        folded = {
            name: self._cells[name].of(frame[name].fill_null(""))[0][0]
            for name in IN_ORDER
            if name in frame.columns
        }
        if not folded:
            return pl.Series("search", [""] * frame.height, dtype=pl.String)
        parts = [
            pl.concat_str([pl.col(name) for name in together if name in folded])
            for together in TOGETHER
            if any(name in folded for name in together)
        ]
        joined = pl.concat_str(parts, separator=" ")
        return (
            pl.DataFrame(list(folded.values()))
            .select(joined.str.replace_all("  +", " ").str.strip_chars(" ").alias("search"))
            .to_series()
        )


def _ascii(column: pl.Series) -> list[pl.Series]:
    x = pl.col("x")
    return (
        column.alias("x")
        .to_frame()
        .select(pl.when(x.str.contains(r"^[!-~]*$")).then(x.str.to_lowercase()))
        .get_columns()
    )


def refresh_changed(import_id: int) -> None:
    """Make the search text of members anew that the import changed, and their search entries."""
    refresh(
        "m.id IN (SELECT c.member_id FROM members_importchange c WHERE c.of_id = %s)", [import_id]
    )


def refresh(where: str, params: Sequence[Any] = ()) -> int:
    """The same for members that fulfil the SQL ``where`` (alias ``m``); returns how many moved."""
    names = ", ".join(f"m.{name}" for name in IN_ORDER)
    moved = after = 0
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE refreshed (id bigint, search text) ON COMMIT DROP")
        while True:
            cursor.execute(
                f"SELECT m.id, m.search, m.data::text, ARRAY(SELECT f.email::text"
                " FROM members_furtheremail f WHERE f.member_id = m.id ORDER BY f.id)"
                " || ARRAY(SELECT l.number::text"
                " FROM members_member l WHERE l.merged_into_id = m.id ORDER BY l.id),"
                f" {names} FROM members_member m"
                f" WHERE m.id > %s AND ({where}) ORDER BY m.id LIMIT 20000",
                [after, *params],
            )
            found = cursor.fetchall()
            if not found:
                break
            after = found[-1][0]
            fresh = (
                (
                    pk,
                    old,
                    words(
                        **dict(zip(IN_ORDER, values, strict=True)),
                        more=[*more, *own_words(json.loads(data), own)],
                    ),
                )
                for own in [searched_fields()]
                for pk, old, data, more, *values in found
            )
            with raw_cursor() as raw, raw.copy("COPY refreshed (id, search) FROM STDIN") as copy:
                for pk, old, new in fresh:
                    if old != new:
                        copy.write_row((pk, new))
                        moved += 1
        rewrite(cursor, "refreshed")
        cursor.execute("DROP TABLE refreshed")
    return moved


def rewrite(cursor: object, source: str) -> None:
    """Take search texts from a table (id, search) into the members and their entries."""
    cursor.execute(  # type: ignore[attr-defined]
        f"UPDATE members_member m SET search = r.search, {NAMES_STAY} FROM {source} r"
        " WHERE m.id = r.id"
    )
    cursor.execute(  # type: ignore[attr-defined]
        f"UPDATE members_searchentry e SET search = r.search FROM {source} r"
        " WHERE e.member_id = r.id"
    )
