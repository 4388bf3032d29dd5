"""Consents and topics by API."""

import json

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.members.models import Topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(sato):
    token, secret = ApiToken.mint(name="入会フォーム", scopes=["*"], by=sato)
    token.save()
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(method, path, body=None):
        content = json.dumps(body) if body is not None else ""
        answer = client.generic(method, f"/api/v1{path}", content, content_type="application/json")
        return answer.status_code, answer.json()

    return ask


def test_a_form_elsewhere_hands_in_its_proof(call, hanako):
    Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報"})
    path = f"/members/{hanako.number}/consents"
    said = {
        "topic": "newsletter",
        "state": "given",
        "form": "入会フォーム",
        "version": "4",
        "text": "会報を受け取ります",
        "ip": "192.0.2.9",
    }
    status, line = call("POST", path, said)
    assert (status, line["state"], line["text"]) == (201, "given", "会報を受け取ります")
    assert (line["source"], line["ip"]) == ("api", "192.0.2.9")
    call("POST", path, {"topic": "newsletter", "state": "withdrawn"})
    found = call("GET", path)[1]
    assert [one["state"] for one in found["ledger"]] == ["withdrawn", "given"]
    assert [one["state"] for one in found["current"]] == ["withdrawn"]
    for wrong in ({"topic": "none"}, {"state": "perhaps"}, {"ip": "x"}, {"channel": "pigeon"}):
        status, problem = call("POST", path, {**said, **wrong})
        assert (status, problem["errors"][0]["field"]) == (422, next(iter(wrong)))


def test_topics(call):
    status, topic = call("POST", "/topics", {"name": "支部だより", "channels": ["email", "sms"]})
    assert (status, topic["channels"], topic["retired"]) == (201, ["email", "sms"], False)
    changed = call("PATCH", f"/topics/{topic['id']}", {"retired": True, "name_en": "Branches"})[1]
    assert (changed["retired"], changed["name_en"]) == (True, "Branches")
    assert topic["id"] in [one["id"] for one in call("GET", "/topics")[1]]
    assert call("POST", "/topics", {})[0] == 422
    assert call("POST", "/topics", {"name": "x", "channels": ["pigeon"]})[0] == 422
