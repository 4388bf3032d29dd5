"""Relations and tasks by API: made, changed, ended, refused with a sentence."""

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.members import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(sato):
    token, secret = ApiToken.mint(name="連携", scopes=["*"], by=sato)
    token.save()
    return Client(headers={"authorization": f"Bearer {secret}"})


def send(program, verb, path, **values):
    call = getattr(program, verb)
    return call(f"/api/v1/{path}", values, content_type="application/json")


def test_households(program, hanako, jiro):
    made = send(program, "post", "households", head=hanako.number).json()
    assert made["members"][0]["pays"] is True
    path = f"households/{made['id']}"
    place = send(program, "post", f"{path}/members", member=jiro.pk, kinship="spouse").json()
    again = send(program, "post", f"{path}/members", member=jiro.pk)
    assert again.status_code == 409
    one = f"{path}/members/{place['id']}"
    assert send(program, "patch", one, to_on="2026/12/1").json()["to_on"] == "2026-12-01"
    assert send(program, "patch", one, kinship="boss").status_code == 422
    assert send(program, "patch", path, name="やまだ").json()["name"] == "やまだ"
    assert program.get("/api/v1/households").json()["items"][0]["number"] == "H00001"
    assert send(program, "delete", one).status_code == 204
    assert send(program, "delete", path).status_code == 204
    assert send(program, "post", "households", head="nobody").status_code == 404


def test_seats_and_affiliations(program, aoi, hanako, jiro):
    seats = f"members/{aoi.number}/seats"
    assert send(program, "put", seats, seats=1).json() == {"seats": 1, "taken": 0}
    values = {"organisation": aoi.pk, "person": hanako.pk, "posts": ["contact"]}
    made = send(program, "post", "affiliations", **values)
    assert made.status_code == 201
    full = send(program, "post", "affiliations", organisation=aoi.pk, person=jiro.pk)
    assert full.status_code == 409
    assert "1" in full.json()["detail"]
    path = f"affiliations/{made.json()['id']}"
    assert send(program, "patch", path, title="課長").json()["title"] == "課長"
    found = program.get(f"/api/v1/members/{aoi.pk}/relations").json()
    assert found["people"][0]["posts"] == ["contact"]
    assert send(program, "delete", path).status_code == 204


def test_guardians(program, hanako):
    child = actions.add({"family_name": "山田", "birth_date": "2015-04-01"}, by=None)
    values = {"ward": child.pk, "guardian": hanako.pk, "tie": "mother"}
    made = send(program, "post", "guardianships", **values)
    assert made.status_code == 201
    swapped = {"ward": hanako.pk, "guardian": child.pk}
    assert send(program, "post", "guardianships", **swapped).status_code == 409
    path = f"guardianships/{made.json()['id']}"
    assert send(program, "patch", path, to_on="2026-12-01").json()["to_on"] == "2026-12-01"
    assert send(program, "delete", path).status_code == 204


def test_tasks_and_rules(program, hanako, sato):
    values = {"title": "電話", "due_on": "R8.12.1", "owner": sato.email, "member": hanako.number}
    made = send(program, "post", "tasks", **values).json()
    assert (made["due_on"], made["owner"], made["source"]) == ("2026-12-01", sato.email, "hand")
    path = f"tasks/{made['id']}"
    assert send(program, "patch", path, due_on="").json()["due_on"] is None
    assert send(program, "post", f"{path}/completion").json()["done_at"]
    assert send(program, "patch", path, title="x").status_code == 409
    assert program.get("/api/v1/tasks").json()["items"] == []
    assert len(program.get("/api/v1/tasks?state=done").json()["items"]) == 1
    assert send(program, "delete", f"{path}/completion").json()["done_at"] is None
    wrong = send(program, "post", "tasks", title="x", owner="nobody@example.jp")
    assert wrong.status_code == 422
    assert send(program, "delete", path).status_code == 204
    rule = send(program, "post", "task-rules", kind="birthday", days=7)
    assert rule.status_code == 201
    path = f"task-rules/{rule.json()['id']}"
    assert send(program, "patch", path, retired=True).json()["retired"] is True
    assert send(program, "post", "task-rules", kind="magic", days=7).status_code == 422
    assert program.get("/api/v1/task-rules").json()[0]["kind"] == "birthday"
