"""What fields hold to: required, unique, presets, formulas, search, indexes, and 500 of them."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from enishi.core import clock, jobs
from enishi.core.models import Job
from enishi.members import actions
from enishi.members.fields import fields_of
from enishi.members.fields.computing import recompute
from enishi.members.fields.indexes import (
    drop_indexes,
    ensure_index,
    finished_indexes,
    index_name,
    index_needed,
)
from enishi.members.importing import sentences
from enishi.members.importing.tests.lists import imported, reasons, started
from enishi.members.listing import Listing
from enishi.members.models import Field, Member

from .conftest import CHOICES

pytestmark = pytest.mark.django_db


def refused(values, member=None):
    with pytest.raises(actions.Invalid) as error:
        if member is None:
            actions.add({"family_name": "林", **values}, by=None)
        else:
            actions.change(member, values, by=None)
    return error.value.errors


def test_what_must_be_filled_in(made, hanako):
    made("text", required=True)
    assert set(refused({})) == {"data.text"}
    actions.change(hanako, {"data.text": "あり"}, by=None)
    assert set(refused({"data.text": ""}, hanako)) == {"data.text"}
    actions.change(hanako, {"note": "前からいる会員"}, by=None)


def test_what_is_preset(made):
    made("integer", default="３")
    made("boolean", default=False)
    made("choice", default="中（ふつう）")
    assert actions.add({"family_name": "林"}, by=None).data == {
        "integer": 3,
        "boolean": False,
        "choice": "m",
    }
    said = actions.add({"family_name": "林", "data": {"integer": ""}}, by=None)
    assert "integer" not in said.data


def test_no_two_alike(made, hanako, taro):
    made("text", unique=True)
    actions.change(hanako, {"data.text": "A1"}, by=None)
    actions.change(hanako, {"data.text": "A1", "note": "x"}, by=None)
    assert set(refused({"data.text": "A1"}, taro)) == {"data.text"}
    assert set(refused({"data.text": "A1"})) == {"data.text"}
    actions.delete(hanako, by=None)
    actions.change(taro, {"data.text": "A1"}, by=None)
    with pytest.raises(actions.Invalid):
        actions.restore(hanako, by=None)


def test_width_and_capitals_make_no_two_of_one_value(made, hanako, taro):
    made("text", unique=True)
    actions.change(hanako, {"data.text": "ＡＢＣ１"}, by=None)
    said = refused({"data.text": " abc1 "}, taro)["data.text"]
    assert "abc1" in said
    assert "ＡＢＣ１" in said
    of = imported("会員番号,姓,独自text\nM8,林,Abc1\nM9,森,ｶﾅ1\nM10,原,カナ1\n")
    assert [(line, msgid) for line, _heading, msgid in reasons(of)] == [
        (2, sentences.NOT_UNIQUE_AS_READ),
        (4, sentences.NOT_UNIQUE_AS_READ),
    ]


def test_alike_in_another_writing_is_alike_already(made, hanako, taro):
    field = made("text")
    actions.change(hanako, {"data.text": "A1"}, by=None)
    actions.change(taro, {"data.text": "ａ１"}, by=None)
    with pytest.raises(actions.Invalid) as error:
        actions.edit_field(field, unique=True, by=None)
    assert "unique" in error.value.errors


def test_unique_is_refused_where_two_are_alike_already(made, hanako, taro):
    field = made("text")
    for member in (hanako, taro):
        actions.change(member, {"data.text": "A1"}, by=None)
    with pytest.raises(actions.Invalid) as error:
        actions.edit_field(field, unique=True, by=None)
    assert "A1" in error.value.errors["unique"]


def test_an_import_holds_to_the_same(made, hanako, taro):
    made("text", unique=True)
    made("choice", required=True)
    made("member")
    actions.change(hanako, {"data": {"text": "A1"}}, by=None)
    of = imported(
        "会員番号,姓,独自text,独自choice,独自member\n"
        "M1,山田,A1,小,M2\n"  # herself: fine
        "M8,林,A1,小,\n"
        "M9,森,A2,,\n"
        "M10,原,A3,特大,\n"
        "M11,岡,A4,小,M404\n"
        "M12,堀,A5,小,\n"
        "M13,谷,A5,小,\n"
    )
    told = {(line, heading) for line, heading, _msgid in reasons(of)}
    assert told == {
        (3, "独自text"), (4, "独自choice"), (5, "独自choice"), (6, "独自member"), (8, "独自text"),
    }  # fmt: skip
    hanako.refresh_from_db()
    assert hanako.data == {"text": "A1", "choice": "s", "member": taro.pk}
    assert Member.objects.filter(number="M12").exists()


def test_an_import_may_bring_new_choices(made, hanako):
    made("choices")
    text = "会員番号,姓,独自choices\nM1,山田,小、巨大\n"
    assert imported(text).counts["wrong"] == 1
    assert imported(text, create_types=True).counts["changed"] == 1
    hanako.refresh_from_db()
    assert hanako.data["choices"] == ["s", "巨大"]
    assert [c.value for c in Field.objects.get(key="choices").known_choices] == [
        *(one["value"] for one in CHOICES),
        "巨大",
    ]


@pytest.mark.parametrize(
    ("heading", "cells", "kind"),
    [
        ("HP", ["https://a.jp", "https://b.jp", "http://c.jp"], "url"),
        ("開始", ["2026/4/1 10:00", "2026/4/2 11:30", "2026/4/3 9:15"], "datetime"),
        ("集合", ["10:00", "9:30", "13:15"], "time"),
        ("身長", ["170.5", "165.2", "158.0"], "decimal"),
        ("感想", ["よい\n会でした", "また来ます", "ありがとう"], "long_text"),
        ("緊急連絡先", ["03-1234-5678", "090-1234-5678", "045-123-4567"], "phone"),
        ("サブメール", ["a@example.jp", "b@example.jp", "c@example.jp"], "email"),
        ("口数", ["1", "2", "10"], "integer"),
        ("血液型", ["A", "B", "O", "AB"] * 4, "choice"),
    ],
)
def test_the_type_of_a_new_field_is_guessed(sato, heading, cells, kind):
    from enishi.members.importing.guessing import guess_type

    assert guess_type(cells, heading) == kind


def test_formulas_follow_their_fields(made, hanako, run_jobs):
    made("money", "dues")
    made("date", "paid")
    made("computed", "double", expression="{dues} * 2", result="money")
    made("computed", "label", expression='if({double} > 100, concat("多い ", {family_name}), "")')
    made("computed", "years", expression="age({birth_date})", result="integer")
    made("computed", "late", expression="days({paid}, today()) > 30")
    values = {"birth_date": "1985-04-01", "data": {"dues": "1000", "paid": "2026-10-01"}}
    data = actions.change(hanako, values, by=None).data
    assert data == {
        "dues": 1000, "paid": "2026-10-01", "double": 2000, "label": "多い 山田", "years": 41,
        "late": True,
    }  # fmt: skip
    assert "data.double" in refused({"data.double": 5}, hanako)
    actions.change(hanako, {"data.double": 2000, "data.dues": ""}, by=None)
    hanako.refresh_from_db()
    assert "double" not in hanako.data
    assert "label" not in hanako.data

    actions.change(hanako, {"data.dues": 500}, by=None)
    actions.edit_field(Field.objects.get(key="double"), expression="{dues} * 3", by=None)
    run_jobs()
    hanako.refresh_from_db()
    assert hanako.data["double"] == 1500
    version = hanako.version
    with clock.at(clock.today() + timedelta(days=365)):
        assert recompute() == 1
    hanako.refresh_from_db()
    assert (hanako.data["years"], hanako.version) == (42, version)


def test_formulas_do_not_turn_in_circles(made):
    made("computed", "a", expression="1 + 1")
    made("computed", "b", expression="{a} + 1")
    with pytest.raises(actions.Invalid) as error:
        actions.edit_field(Field.objects.get(key="a"), expression="{b} + 1", by=None)
    assert "expression" in error.value.errors


def test_an_import_works_formulas_out(made):
    made("money", "dues")
    made("computed", "double", expression="{dues} * 2", result="money")
    imported("会員番号,姓,独自dues\nM7,林,1000\n")
    assert Member.objects.get(number="M7").data == {"dues": 1000, "double": 2000}


def test_the_search_box_finds_what_it_should(made, hanako):
    field = made("text", searched=True)
    made("choice", searched=True)
    made("integer")
    actions.change(hanako, {"data": {"text": "カラテ部", "choice": "m", "integer": 777}}, by=None)
    for words, found in (("からて", 1), ("ふつう", 1), ("777", 0)):
        assert len(Listing({"search": words}).page().items) == found, words
    imported("会員番号,姓,独自text\nM7,林,剣道部\nM1,山田,弓道部\n")
    for words, found in (("剣道", 1), ("弓道", 1), ("カラテ", 0)):
        assert len(Listing({"search": words}).page().items) == found, words
    actions.edit_field(field, searched=False, by=None)
    [asked] = Job.objects.filter(name="members.search_fields")
    jobs.run(asked.pk, same_connection=True)
    assert not Listing({"search": "剣道"}).page().items


def test_indexes_are_made_when_they_are_needed(every_type, hanako, run_jobs):
    Member.objects.bulk_create(
        Member(
            number=f"X{n}",
            type=hanako.type,
            data={"integer": n, "choice": "sml"[n % 3], **({"choices": ["m"]} if n < 9 else {})},
        )
        for n in range(3000)
    )
    run_jobs()  # a link to members has its index from the first
    index_needed(["data.integer", "status", "data.choices"], sort=["-data.choice", "number"])
    index_needed(["data.integer", "data.choices"], sort=["data.choice"])  # asked for already
    [done] = run_jobs()
    assert (done.name, done.result) == ("members.index_fields", {"made": 3})
    index_needed(["data.integer"])
    assert not run_jobs()
    for query, key, sort in (
        ({"data.integer_from": "2995"}, "integer", False),
        ({"data.choices": "m"}, "choices", False),
        ({"sort": "data.choice"}, "choice", True),
    ):
        listing = Listing(query)
        rows = listing.rows[:50] if sort else listing.matching.order_by()
        assert index_name(every_type[key], sort=sort) in str(rows.explain()), query


def test_a_built_in_field_gets_its_index_when_a_view_uses_it(hanako, sato, run_jobs):
    Member.objects.bulk_create(
        Member(number=f"X{n}", type=hanako.type, city=f"第{n}市", note="…") for n in range(3000)
    )
    rule = {"all": [{"field": "city", "op": "eq", "value": "第7市"}]}
    actions.save_view(name="第七", rule=rule, by=sato)
    [done] = run_jobs()
    assert (done.name, done.result) == ("members.index_fields", {"made": 1})
    rows = Listing({"rule": json.dumps(rule)}).rows[:50]
    assert "member_by_city" in str(rows.explain())
    index_needed(["city", "note", "status"])  # the one is there, the others need none
    assert not run_jobs()


@pytest.mark.django_db(transaction=True)
def test_two_jobs_make_indexes_at_once():
    fields = [Field.objects.create(key=f"f{n}", label_ja=f"項目{n}", type="text") for n in range(8)]
    wrong = []

    def make(mine):
        try:
            for field in mine:
                ensure_index(field)
        except Exception as problem:  # noqa: BLE001 - told below
            wrong.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=make, args=[fields[n::4]]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    there = finished_indexes()
    for field in fields:
        drop_indexes(field)
    assert not wrong
    assert {index_name(field) for field in fields} <= there


@pytest.mark.parametrize("kind", ["text", "decimal", "datetime", "boolean", "address", "email"])
def test_every_type_can_be_indexed(every_type, kind):
    for sort in (False, True):
        assert ensure_index(every_type[kind], sort=sort)
        assert not ensure_index(every_type[kind], sort=sort)


def test_a_field_goes_for_good_after_thirty_days(made, hanako, run_jobs):
    from enishi.members.fields.jobs import purge_fields

    field = made("text")
    actions.change(hanako, {"data.text": "x"}, by=None)
    actions.delete_field(field, by=None)
    purge_fields.enqueue()
    run_jobs()
    assert Field.objects.filter(key="text").exists()
    with clock.at(clock.today() + timedelta(days=31)):
        purge_fields.enqueue()
        run_jobs()
    hanako.refresh_from_db()
    assert hanako.data == {}
    assert not Field.objects.filter(key="text").exists()


def test_five_hundred_fields_cost_no_query_more(sato, hanako):
    """As many queries with 500 fields as with none: list, karte, edit, save."""
    client = Client()
    client.force_login(sato)
    pages = (
        "/office/members/",
        f"/office/members/{hanako.pk}/",
        f"/office/members/{hanako.pk}/edit/",
        "/office/members/new/",
        "/office/settings/member-fields/",
    )

    def counted() -> list[int]:
        counts = []
        for page in pages:
            caches["local"].clear()  # else the zone may be forgotten between the two
            client.get(page)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            actions.change(hanako, {"note": f"{len(counts)} {clock.now()}"}, by=sato)
        return [*counts, len(queries)]

    without = counted()
    kinds = ["text", "integer", "date", "boolean", "decimal", "choices", "member", "file", "money"]
    Field.objects.bulk_create(
        Field(
            key=f"f{i}",
            label_ja=f"項目{i}",
            type=kinds[i % len(kinds)],
            choices=CHOICES if kinds[i % len(kinds)] == "choices" else [],
            order=i,
            section=f"部{i % 10}",
        )
        for i in range(500)
    )
    assert len(fields_of()) == 500
    values = {f"f{i}": i for i in range(500) if kinds[i % len(kinds)] in ("integer", "money")}
    actions.change(hanako, {"data": values}, by=sato)
    with_many = counted()
    assert all(many <= few + 2 for many, few in zip(with_many, without, strict=True)), (
        without,
        with_many,
    )


def test_an_import_of_a_column_for_each_of_many_fields(sato):
    Field.objects.bulk_create(
        Field(key=f"f{i}", label_ja=f"項目{i}", type="integer", order=i) for i in range(500)
    )
    head = ",".join(["会員番号", "姓", *(f"項目{i}" for i in range(500))])
    rows = "\n".join(f"N{n},林,{','.join(str(n + i) for i in range(500))}" for n in range(20))
    of = started(f"{head}\n{rows}\n")
    assert sum(target.startswith("data.") for target in of.mapping.values()) == 500
    done = imported(f"{head}\n{rows}\n")
    assert (done.counts["new"], done.counts["wrong"]) == (20, 0)
    assert Member.objects.get(number="N3").data["f499"] == 502
