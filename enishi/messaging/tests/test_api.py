"""Messages and suppressions for programs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken, User
from enishi.messaging import actions
from enishi.messaging.models import KeptMail, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(sato: User) -> Callable[..., tuple[int, Any]]:
    token, secret = ApiToken.mint(name="会計", scopes=["*"], by=sato)
    token.save()
    client = Client(headers={"authorization": f"Bearer {secret}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=headers,
        )
        return answer.status_code, answer.json() if answer.content else None

    return ask


def test_one_message_by_api_is_sent_once(call: Any, run_jobs: Any) -> None:
    order = {"to": "hanako@example.jp", "subject": "領収書", "text": "ありがとうございました。"}
    status, first = call("POST", "/messages", order, **{"Idempotency-Key": "r-1"})
    assert (status, first["state"]) == (202, "waiting")
    status, again = call("POST", "/messages", order, **{"Idempotency-Key": "r-1"})
    assert (status, again["id"]) == (200, first["id"])
    other = order | {"text": "別の文面"}
    assert call("POST", "/messages", other, **{"Idempotency-Key": "r-1"})[0] == 422
    run_jobs()
    assert KeptMail.objects.count() == 1
    assert call("GET", f"/messages/{first['id']}")[1]["state"] == "sent"
    found = call("GET", "/messages?to=hanako@example.jp")[1]
    assert [one["id"] for one in found["items"]] == [first["id"]]
    for wrong in ({"to": "nobody"}, {"channel": "pigeon"}, {"text": ""}):
        assert call("POST", "/messages", order | wrong)[0] == 422
    status, problem = call("POST", "/messages", order | {"message_class": "advertising"})
    assert status == 422, "it is not sent as something else"
    assert problem["errors"][0]["field"] == "message_class"
    assert Message.objects.count() == 1


def test_suppressions_by_api(call: Any) -> None:
    status, row = call("POST", "/suppressions", {"address": "Jiro@example.jp", "detail": "希望"})
    assert (status, row["reason"], row["domain"]) == (201, "manual", "example.jp")
    assert "jiro" not in json.dumps(row)
    assert len(call("GET", "/suppressions?address=jiro@example.jp")[1]) == 1
    assert call("GET", "/suppressions?address=other@example.jp")[1] == []
    held = call("POST", "/messages", {"to": "jiro@example.jp", "text": "x"})[1]
    assert (held["state"], held["reason"]) == ("held", "配信停止リストにあるアドレスです。")
    path = f"/suppressions/{row['id']}/lifting"
    assert call("POST", path, {"reason": " "})[0] == 422
    assert call("POST", path, {"reason": "本人の連絡"})[1]["lifted_reason"] == "本人の連絡"
    assert call("POST", path, {"reason": "再度"})[0] == 409
    assert call("POST", "/suppressions", {"address": "no"})[0] == 422


def test_mail_settings_by_api(call: Any) -> None:
    status, before = call("GET", "/mail-settings")
    assert (status, before["bounce_address"], before["soft_limit"]) == (200, "", 5)
    status, after = call("PATCH", "/mail-settings", {"bounce_address": "bounce@example.jp"})
    assert (status, after) == (200, before | {"bounce_address": "bounce@example.jp"})
    for wrong in ({"sender": "nobody"}, {"soft_limit": 0}, {"unknown": 1}):
        status, problem = call("PATCH", "/mail-settings", wrong)
        assert (status, problem["errors"][0]["field"]) == (422, next(iter(wrong)))
    assert call("PATCH", "/mail-settings", {"bounce_address": ""})[1] == before


def test_bounces_by_api(call: Any) -> None:
    actions.report(kind="hard", source="answer", address="jiro@example.jp", token=("c", 7))
    actions.report(kind="auto_reply", source="smtp", address="taro@example.jp", token=("m", 8))
    items = call("GET", "/bounces")[1]["items"]
    assert [(one["kind"], one["message"], one["recipient"]) for one in items] == [
        ("auto_reply", 8, None),
        ("hard", None, 7),
    ]
    assert [one["domain"] for one in call("GET", "/bounces?kind=hard")[1]["items"]] == [
        "example.jp"
    ]
    assert call("GET", "/bounces?kind=odd")[0] == 422


def test_templates_by_api(call: Any) -> None:
    status, every = call("GET", "/mail-templates")
    assert status == 200
    one = next(row for row in every if row["language"] == "ja" and not row["own"])
    path = f"/mail-templates/{one['key']}/ja"
    status, mine = call("PUT", path, {"subject": "件名", "text": "{{ organisation.name }}"})
    assert (status, mine["own"], mine["subject"]) == (200, True, "件名")
    status, problem = call("PUT", path, {"subject": "件名", "text": "あ\n{{ nothing }}"})
    assert (status, problem["faults"][0]["line"]) == (422, 2)
    assert call("DELETE", path)[1] == one
    assert call("PUT", "/mail-templates/nothing/ja", {"subject": "a", "text": "b"})[0] == 404


def test_what_could_never_leave_is_refused_when_it_is_asked_for(call: Any) -> None:
    order = {"to": "hanako@example.jp", "subject": "領収書", "text": "本文"}
    for wrong in ("なし", "a@b.jp\r\nBcc: evil@example.jp"):
        assert call("POST", "/messages", {**order, "reply_to": wrong})[0] == 422
    sms = {"to": "09012345678", "channel": "sms", "text": "あ" * 660}
    assert call("POST", "/messages", sms)[0] == 202
    assert call("POST", "/messages", {**sms, "text": "😀" * 331})[0] == 422
    assert Message.objects.count() == 1


def test_a_suppressed_telephone_is_known_however_it_is_written(call: Any) -> None:
    call("POST", "/suppressions", {"address": "090-9999-8888", "channel": "sms"})
    for written in ("09099998888", "+819099998888"):
        order = {"to": written, "channel": "sms", "text": "本日18時です"}
        assert call("POST", "/messages", order)[1]["state"] == "held"
    other = {"to": "+19099998888", "channel": "sms", "text": "Hi"}
    assert call("POST", "/messages", other)[1]["state"] == "waiting"
