from types import SimpleNamespace

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from enishi.core import jobs
from enishi.members import actions, search
from enishi.members.models import Member, SearchEntry, SearchPending

pytestmark = pytest.mark.django_db


def found(text):
    return set(Member.objects.present().search(text))


@pytest.mark.parametrize(
    "text",
    [
        "タナカ", "たなか", "ﾀﾅｶ", "田中", "田中 太", "田中　太郎", "田中太郎", "たなかたろう",
        "太 中", "中", "郎", "03-1234-5678", "０３（１２３４）５６７８", "(03)1234-5678",
        "1234-5678", "+81-3-1234-5678", "+81312345678", "345", "M2018", "m201800001", "ロ", "taro@",
        "TARO", "ｔａｒｏ＠ｅｘａｍｐｌｅ", "example.com", "aro", "兄", "たろう 田中 0312",
    ],
)  # fmt: skip
def test_any_part_in_any_writing(taro, hanako, sato, text):
    actions.change(
        taro, {"number": "M201800001", "email": "taro@example.com", "former_name": "兄部"}, by=sato
    )
    assert found(text) == {taro}


@pytest.mark.parametrize("text", ["髙橋", "高橋", "タカハシ"])
def test_variants_of_kanji_are_one(jiro, taro, text):
    assert found(text) == {jiro}


@pytest.mark.parametrize(
    "text", ["鈴木", "zq", "q", "ヴ", "田中 花子", "%", "_", "\\", "9999999", "|"]
)
def test_nobody(taro, hanako, text):
    assert found(text) == set()


def test_nothing_to_look_for_finds_everybody(taro, hanako):
    assert found("  ") == {taro, hanako}


def test_signs_alone_find_nobody_and_do_no_harm(taro):
    for text in ("\u200b", "'; DROP TABLE x; --", "(", "[", "\x00", "  \u3000", "a" * 10_000, "🦊"):
        found(text)


def test_companies_and_further_addresses(aoi, hanako, sato):
    assert found("あおい") == {aoi}
    assert found("soumu@aoi") == {aoi}
    row = actions.add_further_email(hanako, purpose="work", email="Yamada@Company.example", by=sato)
    assert found("yamada@comp") == {hanako}
    actions.delete_further_email(row, by=sato)
    assert found("yamada@comp") == set()


def test_whoever_waits_for_the_index_is_found_too(taro, hanako, run_jobs, monkeypatch):
    SearchEntry.objects.all().delete()
    SearchPending.objects.create(from_id=taro.pk, to_id=taro.pk)
    assert found("田中") == {taro}
    SearchPending.objects.create(from_id=taro.pk - 20, to_id=hanako.pk)  # in four steps
    monkeypatch.setattr(search, "STEP", 7)
    from enishi.members.jobs import index_search

    index_search.enqueue()
    run_jobs()
    assert not SearchPending.objects.exists()
    assert SearchEntry.objects.count() == 2
    assert found("田中") == {taro}
    assert jobs.PERIODIC["members.index_search"]


def test_the_index_job_does_not_undo_a_newer_edit(taro, sato):
    SearchPending.objects.create(from_id=taro.pk, to_id=taro.pk)
    actions.change(taro, {"family_name": "伊藤"}, by=sato)
    search.index_some(SearchPending.objects.get())
    assert found("伊藤") == {taro}
    assert SearchEntry.objects.get().search == Member.objects.get().search


def test_common_words_are_found_by_walking(taro, hanako, jiro, monkeypatch):
    monkeypatch.setattr(search, "MOST", 1)
    actions.add({"family_name": "田中", "given_name": "次郎"}, by=None)
    assert {m.given_name for m in found("田中")} == {"太郎", "次郎"}


def test_somebody_with_an_address_is_found_by_it(hanako):
    assert set(Member.objects.with_email("hanako@example.jp")) == {hanako}
    assert set(Member.objects.with_email("anako@example.jp")) == set()
    assert set(Member.objects.with_email("")) == set()


@given(st.text(alphabet="田中太アイー12ab@.𠮷 |々", max_size=20), st.data())
def test_a_part_has_no_gram_that_the_whole_lacks(text, data):
    text = search.words(family_name=text)
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    for term in part.split():
        with connection.cursor() as cursor:
            cursor.execute("SELECT members_grams(%s)", [text])
            assert search.grams(term) <= set(cursor.fetchone()[0])


def test_what_is_searched_is_what_the_model_holds(hanako):
    assert hanako.search == search.words(**{name: getattr(hanako, name) for name in search.COLUMNS})
    assert SimpleNamespace(**vars(hanako)).search.startswith("m2021")
