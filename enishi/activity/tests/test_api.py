"""Activities by API: each id once, what is wrong refused with a sentence, the rest stored."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.activity import partitions
from enishi.activity.models import Activity, SeenId
from enishi.core import clock

HOUR = timedelta(hours=1)


@pytest.fixture
def program(db):
    token, secret = ApiToken.mint(name="test", scopes=["*"])
    token.save()
    return Client(headers={"authorization": f"Bearer {secret}", "accept-language": "ja"})


def send(program, *items, **more):
    body = {"items": list(items)} | more
    answer = program.post("/api/v1/activities", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def item(member, kind="custom", **more):
    return {"id": str(uuid.uuid4()), "member": member.number, "kind": kind} | more


def test_stored_and_read_back(program, hanako):
    at = "2026-03-01T09:30:00+09:00"
    one = item(hanako, "mail.clicked", at=at, object="news/3", props={"campaign": 12, "link": "a"})
    assert send(program, one) == {"stored": 1, "duplicate": 0, "refused": [], "undeclared": []}
    answer = program.get(f"/api/v1/members/{hanako.number}/activities").json()
    assert answer == {
        "items": [
            {
                "id": one["id"],
                "kind": "mail.clicked",
                "at": "2026-03-01T00:30:00Z",
                "object": "news/3",
                "props": {"campaign": 12, "link": "a"},
                "machine": False,
            }
        ],
        "next": None,
    }


def test_the_same_id_counts_once_whatever_else_it_says(program, hanako, taro):
    first = item(hanako, at="2026-03-01T00:00:00Z")
    assert send(program, first, first) == {
        "stored": 1,
        "duplicate": 1,
        "refused": [],
        "undeclared": [],
    }
    later = first | {"at": "2019-01-01T00:00:00Z", "member": taro.number, "id": first["id"].upper()}
    assert send(program, later)["duplicate"] == 1
    assert Activity.objects.count() == SeenId.objects.count() == 1


def test_what_is_wrong_is_refused_and_the_rest_stored(program, hanako):
    declare(program, "seminar.attended", {"seats": "integer", "on": "date", "fee": "decimal"})
    good = item(hanako, "seminar.attended", props={"seats": 2, "on": "2026-02-28", "fee": 12.50})
    wrong = [
        item(hanako) | {"id": "7"},
        item(hanako) | {"member": "X-1"},
        item(hanako, "no.such"),
        item(hanako, at="yesterday"),
        item(hanako, at="1969-12-31T00:00:00Z"),
        item(hanako, at="2400-01-01T00:00:00Z"),
        item(hanako, "seminar.attended", props={"seats": "two"}),
        item(hanako, "seminar.attended", props={"seats": True}),
        item(hanako, "seminar.attended", props={"on": "2026-02-30"}),
        item(hanako, props=[1]),
        item(hanako, object={"a": 1}),
        item(hanako, object="\x00"),
        item(hanako, props={"a": "b\x00"}),
        item(hanako, machine="yes"),
        item(hanako, what="?"),
        "text",
        None,
    ]
    answer = send(program, good, *wrong)
    assert answer["stored"] == 1
    assert len(answer["refused"]) == len(wrong)
    assert [one["id"] for one in answer["refused"][:-2]] == [one["id"] for one in wrong[:-2]]
    assert all(one["reason"].endswith("。") for one in answer["refused"]), answer["refused"]
    assert Activity.objects.get().props == {"seats": 2, "on": "2026-02-28", "fee": "12.5"}


def test_undeclared_properties_are_kept_and_named(program, hanako):
    answer = send(program, item(hanako, "mail.opened", props={"campagin": 3, "campaign": 4}))
    assert (answer["stored"], answer["undeclared"]) == (1, ["mail.opened.campagin"])


def test_old_and_future_activities_find_room(program, hanako):
    ats = ["1970-01-01T00:00:00Z", "1999-12-31T23:59:59+09:00", "2000-01-01T00:00:00+09:00"]
    ats += [(clock.now() + timedelta(days=days)).isoformat() for days in (0, 40, 400, 3000)]
    assert send(program, *(item(hanako, at=at) for at in ats))["stored"] == len(ats)
    assert {"activity_activity_1970", "activity_activity_1999"} <= partitions.present()
    assert Activity.objects.count() == len(ats)


def test_a_time_without_offset_is_the_organisations(program, hanako):
    send(program, item(hanako, at="2026-03-01T00:00:00"), item(hanako, at="2026-03-02"))
    assert [one.at for one in Activity.objects.order_by("at")] == [
        datetime(2026, 2, 28, 15, tzinfo=UTC),
        datetime(2026, 3, 1, 15, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "{}", '{"items": 3}', '{"items": [NaN]}', '{"items": "x"}']
)
def test_a_body_that_cannot_be_read_is_422(program, body):
    answer = program.post("/api/v1/activities", body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_too_many_at_once(program):
    answer = program.post(
        "/api/v1/activities", {"items": [1] * 10_001}, content_type="application/json"
    )
    assert answer.status_code == 422


def test_members_in_the_bin_are_not_written_to(program, hanako):
    from enishi.members import actions

    actions.delete(hanako, by=None)
    assert send(program, item(hanako))["stored"] == 0


def test_a_batch_takes_few_queries(program, hanako, django_assert_max_num_queries):
    send(program, item(hanako))
    with django_assert_max_num_queries(12):
        assert send(program, *(item(hanako) for _ in range(2000)))["stored"] == 2000


def test_pages_by_cursor_lose_nothing_of_the_same_instant(program, hanako):
    items = [item(hanako, at="2026-03-01T00:00:00Z") for _ in range(25)]
    send(program, *items)
    seen, cursor = [], ""
    while True:
        path = f"/api/v1/members/{hanako.pk}/activities?limit=10&cursor={cursor}"
        answer = program.get(path).json()
        seen += [one["id"] for one in answer["items"]]
        if not (cursor := answer["next"]):
            break
    assert sorted(seen) == sorted(one["id"] for one in items)


def declare(program, key, props, label="セミナー参加", status=201):
    answer = program.post(
        "/api/v1/activity-kinds",
        {"key": key, "label": label, "props": props},
        content_type="application/json",
    )
    assert answer.status_code == status, answer.content
    return answer.json()


def test_kinds_are_declared_once_and_grow(program):
    made = declare(program, "seminar.attended", {"seats": "number", "place": "string"})
    assert made == {
        "key": "seminar.attended",
        "label": "セミナー参加",
        "icon": "activity",
        "props": {"seats": "decimal", "place": "text"},
        "own": True,
    }
    grown = declare(program, "seminar.attended", {"online": "boolean"}, "受講", status=200)
    assert (grown["label"], len(grown["props"])) == ("受講", 3)
    declare(program, "seminar.attended", {"online": "text"}, status=409)
    declare(program, "mail.opened", {}, status=409)
    listed = program.get("/api/v1/activity-kinds").json()["items"]
    assert {"mail.opened", "site.viewed", "custom", "seminar.attended"} <= {
        one["key"] for one in listed
    }
    assert next(one["label"] for one in listed if one["key"] == "mail.opened") == "メール開封"


@pytest.mark.parametrize(
    ("key", "label", "props"),
    [
        ("Bad Key", "x", {}),
        ("a" * 61, "x", {}),
        ("ok.key", "", {}),
        ("ok.key", "x", {"p": "colour"}),
        ("ok.key", "x", {"'; DROP": "text"}),
        ("ok.key", "x", {"object": "text"}),
        ("ok.key", "x", [1]),
        (None, None, None),
    ],
)
def test_kinds_that_cannot_be(program, key, label, props):
    declare(program, key, props, label, status=422)


def test_kinds_need_the_right_to_configure(db, hanako):
    token, secret = ApiToken.mint(name="t", scopes=["activity:read", "activity:write"])
    token.save()
    writer = Client(headers={"authorization": f"Bearer {secret}"})
    declare(writer, "a.b", {}, status=403)
    assert send(writer, item(hanako))["stored"] == 1
