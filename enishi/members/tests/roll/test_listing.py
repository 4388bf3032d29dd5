from datetime import date

import pytest
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils.translation import override

from enishi.core import clock
from enishi.core.pages import BadCursor, capped_count
from enishi.members import actions, search
from enishi.members.listing import SORTS, Listing, counting, listing
from enishi.members.models import Member

from .conftest import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(hanako, taro, jiro, aoi, sato):
    actions.put_tag(hanako, actions.tag_named("役員", by=sato), by=sato)
    actions.change(hanako, {"owner": "sato@example.jp"}, by=sato)
    return {"hanako": hanako, "taro": taro, "jiro": jiro, "aoi": aoi}


def names(cast, **params):
    asked = Listing(params)
    assert not asked.problems, asked.problems
    got = asked.page()
    assert asked.count().value == len(got.items)
    assert set(got.items) == set(asked.rows)
    return {name for name, member in cast.items() if member in got.items}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, "hanako taro jiro aoi"),
        ({"status": "active"}, "hanako aoi"),
        ({"status": ["left", "suspended"]}, "taro jiro"),
        ({"status": "left,suspended"}, "taro jiro"),
        ({"member_type": "正会員"}, "hanako taro"),
        ({"tag": "役員"}, "hanako"),
        ({"owner": "none"}, "taro jiro aoi"),
        ({"owner": "佐藤"}, "hanako"),
        ({"kind": "organisation"}, "aoi"),
        ({"prefecture": "宮城県"}, "hanako"),
        ({"city": "青葉"}, "hanako"),
        ({"city_is": "仙台市青葉区"}, "hanako"),
        ({"city_is": "青葉"}, ""),
        ({"city_empty": "yes"}, "taro jiro aoi"),
        ({"city_empty": "no"}, "hanako"),
        ({"phone": "03-1234"}, "taro"),
        ({"email": "ＨＡＮＡＫＯ"}, "hanako"),
        ({"family_name_kana": "ﾀﾅ"}, "taro"),
        ({"joined_on_from": "2020/1/1"}, "hanako aoi"),
        ({"joined_on_to": "H30.12.31"}, "taro"),
        ({"joined_on_from": "2019-04-15", "joined_on_to": "2019-04-15"}, "jiro"),
        ({"left_on_from": "2024-01-01", "sort": "-left_on"}, "taro"),
        ({"birth_month": "4"}, "hanako"),
        ({"birth_month": "5"}, ""),
        ({"age_from": "41", "age_to": "41"}, "hanako"),
        ({"age_from": "42"}, ""),
        ({"age_to": "40"}, ""),
        ({"has_email": "yes"}, "hanako aoi"),
        ({"has_email": "no"}, "taro jiro"),
        ({"search": "やまだ", "status": "active"}, "hanako"),
        ({"search": "やまだ", "status": "left"}, ""),
        ({"as_of": "2018-10-01"}, "taro"),
        ({"as_of": "2018-09-30"}, ""),
        ({"as_of": "2024-03-31"}, "hanako taro jiro aoi"),
        ({"as_of": "2024-04-01"}, "hanako jiro aoi"),
        ({"as_of": "2024-04-01", "status": "left"}, "taro"),
        ({"as_of": "2025-07-31", "status": "suspended"}, ""),
        ({"as_of": "2025-08-01", "status": "suspended"}, "jiro"),
        ({"as_of": "2024-03-31", "member_type": "正会員"}, "hanako taro"),
    ],
)
def test_filters(cast, params, expected):
    assert names(cast, **params) == set(expected.split())


def test_own_fields_are_filters_too(cast, sato):
    for label, kind in [
        ("年会費", "money"), ("DM", "boolean"), ("趣味", "text"), ("入金日", "date"),
    ]:  # fmt: skip
        actions.add_field(label_ja=label, type=kind, by=sato)
    actions.add_field(label_ja="部会", type="choices", choices=["東", "西"], by=sato)
    own = {"年会費": 5000, "DM": True, "趣味": "音楽", "入金日": "2026-04-01", "部会": ["東"]}
    actions.change(cast["hanako"], {"data": own}, by=sato)
    assert names(cast, **{"data.年会費_from": "5,000円"}) == {"hanako"}
    assert names(cast, **{"data.年会費_from": "5001"}) == set()
    assert names(cast, **{"data.DM": "yes"}) == {"hanako"}
    assert names(cast, **{"data.趣味": "音"}) == {"hanako"}
    assert names(cast, **{"data.趣味_empty": "yes"}) == {"taro", "jiro", "aoi"}
    assert names(cast, **{"data.入金日_to": "R8.4.1"}) == {"hanako"}
    assert names(cast, **{"data.部会": "東"}) == {"hanako"}
    assert names(cast, **{"data.部会": "西"}) == set()


def test_the_roster_shows_status_and_type_of_its_day(cast, student, sato):
    actions.change_type(cast["hanako"], to=student, on=date(2026, 11, 21), by=sato)
    then = {m.pk: m for m in Listing({"as_of": "2024-03-31"}).page().items}
    assert then[cast["taro"].pk].status == "active"
    assert then[cast["hanako"].pk].type.name == "正会員"
    now = {m.pk: m for m in Listing({}).page().items}
    assert now[cast["hanako"].pk].type.name == "学生会員"


