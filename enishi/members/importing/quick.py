"""Whole columns at once, where what a reader would say is plain. Null means: ask the reader.

Each function promises to agree with its reader in ``core.japanese`` wherever it is not null; a
property test holds that.
"""

import polars as pl

# What str.isprintable() refuses, besides a space at an end or two in a row.
_UNTIDY = r"[\p{C}]|[\p{Z}--[ ]]|^ | $|  |\x{fffd}"


def text(column: pl.Series) -> list[pl.Series]:
    """Like fold, for text that is tidy already."""
    tidy = (_X.str.normalize("NFKC") == _X) & ~_X.str.contains(_UNTIDY)
    return _of(column, pl.when(tidy).then(_X))


def _of(column: pl.Series, *answers: pl.Expr) -> list[pl.Series]:
    frame = column.alias("x").to_frame()
    return frame.select(answer.alias(f"a{i}") for i, answer in enumerate(answers)).get_columns()


_X = pl.col("x")
_FOLDED = _X.str.normalize("NFKC").str.strip_chars(" ")
_DASH = r"[-‐‑‒–—―−ー─]"


def date(column: pl.Series) -> list[pl.Series]:
    """Like date, for empty cells and days written as ISO 8601 has them."""
    iso = _X.str.contains(r"^(?:19|20)\d\d-\d\d-\d\d$")
    day = pl.when(iso).then(_X).otherwise(None).str.to_date("%Y-%m-%d", strict=False)
    return _of(column, day)


def email(column: pl.Series) -> list[pl.Series]:
    """Like email, for addresses in any width and case."""
    low = _FOLDED.str.to_lowercase()
    fits = low.str.contains(
        r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
        r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$"
    )
    short = (low.str.len_bytes() <= 254) & ~low.str.starts_with("mailto:")
    return _of(column, pl.when((_X == "") | (fits & short)).then(low))


def phone(column: pl.Series) -> list[pl.Series]:
    """Like phone, for Japanese numbers with or without hyphens, brackets and first zero."""
    plain = _FOLDED.str.contains(rf"^\(?\d[\d() ]*(?:{_DASH}?[\d() ]+)*$")
    digits = _FOLDED.str.replace_all(rf"[() ]|{_DASH}", "")
    with_zero = pl.when(digits.str.starts_with("0")).then(digits).otherwise("0" + digits)
    fixed = with_zero.str.contains(r"^0[1-9]\d{8}$") & ~with_zero.str.contains(r"^0[5789]0")
    mobile = with_zero.str.contains(r"^0[1-9]0\d{8}$")
    return _of(
        column,
        pl.when(_X == "").then(pl.lit("")).when(plain & (fixed | mobile)).then(with_zero),
    )


def postal_code(column: pl.Series) -> list[pl.Series]:
    """Like postal_code, for seven digits (or six without the zero) and an optional hyphen."""
    fits = _FOLDED.str.contains(rf"^〒? ?\d{{3}}{_DASH}?\d{{4}}$|^\d{{2}}{_DASH}?\d{{4}}$")
    digits = _FOLDED.str.replace_all(r"\D", "").str.zfill(7)
    exists = digits.str.contains(r"^(?:0[1-9]|[1-9])\d+$")
    return _of(column, pl.when(_X == "").then(pl.lit("")).when(fits & exists).then(digits))


_NAME = r"^([\p{Han}々ヶぁ-んァ-ヺー]+)[ \u{3000}]+([\p{Han}々ヶぁ-んァ-ヺー]+)$"
_NOT_A_NAME = r"会社|法人|協会|組合|商店|工業|商事|学校|大学|財団|社団|旧姓|(?:様|殿|さん|氏|先生)$|[\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}\u{2e80}-\u{2fdf}]"


def name(column: pl.Series) -> list[pl.Series]:
    """Like person_name, for two Japanese words with a space of any width between them."""
    fits = _X.str.contains(_NAME) & ~_X.str.contains(_NOT_A_NAME)
    return _of(
        column,
        pl.when(fits).then(_X.str.extract(_NAME, 1)),
        pl.when(fits).then(_X.str.extract(_NAME, 2)),
    )
