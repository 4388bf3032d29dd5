"""Saved views and rules for programs."""

import json

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken, Role, User
from enishi.members import actions
from enishi.members.models import Field

pytestmark = pytest.mark.django_db

TOKYO = {"field": "prefecture", "op": "in", "value": ["東京都"]}
JSON = "application/json"


@pytest.fixture
def api(sato):
    token, secret = ApiToken.mint(name="test", scopes=["*"], by=sato)
    token.save()
    headers = {"authorization": f"Bearer {secret}", "accept-language": "ja"}
    return Client(headers=headers)


@pytest.fixture
def people(sato):
    for name, prefecture in (("東", "東京都"), ("西", "大阪府"), ("無", "")):
        values = {"member_type": "正会員", "family_name": name, "prefecture": prefecture}
        actions.add(values, by=sato)


def test_api(api, people):
    made = api.post(
        "/api/v1/views", {"name": "東京", "rule": TOKYO, "shared": True}, content_type=JSON
    )
    assert made.status_code == 201, made.content
    view = made.json()
    assert view["sentence"] == "都道府県が東京都"
    found = api.get(f"/api/v1/members?view={view['id']}").json()
    assert [one["family_name"] for one in found["items"]] == ["東"]
    rule = json.dumps({"not": TOKYO})
    found = api.get("/api/v1/members", {"rule": rule}).json()
    assert {one["family_name"] for one in found["items"]} == {"西", "無"}
    no = api.get("/api/v1/members", {"rule": '{"field": "x", "op": "eq"}'})
    assert no.status_code == 422
    wrong = api.patch(f"/api/v1/views/{view['id']}", {"rule": {"all": [{"field": "x"}]}}, JSON)
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "all[0].field"
    renamed = api.patch(f"/api/v1/views/{view['id']}", {"name": "関東"}, JSON).json()
    assert (renamed["name"], renamed["rule"]) == ("関東", TOKYO)
    assert api.delete(f"/api/v1/views/{view['id']}").status_code == 204
    assert api.get("/api/v1/views").json() == []
    assert api.post(f"/api/v1/views/{view['id']}/restoration", {}).json()["name"] == "関東"


def test_a_view_tells_nobody_of_a_field_that_is_hidden_from_them(api, people, sato):
    actions.add_field(key="illness", label_ja="病歴", seen_by=["administrator"], by=sato)
    rule = {"field": "data.illness", "op": "not_empty"}
    said = {
        "name": "要配慮", "rule": rule, "columns": ["name", "data.illness"],
        "sort": "data.illness", "shared": True,
    }  # fmt: skip
    made = api.post("/api/v1/views", said, content_type=JSON).json()
    assert made["rule"] == rule
    clerk = User.objects.create_user("clerk@example.jp", name="係", is_staff=True)
    rights = ["members.view", "members.edit", "office.view"]
    clerk.roles.add(Role.objects.create(key="clerk", name="係", rights=rights))
    token, secret = ApiToken.mint(name="clerk", scopes=["*"], by=clerk)
    token.save()
    theirs = Client(headers={"authorization": f"Bearer {secret}", "accept-language": "ja"})
    [seen] = theirs.get("/api/v1/views").json()
    assert (seen["rule"], seen["columns"], seen["sort"]) == (None, ["name"], "")
    for answer in (
        theirs.get("/api/v1/views"),
        theirs.get(f"/api/v1/members?view={made['id']}"),
    ):
        assert "illness" not in answer.content.decode()
    retired = actions.retire_field(Field.objects.get(key="illness"), by=sato)
    assert api.get("/api/v1/views").json()[0]["rule"] == rule, "whoever sees it keeps it"
    actions.retire_field(retired, retired=False, by=sato)
