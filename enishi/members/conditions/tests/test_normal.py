"""The normal form is the same in Python and in SQL, for any text."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enishi.core import japanese
from enishi.members.conditions import normal
from enishi.members.conditions.normal import normal_pattern, pattern, writings
from enishi.members.conditions.spellings import spellings

pytestmark = pytest.mark.django_db

known = st.characters(
    exclude_categories=["Cs", "Cn", "Co"], exclude_characters=["\x00"], max_codepoint=0x2FFFF
)
japanese_text = st.text(
    st.sampled_from("あいがヴゔゖヵゝゞァガｶﾞﾊﾟー㈱①Ａａ１ÉéΣσςЖж髙神神福福ﬁ…～〜゛か゛ゟヿ"),
    max_size=12,
)
both = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def in_sql(texts):
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_normal(t) FROM unnest(%s::text[]) AS t", [texts])
        return [row[0] for row in cursor.fetchall()]


@both
@given(st.lists(st.one_of(st.text(known, max_size=12), japanese_text), min_size=50, max_size=100))
def test_sql_and_python_agree(texts):
    assert in_sql(texts) == [normal(text) for text in texts]


def test_every_letter_of_the_basic_plane():
    letters = [
        chr(code)
        for code in range(1, 0x10000)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
    ]
    assert [
        (letter, found)
        for letter, found in zip(letters, in_sql(letters), strict=True)
        if normal(letter) != found
    ] == []


@both
@given(st.one_of(st.text(known, max_size=12), japanese_text))
def test_it_is_stable(text):
    assert normal(normal(text)) == normal(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾀﾅｶ", "たなか"),
        ("ｶﾞ", "が"),
        ("ＡＢＣ", "abc"),
        ("ÉCOLE", "école"),
        ("㈱あおい", "(株)アオイ"),
        ("１２", "12"),
        ("神", "神"),
    ],
)
def test_writings_of_the_same(one, other):
    assert normal(one) == normal(other)


def test_variants_of_a_kanji_are_different_letters():
    assert normal("髙橋") != normal("高橋")


@both
@given(japanese_text)
def test_writings_are_all_folded_texts_with_the_same_normal_form(text):
    folded = japanese.fold(text)
    wanted = normal(folded)
    found = writings(wanted)
    if found is not None:
        assert folded in found
        assert {normal(one) for one in found} <= {wanted}


@both
@given(japanese_text, japanese_text)
def test_a_pattern_finds_what_the_normal_form_holds(text, part):
    folded, wanted = japanese.fold(text), normal(part)
    expression = pattern(wanted)
    if expression is None:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [folded, expression])
        assert cursor.fetchone()[0] == (wanted in normal(folded))


def test_letters_of_a_pattern_change_but_not_its_syntax():
    assert normal_pattern(r"^た[ぁ-ん]+\D（１）．$") == r"^タ[ァ-ン]+\D\(1\)\.$"


@both
@given(st.one_of(st.text(known, max_size=4), japanese_text))
def test_every_spelling_is_found_and_no_other(text):
    wanted = normal(text)
    found = spellings(wanted)
    if found is None:  # too many, or marks that could change places
        return
    assert text in found
    assert {normal(one) for one in found} == {wanted}


@pytest.mark.parametrize(
    ("text", "also"),
    [
        ("看護師", []),
        ("長", ["⾧"]),
        ("タナカ", ["たなか", "ﾀﾅｶ", "㋟ナか"]),
        ("ガ", ["が", "ｶﾞ", "カ\u3099"]),
        ("(株)", ["㈱", "（株）"]),
        ("神", ["神"]),
    ],
)
def test_spellings_of_usual_words(text, also):
    found = spellings(text)
    assert {text, *also} <= set(found)
    assert set(in_sql(list(found))) == {text}


def test_latin_words_have_too_many_spellings():
    assert spellings("engineer") is None
