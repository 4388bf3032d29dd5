import json

import pytest

from enishi.members.actions import add_field
from enishi.members.conditions import parse
from enishi.records.models import Record

pytestmark = pytest.mark.django_db

FIELDS = [
    {"key": "title", "label": "件名", "type": "text", "required": True},
    {"key": "state", "label": "状態", "type": "choice",
     "choices": [{"value": "open", "label": "未対応"}, {"value": "done", "label": "完了"}]},
    {"key": "on", "label": "受付日", "type": "date"},
    {"key": "n", "label": "部数", "type": "integer"},
    {"key": "ok", "label": "済", "type": "boolean"},
    {"key": "who", "label": "紹介者", "type": "member"},
    {"key": "text", "label": "本文", "type": "long_text"},
    {"key": "file", "label": "添付", "type": "file"},
]  # fmt: skip


@pytest.fixture
def inquiries(program):
    response = program("post", "databases", {"key": "inquiries", "name": "照会", "fields": FIELDS})
    assert response.status_code == 201, response.content
    assert [f["key"] for f in response.json()["fields"]] == [f["key"] for f in FIELDS]
    return response.json()


def test_a_record_comes_and_goes(program, inquiries, hanako):
    body = {"member": hanako.number, "data": {"title": "会費について", "state": "未対応",
            "on": "R8.4.1", "n": "３", "ok": "はい", "who": hanako.number}}  # fmt: skip
    response = program("post", "databases/inquiries/records", body)
    assert response.status_code == 201, response.content
    made = response.json()
    assert made["member"] == hanako.number
    assert made["data"] == {"title": "会費について", "state": "open", "on": "2026-04-01",
                            "n": 3, "ok": True, "who": hanako.pk}  # fmt: skip
    path = f"databases/inquiries/records/{made['id']}"
    changed = program("patch", path, {"data": {"n": None, "state": "done"}, "version": 1})
    assert changed.json()["data"]["state"] == "done"
    assert "n" not in changed.json()["data"]
    clash = program("patch", path, {"data": {"state": "open"}, "version": 1})
    assert clash.status_code == 409
    assert program("delete", path).status_code == 204
    assert program("get", path).status_code == 404
    assert program("post", f"{path}/restoration").status_code == 200


def test_what_cannot_be_taken_is_named(program, inquiries):
    wrong = {"data": {"state": "?", "on": "昭和66年2月30日", "n": "many"}}
    said = program("post", "databases/inquiries/records", wrong)
    assert said.status_code == 422
    fields = {error["field"] for error in said.json()["errors"]}
    assert fields == {"data.title", "data.state", "data.on", "data.n"}
    said = program("post", "databases/inquiries/records", {"data": {"title": "a", "x": 1}})
    assert [e["field"] for e in said.json()["errors"]] == ["data.x"]
    said = program("post", "databases/inquiries/records", {"title": "a", "member": "nobody"})
    assert [e["field"] for e in said.json()["errors"]] == ["member"]
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    "body",
    [[], "x", None, {"data": []}, {"data": 5}, {"data": {"title": {"a": 1}}}, {"member": {}},
     {"data": {"title": "\ud800"}}, {"data": {"\ud800": 1}}, {"data": {"who": 2**70}}],
)  # fmt: skip
def test_nothing_that_is_sent_breaks_it(program, inquiries, body):
    assert program("post", "databases/inquiries/records", json.dumps(body)).status_code in (
        422,
        400,
    )


def test_the_list_is_filtered_sorted_and_paged(program, inquiries, hanako):
    for n in range(7):
        data = {"title": f"件{n}", "n": n, "state": "open" if n % 2 else "done"}
        program("post", "databases/inquiries/records", {"data": data})
    base = "databases/inquiries/records"
    found, cursor = [], ""
    while True:
        said = program("get", f"{base}?sort=-n&limit=3&cursor={cursor}").json()
        found += [item["data"]["n"] for item in said["items"]]
        cursor = said["next"]
        if not cursor:
            break
    assert found == [6, 5, 4, 3, 2, 1, 0]
    said = program("get", f"{base}?f.state=open&sort=n").json()
    assert [item["data"]["n"] for item in said["items"]] == [1, 3, 5]
    said = program("get", f"{base}?f.n_from=2&f.n_to=4&sort=n").json()
    assert [item["data"]["n"] for item in said["items"]] == [2, 3, 4]
    assert said["count"] == {"value": 3, "exact": True}
    assert len(program("get", f"{base}?search=件6").json()["items"]) == 1
    assert program("get", f"{base}?f.n_from=x").status_code == 422
    assert program("get", f"{base}?sort=nothing").status_code == 422
    assert program("get", f"{base}?cursor=x").status_code == 422


