"""The search text of imported members, made in bulk."""

import polars as pl
from django.db import connection

from enishi.core.bulk import raw_cursor
from enishi.core.japanese import search_text
from enishi.members.search import words

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

    def of(self, frame: pl.DataFrame) -> pl.Series:
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
    names = ", ".join(f"m.{name}" for name in IN_ORDER)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE refreshed (id bigint, search text) ON COMMIT DROP")
        after = 0
        while True:
            cursor.execute(
                f"SELECT m.id, m.search, ARRAY(SELECT f.email::text FROM members_furtheremail f"
                f" WHERE f.member_id = m.id ORDER BY f.id) || ARRAY(SELECT l.number::text"
                " FROM members_member l WHERE l.merged_into_id = m.id ORDER BY l.id),"
                f" {names} FROM members_member m"
                " JOIN members_importchange c ON c.member_id = m.id"
                " WHERE c.of_id = %s AND m.id > %s ORDER BY m.id LIMIT 20000",
                [import_id, after],
            )
            found = cursor.fetchall()
            if not found:
                break
            after = found[-1][0]
            fresh = (
                (pk, old, words(**dict(zip(IN_ORDER, values, strict=True)), more=more))
                for pk, old, more, *values in found
            )
            with raw_cursor() as raw, raw.copy("COPY refreshed (id, search) FROM STDIN") as copy:
                for pk, old, new in fresh:
                    if old != new:
                        copy.write_row((pk, new))
        rewrite(cursor, "refreshed")
        cursor.execute("DROP TABLE refreshed")


def rewrite(cursor: object, source: str) -> None:
    """Take search texts from a table (id, search) into the members and their entries."""
    cursor.execute(  # type: ignore[attr-defined]
        f"UPDATE members_member m SET search = r.search FROM {source} r WHERE m.id = r.id"
    )
    cursor.execute(  # type: ignore[attr-defined]
        f"UPDATE members_searchentry e SET search = r.search FROM {source} r"
        " WHERE e.member_id = r.id"
    )
