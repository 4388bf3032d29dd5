"""Segments for programs: the shapes that others rely on, and faults with their path."""

import json
from pathlib import Path

import pytest

from enishi.activity import actions as activity
from enishi.members import actions as roll
from enishi.members.conditions import OPERATORS
from enishi.segments.models import Segment

TOKYO = {"field": "prefecture", "op": "eq", "value": "東京都"}


def test_count(api, people):
    answer = api("POST", "segments/count", {"rule": {"all": [TOKYO]}})
    assert answer.status_code == 200
    assert answer.json()["count"] == 3
    assert answer.json()["ms"] >= 0


def test_faults_name_their_path(api, people):
    rule = {"all": [TOKYO, {"field": "age", "op": "between", "value": ["x", 3]}, {"field": "no"}]}
    for path in ("segments/count", "segments"):
        answer = api("POST", path, {"rule": rule, "name": "x"})
        assert answer.status_code == 422
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        fields = [error["field"] for error in answer.json()["errors"]]
        assert fields == ["rule.all[1].value[0]", "rule.all[2].field"]


@pytest.mark.parametrize("rule", [None, [], "x", 7, {}, {"nonsense": 1}, {"all": 3}])
def test_what_is_no_rule_is_refused(api, db, rule):
    answer = api("POST", "segments/count", {"rule": rule})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("rule")


def test_a_malicious_rule_is_refused_in_bounded_time(api, people):
    evil = "'; DROP TABLE members_member; --"
    answer = api("POST", "segments/count", {"rule": TOKYO | {"value": evil}})
    assert answer.json()["count"] == 0
    deep = TOKYO
    for _ in range(100):
        deep = {"all": [deep]}
    assert api("POST", "segments/count", {"rule": deep}).status_code == 422
    many = {"any": [TOKYO] * 10_000}
    assert api("POST", "segments/count", {"rule": many}).status_code == 422
    assert api("POST", "segments/count", {"rule": {evil: evil}}).status_code == 422
    assert api("POST", "segments/count", {"rule": TOKYO}).json()["count"] == 3


def test_explain(api, people):
    rule = {"all": [TOKYO, {"not": {"field": "birth_date", "op": "empty"}}]}
    told = api("POST", "segments/explain", {"rule": rule, "member": people[3].number}).json()
    assert told["matches"] is False
    first, second = told["because"]["all"]
    assert (first["verdict"], first["values"]) == (False, {"prefecture": "大阪府"})
    assert second["verdict"] is True
    assert api("POST", "segments/explain", {"rule": rule, "member": people[0].pk}).json()["matches"]
    nobody = api("POST", "segments/explain", {"rule": rule, "member": "no such"})
    assert nobody.status_code == 422
    assert nobody.json()["errors"][0]["field"] == "member"


def test_a_life_of_a_segment(api, people, drain):
    made = api("POST", "segments", {"name": "東京", "rule": TOKYO})
    assert made.status_code == 201
    segment = made.json()
    assert (segment["count"], segment["version"], segment["kind"]) == (3, 1, "stored")
    assert segment["sentence"]
    path = f"segments/{segment['id']}"

    drain()
    pages, cursor = [], ""
    while cursor is not None:
        answer = api("GET", f"{path}/members?limit=2&cursor={cursor}").json()
        pages.append([one["number"] for one in answer["items"]])
        cursor = answer["next"]
    assert [len(page) for page in pages] == [2, 1]
    assert [number for page in pages for number in page] == [m.number for m in people[:3]]

    changed = api("PATCH", path, {"rule": {"field": "prefecture", "op": "empty"}}).json()
    assert (changed["count"], changed["version"]) == (1, 2)
    moved = api("POST", f"{path}/exceptions", {"members": [people[0].number], "included": True})
    assert moved.json() == {"moved": 1}
    assert api("GET", path).json()["count"] == 2
    assert api("GET", f"{path}/exceptions").json()[0]["member"] == people[0].number

    other = api("POST", "segments", {"name": "別", "rule": {"in_segment": segment["id"]}}).json()
    circle = api("PATCH", path, {"rule": {"all": [{"in_segment": other["id"]}]}})
    assert circle.status_code == 422
    assert circle.json()["errors"][0]["field"] == "rule.all[0].in_segment"
    refused = api("DELETE", path)
    assert refused.status_code == 409
    assert "別" in refused.json()["detail"]
    listed = api("GET", "segments").json()["items"]
    assert [one["name"] for one in listed] == ["別", "東京"]
    assert listed[1]["used_by"] == [{"what": "セグメント", "name": "別"}]
    assert api("DELETE", f"segments/{other['id']}").status_code == 204
    assert api("DELETE", path).status_code == 204
    assert api("GET", path).status_code == 404


def test_the_list_asks_no_more_for_more_segments(api, people, django_assert_max_num_queries):
    for n in range(12):
        Segment.objects.create(name=f"{n}", rule=TOKYO)
    with django_assert_max_num_queries(12):
        assert len(api("GET", "segments").json()["items"]) == 12


def test_behaviour(api, people, drain):
    opened = {"did": "mail.opened", "within": {"last": 30, "unit": "day"}}
    made = api("POST", "segments", {"name": "開封", "rule": opened}).json()
    drain()
    activity.record(people[1].pk, "mail.opened")
    assert drain() == 1
    assert Segment.objects.get(pk=made["id"]).count == 1
    activity.record(people[2].pk, "mail.sent")
    assert drain() == 0  # nobody asks about it
    assert api("GET", f"segments/{made['id']}").json()["count"] == 1


def test_the_command(people, tmp_path, capsys):
    from enishi.segments.cli import count

    file = tmp_path / "rule.json"
    file.write_text(json.dumps(TOKYO, ensure_ascii=False))
    count(file)
    assert capsys.readouterr().out == "3\n"
    count(file, as_json=True)
    assert json.loads(capsys.readouterr().out)["count"] == 3


def written_rules():
    """The rules of the reference that show every operator once."""
    page = Path(__file__).parents[3].joinpath("docs/reference/rules.md").read_text()
    part = page.partition("## Every operator once")[2].partition("\n## ")[0]
    return json.loads(part.partition("```json")[2].partition("```")[0])


def test_every_operator_of_the_reference_is_taken(api, people):
    for name in ("役員", "委員"):
        roll.add_tag(name=name, by=None)
    rules = written_rules()
    refused = [
        (rule, answer.json()["errors"])
        for rule in rules
        if (answer := api("POST", "segments/count", {"rule": rule})).status_code != 200
    ]
    assert refused == []
    shown = {rule.get("op") for rule in rules} | {"within"}
    assert shown - {None} == {op for ops in OPERATORS.values() for op in ops}
