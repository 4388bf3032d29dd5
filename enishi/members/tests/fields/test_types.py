"""Every type of field: what is typed is kept clean, and what is written is read back the same."""

import contextlib
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from enishi.members.fields import TYPES, Wrong, type_of
from enishi.members.models import Field

from .conftest import CHOICES

pytestmark = pytest.mark.django_db


def field(kind: str, **said: Any) -> Field:
    said.setdefault("choices", CHOICES if kind in ("choice", "choices") else [])
    return Field(pk=1, key="k", label_ja="独自", type=kind, **said)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x00\ufffd"),
    max_size=30,
)
EARLY, LATE = datetime(1900, 1, 1), datetime(2190, 1, 1)  # noqa: DTZ001 - of any zone
VALUES = st.sampled_from([one["value"] for one in CHOICES])
ADDRESSES = st.fixed_dictionaries(
    {},
    optional={
        "postal_code": st.sampled_from(["9800011", "100-0001", ""]),
        "prefecture": WORDS,
        "city": WORDS,
        "address_line": WORDS,
        "building": WORDS,
    },
)
STORED: dict[str, st.SearchStrategy[Any]] = {
    "text": WORDS,
    "long_text": st.lists(WORDS, max_size=3).map("\n".join),
    "integer": st.integers(-(10**15) + 1, 10**15 - 1),
    "money": st.integers(-(10**15) + 1, 10**15 - 1),
    "decimal": st.decimals(-(10**9), 10**9, places=6),
    "date": st.dates(date(1900, 1, 1), date(2190, 1, 1)),
    "datetime": st.datetimes(EARLY, LATE, timezones=st.just(UTC)),
    "time": st.times(),
    "boolean": st.booleans(),
    "choice": VALUES,
    "choices": st.lists(VALUES, max_size=3),
    "email": st.sampled_from(["a@example.jp", "ＨＡＮＡ@Example.JP"]),
    "phone": st.sampled_from(["03-1234-5678", "+81 90 1234 5678", "+12125551234"]),
    "url": st.sampled_from(["example.jp", "https://example.jp/a?b=c#d", "http://日本語.jp/あ"]),
    "address": ADDRESSES,
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", list(STORED))
def test_what_is_written_is_read_back(kind, language):
    of, type_ = field(kind), TYPES[kind]

    @settings(max_examples=60, deadline=None)
    @given(STORED[kind])
    def check(value: Any) -> None:
        with translation.override(language):
            try:
                clean = type_.clean(of, value)
            except Wrong:
                return
            assert type_.clean(of, type_.written(of, clean)) == clean
            assert type_.clean(of, clean) == clean
            assert isinstance(type_.show(of, clean) if clean is not None else "", str)

    check()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", list(STORED))
def test_sql_writes_as_python_does(kind, language):
    import json

    of, type_ = field(kind), TYPES[kind]

    @settings(max_examples=25, deadline=None)
    @given(STORED[kind])
    def check(value: Any) -> None:
        with translation.override(language):
            try:
                clean = type_.clean(of, value)
            except Wrong:
                return
            data = json.dumps({} if clean is None else {"k": clean})
            statement = f"{type_.sql_written(of, 'd.data')}, {type_.sql(of, 'd.data')}"
            with connection.cursor() as cursor:
                cursor.execute("CREATE TEMPORARY TABLE IF NOT EXISTS d (data jsonb)", None)
                cursor.execute("TRUNCATE d", None)
                cursor.execute("INSERT INTO d VALUES (%s)", [data])
                cursor.execute(f"SELECT {statement}, {type_.sql_sort(of, 'd.data')} FROM d", None)
                text, value_, order = cursor.fetchone()
            assert text == type_.written(of, clean)
            assert (value_ is None) == (clean is None)
            assert order is not None

    check()


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " 電話は\r\n夜 ", "電話は\n夜"),
        ("integer", "１，２００", 1200),
        ("money", "1万2千円", 12000),
        ("decimal", "１２．５０", "12.5"),
        ("decimal", "-1,234.5", "-1234.5"),
        ("decimal", 0.1, "0.1"),
        ("decimal", 3, "3"),
        ("date", "令和8年4月1日", "2026-04-01"),
        ("datetime", "2026/4/1 14:30", "2026-04-01T05:30:00Z"),
        ("datetime", "令和8年4月1日 午後2時30分", "2026-04-01T05:30:00Z"),
        ("datetime", "2026-04-01T05:30:00Z", "2026-04-01T05:30:00Z"),
        ("datetime", "2026-04-01T14:30", "2026-04-01T05:30:00Z"),
        ("datetime", "2026-04-01", "2026-03-31T15:00:00Z"),
        ("time", "午後２時３０分", "14:30"),
        ("time", "9:05", "09:05"),
        ("time", "9時", "09:00"),
        ("boolean", "不可", False),
        ("boolean", "○", True),
        ("choice", "中（ふつう）", "m"),
        ("choice", "MEDIUM", "m"),
        ("choice", "s", "s"),
        ("choices", "大・特大、小", ["l", "s"]),
        ("choices", "小・中（ふつう）", ["s", "m"]),
        ("choices", ["Small", "l"], ["s", "l"]),
        ("email", "Ｈａｎａ@Example.jp", "hana@example.jp"),
        ("phone", "０３－１２３４－５６７８", "0312345678"),
        ("url", "example.jp/あ", "https://example.jp/あ"),
        (
            "address",
            "〒980-0011 宮城県仙台市青葉区上杉1-2-3",
            {
                "postal_code": "9800011",
                "prefecture": "宮城県",
                "city": "仙台市青葉区",
                "address_line": "上杉1-2-3",
            },
        ),
        ("address", {"city": "仙台市", "building": ""}, {"city": "仙台市"}),
        ("text", "", None),
        ("choices", [], None),
        ("address", {}, None),
    ],
)
def test_what_is_typed_and_what_is_kept(kind, typed, kept):
    assert TYPES[kind].clean(field(kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("integer", "1.5"),
        ("integer", True),
        ("integer", 10**15),
        ("money", "abc"),
        ("decimal", "1e5"),
        ("decimal", float("nan")),
        ("decimal", float("inf")),
        ("date", "昭和66年2月30日"),
        ("date", 5),
        ("datetime", "2026-02-30 10:00"),
        ("datetime", "2026-04-01 25:00"),
        ("datetime", "9999-12-31T23:59:59-12:00"),
        ("time", "24:00"),
        ("time", "12"),
        ("time", "午後12時"),
        ("boolean", "たぶん"),
        ("choice", "特"),
        ("choices", "小、巨大"),
        ("choices", [1]),
        ("email", "x"),
        ("phone", "12"),
        ("url", "javascript:alert(1)"),
        ("url", "just words"),
        ("address", {"planet": "x"}),
        ("address", 3),
        ("text", {"a": 1}),
        ("text", "a\x00b"),
        ("file", "x.pdf"),
        ("file", 12345),
        ("member", 12345),
        ("member", "M404"),
    ],
)
def test_what_cannot_be_is_told(kind, typed):
    with pytest.raises(Wrong) as wrong:
        TYPES[kind].clean(field(kind), typed)
    assert wrong.value.reason