@pytest.mark.parametrize(
    ("asked", "field"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("planet=1", "planet"), ("f.x=1", "f.x"),
     ("f.n_near=1", "f.n_near"), ("sort=x", "sort"), ("f.n=x", "f.n")],
)  # fmt: skip
def test_what_the_list_does_not_know_is_named(program, inquiries, asked, field):
    said = program("get", f"databases/inquiries/records?{asked}")
    assert said.status_code == 422
    assert [e["field"] for e in said.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": "a", "planet": 1}, "planet"),
        ({"name": "a", "columns": ["nothing"]}, "columns"),
        ({"name": "a", "fields": [{"key": "b", "planet": 1}]}, "planet"),
        ({"name": "a", "fields": [{"key": "b", "type": "text"}, {"key": "b"}]}, "fields[1].key"),
    ],
)
def test_settings_of_a_database_that_do_not_exist_are_named(program, wish, field):
    said = program("post", "databases", wish)
    assert said.status_code == 422, said.content
    assert any(e["field"].endswith(field) for e in said.json()["errors"]), said.content
    assert program("get", "databases").json() == []


def test_key_and_type_of_a_field_stay(program, inquiries):
    said = program("patch", "databases/inquiries/fields/n", {"type": "text"})
    assert said.status_code == 422
    assert [e["field"] for e in said.json()["errors"]] == ["type"]


def test_fields_follow_later(program, inquiries):
    path = "databases/inquiries/fields"
    new = {"key": "mail", "label": "メール", "type": "email"}
    assert program("post", path, new).status_code == 201
    assert program("post", path, new).status_code in (409, 422)
    assert program("patch", f"{path}/mail", {"label": "宛先"}).json()["label"] == "宛先"
    assert program("delete", f"{path}/mail").status_code == 204
    said = program(
        "post", "databases/inquiries/records", {"data": {"title": "a", "mail": "a@b.jp"}}
    )
    assert said.status_code == 422


def test_a_wrong_field_makes_no_database(program):
    fields = [FIELDS[0], {"key": "x", "label": "x", "type": "nonsense"}]
    said = program("post", "databases", {"key": "half", "name": "半分", "fields": fields})
    assert said.status_code == 422
    assert said.json()["errors"][0]["field"].startswith("fields[1]")
    assert program("get", "databases/half").status_code == 404


def test_rules_ask_about_records(program, inquiries, hanako, taro):
    data = {"title": "a", "state": "open", "n": 4, "on": "2026-11-01"}
    program("post", "databases/inquiries/records", {"member": hanako.number, "data": data})
    rule = {"has": "record.inquiries", "where": [{"field": "state", "op": "eq", "value": "open"}]}
    assert list(parse(rule).members()) == [hanako]
    assert taro in parse({"not": rule}).members()
    rule["sum"] = {"field": "n", "op": "gte", "value": 5}
    assert not parse(rule).members().exists()


def test_a_deleted_field_comes_back_with_its_values(program, inquiries):
    program("post", "databases/inquiries/records", {"data": {"title": "一", "n": 3}})
    path = "databases/inquiries/fields/n"
    assert program("delete", path).status_code == 204
    [kept] = program("get", "databases/inquiries/records").json()["items"]
    assert "n" not in kept["data"]
    assert program("post", f"{path}/restoration").json()["key"] == "n"
    [kept] = program("get", "databases/inquiries/records").json()["items"]
    assert kept["data"]["n"] == 3
    assert program("post", f"{path}/restoration").status_code == 404


def test_a_key_that_is_taken_is_named(program, inquiries):
    said = program("post", "databases", {"key": "inquiries", "name": "別"})
    assert said.status_code == 422
    assert [error["field"] for error in said.json()["errors"]] == ["key"]


def test_a_record_that_was_read_may_be_sent_back(program, requests, sato):
    said = {"table": "requests", "key": "twice", "label_ja": "二倍", "type": "computed"}
    add_field(**said, expression="{copies} * 2", by=sato)
    path = "databases/requests/records"
    made = program("post", path, {"data": {"subject": "一", "copies": 2}}).json()
    assert made["data"]["twice"] == "4"
    again = program("patch", f"{path}/{made['id']}", {"data": made["data"]})
    assert again.status_code == 200, again.content
    other = program("patch", f"{path}/{made['id']}", {"data": {"twice": "5"}})
    assert other.status_code == 422
    assert other.json()["errors"][0]["message"] == "この値は自動で計算されます。"
