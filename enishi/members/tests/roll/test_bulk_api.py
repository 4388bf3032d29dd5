"""Many members at once, by a program: what would change, the change, its undo."""

import json

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken, Role, User
from enishi.members import actions
from enishi.members.models import BulkEdit, Member

pytestmark = pytest.mark.django_db
CHANGES = "/api/v1/bulk-changes"


@pytest.fixture
def people(sato):
    for number, town in enumerate(["東京都", "東京都", "大阪府"]):
        actions.add({"family_name": f"会{number}", "prefecture": town}, by=sato)


@pytest.fixture
def program(sato):
    def of(user, *scopes):
        token, secret = ApiToken.mint(name="test", scopes=[*scopes], by=user)
        token.save()
        client = Client(headers={"authorization": f"Bearer {secret}"})

        def call(method, path, body=None):
            data = json.dumps(body) if body is not None else ""
            return client.generic(method, path, data, "application/json")

        return call

    return of


def sources():
    return sorted(Member.objects.values_list("source", flat=True))


def test_told_done_and_undone(people, program, sato):
    call = program(sato, "*")
    wish = {"field": "source", "value": "ﾁﾗｼ", "filters": {"prefecture": "東京都"}}
    told = call("POST", f"{CHANGES}/effect", wish).json()
    assert told == {"chosen": 2, "changed": 2}
    assert sources() == ["", "", ""]
    made = call("POST", CHANGES, wish)
    assert made.status_code == 202, made.content
    assert (made.json()["state"], made.json()["count"]) == ("done", 2)
    assert sources() == ["", "チラシ", "チラシ"]
    first = Member.objects.filter(prefecture="東京都").first()
    actions.change(first, {"source": "紹介"}, by=sato)
    undone = call("DELETE", f"{CHANGES}/{made.json()['id']}").json()
    assert (undone["state"], undone["left_out"]) == ("undone", 1)
    assert sources() == ["", "", "紹介"]
    assert call("DELETE", f"{CHANGES}/{made.json()['id']}").status_code == 409
    assert [one["id"] for one in call("GET", CHANGES).json()["items"]] == [made.json()["id"]]


def test_rules_ids_and_tags(people, program, sato):
    call = program(sato, "*")
    rule = {"field": "prefecture", "op": "eq", "value": "大阪府"}
    one = call("POST", CHANGES, {"field": "source", "value": "a", "filters": {"rule": rule}})
    assert one.json()["count"] == 1
    pk = Member.objects.order_by("pk").first().pk
    two = call("POST", CHANGES, {"tag": "講師", "filters": {"ids": [pk]}})
    assert (two.json()["verb"], two.json()["count"]) == ("put", 1)
    off = call("POST", CHANGES, {"tag": "講師", "off": True, "filters": {}})
    assert off.json()["count"] == 1


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"field": "email", "value": "a@example.jp", "filters": {}}, "field"),
        ({"field": "nothing", "value": "", "filters": {}}, "field"),
        ({"filters": {}}, "field"),
        ({"field": "source", "tag": "a", "filters": {}}, "field"),
        ({"field": "source", "value": "x"}, "filters"),
        ({"field": "source", "value": "x", "filters": {"nothing": "x"}}, "filters.nothing"),
        ({"field": "source", "value": "x", "filters": {"rule": {"field": "y"}}}, "filters.rule"),
        ({"field": "source", "value": "x", "filters": {"ids": []}}, "filters.ids"),
        ({"field": "gender", "value": "zzz", "filters": {}}, "value"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_done(people, program, sato, wish, field):
    answer = program(sato, "*")("POST", CHANGES, wish)
    assert answer.status_code == 422, answer.content
    assert [e["field"].removeprefix("wish.") for e in answer.json()["errors"]] == [field]
    assert not BulkEdit.objects.exists()


def test_nobody_changes_or_undoes_what_they_may_not(people, program, sato):
    guarded = actions.add_field(label_ja="段階", key="stage", edited_by=["administrator"], by=sato)
    edit = actions.set_on_many("data.stage", "済", filters={}, by=sato)
    clerk = User.objects.create_user("clerk@example.jp", name="係", is_staff=True)
    rights = ["members.view", "members.edit", "office.view"]
    clerk.roles.add(Role.objects.create(key="clerk", name="係", rights=rights))
    call = program(clerk, "*")
    wish = {"field": "data.stage", "value": "x", "filters": {}}
    assert call("POST", CHANGES, wish).status_code == 422
    assert call("DELETE", f"{CHANGES}/{edit.pk}").status_code == 422
    with pytest.raises(actions.NotInBulk):
        actions.undo_bulk_edit(edit, by=clerk)
    assert {m.data.get("stage") for m in Member.objects.all()} == {"済"}
    actions.edit_field(guarded, seen_by=["administrator"], by=sato)
    assert call("GET", f"{CHANGES}/{edit.pk}").status_code == 404
    assert call("GET", CHANGES).json()["items"] == []
    reader = program(sato, "members:read")
    assert reader("GET", CHANGES).status_code == 200
    assert reader("POST", CHANGES, wish).status_code == 403