def test_limits_are_told_in_words():
    of = field("integer", least=1, most=10)
    with pytest.raises(Wrong, match="1から10まで"):
        type_of(of).clean(of, 11)
    assert type_of(of).clean(of, 10) == 10
    late = field("date", least="2026-04-01")
    with pytest.raises(Wrong, match="2026年4月1日"):
        type_of(late).clean(late, "2026-03-31")
    short = field("text", longest=3)
    with pytest.raises(Wrong):
        type_of(short).clean(short, "あいうえ")
    coded = field("text", pattern="[A-Z]{2}[0-9]{4}", help="AB1234 のように書いてください。")
    assert type_of(coded).clean(coded, "AB1234") == "AB1234"
    with pytest.raises(Wrong, match="AB1234 のように"):
        type_of(coded).clean(coded, "ab1234")


def test_a_choice_that_is_nearly_right_gets_a_hint():
    names = ["正会員", "準会員", "学生会員", "賛助会員", "名誉会員", "特別会員"]
    of = field("choice", choices=[{"value": name, "label": name} for name in names])
    with pytest.raises(Wrong, match="学生会員"):
        type_of(of).clean(of, "学生会負")


def test_every_type_has_its_schema_and_explanation():
    for kind, type_ in TYPES.items():
        of = field(kind)
        assert isinstance(type_.schema(of), dict)
        assert str(type_.explained)
        assert type_.icon


@given(WORDS)
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_a_type(text):
    for kind, type_ in TYPES.items():
        if kind in ("computed", "member", "record"):
            continue
        with contextlib.suppress(Wrong):
            type_.clean(field(kind), text)