def test_filters_are_said_in_words(cast):
    with override("en"):
        said = Listing(QueryDict("status=active&status=left&joined_on_from=2020-01-01")).said
        assert [(str(s.label), s.relation, s.value) for s in said] == [
            ("Status", "is", "Active、Left"),
            ("Joined", "is in", "Jan. 1, 2020 –"),
        ] or said[1].value.endswith("2020 –")
    assert said[1].params == ("joined_on_from", "joined_on_to")


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"status": "nonsense"}, "status"),
        ({"joined_on_from": "never"}, "joined_on_from"),
        ({"age_from": "old"}, "age_from"),
        ({"as_of": "昭和66年1月1日"}, "as_of"),
        ({"sort": "nonsense"}, "sort"),
        ({"has_email": "maybe"}, "has_email"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_sentence(cast, params, name):
    asked = Listing(params)
    assert set(asked.problems) == {name}
    assert len(asked.page().items) == 4


@pytest.fixture(scope="class")
def many(shared):
    @clock.at(TODAY)
    def build():
        for i in range(23):
            actions.add(
                {
                    "family_name": f"田中{'甲乙丙丁'[i % 4]}",
                    "family_name_kana": ["", "ア", "イ", "ウ"][i % 4],
                    "member_type": "学生会員" if i % 3 else "正会員",
                    "birth_date": f"1980-01-{i + 1:02}" if i % 2 else None,
                    "joined_on": "2020-04-01" if i % 5 else None,
                    "left_on": "2024-04-01" if i % 7 == 1 else None,
                },
                by=None,
            )

    with shared(build):
        yield


class TestPages:
    @pytest.mark.parametrize("sort", [*SORTS, *(f"-{key}" for key in SORTS)])
    @pytest.mark.parametrize("more", [{}, {"search": "田中"}, {"as_of": "2022-01-01"}])
    def test_every_sort_leads_through_everybody_and_back(self, many, sort, more):
        whole = list(Listing({"sort": sort, **more}).rows)
        seen, cursor, pages = [], "", []
        while True:
            got = Listing({"sort": sort, **more}).page(cursor=cursor, limit=5)
            seen += got.items
            pages.append(got)
            if not got.next:
                break
            cursor = got.next
        assert seen == whole
        assert len({m.pk for m in seen}) == len(seen)
        back = Listing({"sort": sort, **more}).page(cursor=pages[-1].previous, limit=5)
        assert back.items == pages[-2].items

    def test_a_page_from_nearby_is_the_same_page(self, many, monkeypatch):
        usual = Listing({"search": "田中乙"}).page(limit=3)
        monkeypatch.setattr(listing, "MANY", 0)
        for nearby in ((1, 2), (1, 100)):
            monkeypatch.setattr(listing, "NEARBY", nearby)
            got = Listing({"search": "田中乙"}).page(limit=3)
            assert (got.items, got.next) == (usual.items, usual.next)
            second = Listing({"search": "田中乙"}).page(cursor=got.next, limit=3)
            assert second.items[0] not in got.items

    def test_counts_beyond_the_cap_are_estimates(self, many, monkeypatch):
        monkeypatch.setattr(counting, "capped_count", lambda rows: capped_count(rows, 3))
        got = Listing({"status": "active"})
        got.page(limit=2)
        assert not got.count().exact
        assert got.count().value >= 3

    def test_a_count_that_takes_too_long_is_given_up(self, many, monkeypatch):
        monkeypatch.setattr(counting, "CHEAP", 0)
        monkeypatch.setattr(counting, "PATIENCE", 60_000)
        assert counting.quick_count(Member.objects.all()).exact
        monkeypatch.setattr(counting, "PATIENCE", 1)
        slow = Member.objects.filter(RawSQL("pg_sleep(0.01) IS NOT NULL", (), BooleanField()))
        assert counting.quick_count(slow) is None
        assert Member.objects.count() == 23
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() != ("1ms",)

    def test_the_bin_is_not_counted(self, many, sato):
        actions.delete(Member.objects.first(), by=sato)
        got = Listing({"search": "田中"})
        got.page(limit=5)
        assert (got.count().value, got.count().exact) == (22, True)

    def test_common_searches_are_counted_if_that_is_quick(self, many, monkeypatch):
        monkeypatch.setattr(search, "MOST", 2)
        got = Listing({"search": "田中"})
        assert len(got.page(limit=5).items) == 5
        assert (got.count().value, got.count().exact) == (23, True)

    def test_the_statistics_know_what_is_very_common(self, many, monkeypatch):
        monkeypatch.setattr(search, "_known", lambda: (1_000_000, {"田中": 0.5}))
        got = Listing({"search": "田中"})
        assert len(got.page(limit=5).items) == 5
        assert not got.count().exact
        assert got.count().value >= 5

    def test_a_cursor_of_another_list_is_refused(self, many):
        cursor = Listing({"sort": "kana"}).page(limit=5).next
        with pytest.raises(BadCursor):
            Listing({"sort": "number"}).page(cursor=cursor)

    @pytest.mark.parametrize(
        ("params", "most"),
        [({}, 5), ({"search": "田中"}, 9), ({"as_of": "2022-01-01"}, 6)],  # how common is 田中?
    )
    def test_as_many_queries_for_fifty_rows_as_for_one(
        self, many, params, most, django_assert_max_num_queries
    ):
        for limit in (1, 20):
            asked = Listing(params)
            with django_assert_max_num_queries(most):
                for member in asked.page(limit=limit).items:
                    str(member.type), str(member.owner)
                asked.count()


def test_a_town_is_found_in_any_width(cast):
    hanako = cast["hanako"]
    Member.objects.filter(pk=hanako.pk).update(address_line="西６条北1-2-7")
    for asked in (
        {"address_line": "西6条"},
        {"address_line": "西６条"},
        {"address_line_is": "西6条北1-2-7"},
        {"rule": '{"field": "address_line", "op": "contains", "value": "6条"}'},
        {"rule": '{"field": "address_line", "op": "eq", "value": "西6条北１－2-7"}'},
    ):
        assert list(Listing(asked).rows) == [hanako], asked
