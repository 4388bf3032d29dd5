"""Whole columns at once, where what a reader would say is plain. Null means: ask the reader.

Each function promises to agree with its reader in ``core.japanese`` wherever it is not null; a
property test holds that.
"""

import datetime as dt

import polars as pl

from enishi.core.japanese.dates import ERAS

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
_ISO = r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"
_DAY = (
    r"^(?:[0-9]{4}|(?:明治|大正|昭和|平成|令和|[MTSHR])(?:元|[0-9]{1,2}))"
    r"(?:年[0-9]{1,2}月[0-9]{1,2}日|/[0-9]{1,2}/[0-9]{1,2}|-[0-9]{1,2}-[0-9]{1,2}"
    r"|\.[0-9]{1,2}\.[0-9]{1,2})$"
)
_PARTS = r"^(?P<era>[^0-9元]*)(?P<y>元|[0-9]{1,4})[^0-9](?P<m>[0-9]{1,2})[^0-9](?P<d>[0-9]{1,2})"
_SERIAL = r"^[1-7][0-9]{4}$"
_ERA_OF_SIGN = {era: era for era in ERAS} | dict(zip("MTSHR", ERAS, strict=True))


def date(column: pl.Series) -> list[pl.Series]:
    """Like date, for Western days, 和暦 and day numbers in their usual writings."""
    iso = pl.when(_X.str.contains(_ISO)).then(_X).str.to_date("%Y-%m-%d", strict=False)
    found = column.alias("x").to_frame().select("x", iso.alias("day")).with_row_index()
    rest = found.filter(pl.col("day").is_null() & (_X != "")).select("index", x=_FOLDED)
    if rest.height:
        found = found.update(_dated(rest), on="index")
    return [found["day"]]


def _dated(rest: pl.DataFrame) -> pl.DataFrame:
    serial = pl.date(1899, 12, 30) + pl.duration(
        days=pl.when(_X.str.contains(_SERIAL)).then(_X).cast(pl.Int64)
    )
    parts = pl.when(_X.str.contains(_DAY)).then(_X).str.extract_groups(_PARTS)
    rest = rest.select("index", serial.alias("serial"), parts.alias("parts")).unnest("parts")
    eras = pl.DataFrame(
        {
            "era": list(_ERA_OF_SIGN),
            "before": [ERAS[era][0].year - 1 for era in _ERA_OF_SIGN.values()],
            "first": [max(ERAS[era][0], dt.date(1873, 1, 1)) for era in _ERA_OF_SIGN.values()],
            "last": [min(ERAS[era][1], dt.date(2199, 12, 31)) for era in _ERA_OF_SIGN.values()],
        }
    )
    rest = rest.join(eras, on="era", how="left", maintain_order="left")
    number = pl.when(pl.col("y") == "元").then(pl.lit("1")).otherwise(pl.col("y")).cast(pl.Int32)
    year = (number + pl.col("before").fill_null(0)).cast(pl.String)
    written = pl.concat_str(
        [year.str.zfill(4), pl.col("m").str.zfill(2), pl.col("d").str.zfill(2)], separator="-"
    )
    day = written.str.to_date("%Y-%m-%d", strict=False)
    rest = rest.with_columns(day=day)
    within = pl.col("day").is_between(
        pl.col("first").fill_null(dt.date(1868, 1, 1)),
        pl.col("last").fill_null(dt.date(2199, 12, 31)),
    )
    certain = within & (pl.col("y") != "0") & (pl.col("y") != "00")
    return rest.select("index", day=pl.when(certain).then(pl.col("day")).otherwise("serial"))


def email(column: pl.Series) -> list[pl.Series]:
    """Like email, for addresses in any width and case."""
    low = _FOLDED.str.to_lowercase()
    fits = low.str.contains(
        r"^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,}$"
    )
    short = (low.str.len_bytes() <= 63) & ~low.str.starts_with("mailto:")
    return _of(column, pl.when((_X == "") | (fits & short)).then(low))


def phone(column: pl.Series) -> list[pl.Series]:
    """Like phone, for Japanese numbers with or without hyphens, brackets and first zero."""
    plain = _FOLDED.str.contains(r"^[0-9(][0-9() ー-]+$")
    digits = _FOLDED.str.replace_all(r"[() ー-]", "")
    with_zero = pl.when(digits.str.starts_with("0")).then(digits).otherwise("0" + digits)
    japanese = with_zero.str.contains(r"^0(?:[1-9]0[0-9]{8}|[1-9][1-9][0-9]{7}|[12346]0[0-9]{7})$")
    return _of(column, pl.when(_X == "").then(pl.lit("")).when(plain & japanese).then(with_zero))


def postal_code(column: pl.Series) -> list[pl.Series]:
    """Like postal_code, for seven digits (or six without the zero) and an optional hyphen."""
    fits = _FOLDED.str.contains(r"^(?:〒? ?[0-9]{3}[ー-]?[0-9]{4}|[0-9]{2}-?[0-9]{4})$")
    digits = _FOLDED.str.replace_all(r"[^0-9]", "").str.zfill(7)
    exists = digits.str.contains(r"^(?:0[1-9]|[1-9])[0-9]+$")
    return _of(column, pl.when(_X == "").then(pl.lit("")).when(fits & exists).then(digits))


_KANA = r"^([ｦ-ﾟァ-ヺぁ-ゖー]+)[ \u{3000}]+([ｦ-ﾟァ-ヺぁ-ゖー]+)$"


def two_words_of_kana(column: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Family and given name as they are written; null unless there are two words of kana."""
    family, given = _of(column, _X.str.extract(_KANA, 1), _X.str.extract(_KANA, 2))
    return family, given


_ADDRESS = (
    r"^(?P<head>[\p{Han}ぁ-ゖァ-ヺー々ヶ]{4,30})(?P<a>[1-9][0-9]{0,4})"
    r"(?:(?:丁目|[ー-])(?P<b>[1-9][0-9]{0,3}))?(?:(?:番地?の?|[ー-])(?P<c>[1-9][0-9]{0,3}))?"
    r"(?:番地?|号|丁目)?(?: (?P<building>[\p{Han}ぁ-ゖァ-ヺA-Za-z][\p{Han}ぁ-ゖァ-ヺA-Za-z0-9ー ]*))?$"
)


def plain_address(column: pl.Series) -> pl.DataFrame:
    """``head`` before the first digit, ``block`` like 1-2-3, ``building``; null: not so plain.

    Follows ``core.japanese.blocks`` where nothing unusual stands behind the numbers.
    """
    folded = _FOLDED.str.replace_all("  +", " ")
    parts = column.alias("x").to_frame().select(folded.str.extract_groups(_ADDRESS)).unnest("x")
    block = pl.concat_str(["a", "b", "c"], separator="-", ignore_nulls=True)
    return parts.select(
        "head",
        pl.when(pl.col("head").is_not_null()).then(block).alias("block"),
        pl.col("building").fill_null("").str.strip_chars_end(" "),
    )


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
