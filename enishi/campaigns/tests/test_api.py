"""The API, as programs use it."""

import json
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.test import Client

from enishi.accounts.models import ApiToken
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.sending import freezing
from enishi.core import clock
from enishi.members.models import Member, Topic
from enishi.messaging.models import MailSettings
from enishi.messaging.tests.sink import Sink

from .conftest import EVERYBODY, HTML, begin, deliver, write

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., list[Member]]


@pytest.fixture
def call(db: None) -> Callable[..., tuple[int, Any]]:
    token, secret = ApiToken.mint(name="test", scopes=["*"])
    token.save()
    client = Client(headers={"Authorization": f"Bearer {secret}"})

    def ask(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return ask


BODY = {
    "name": "総会のご案内",
    "subject": "{{ member.name|honorific }} 総会のご案内",
    "from": "縁の会 <info@example.jp>",
    "reply_to": "jimukyoku@example.jp",
    "body": {"html": HTML, "text": "{{ member.name }}様\n{{ links.unsubscribe }}"},
    "audience": EVERYBODY,
    "topic": "newsletter",
    "class": "advertising",
}


def test_a_key_is_of_one_order(members: Make, call: Any) -> None:
    members(1)
    path = f"campaigns/{call('POST', 'campaigns', BODY)[1]['id']}/sending"
    at = {"at": "2099-01-01T09:00:00+09:00"}
    key = {"Idempotency-Key": "k"}
    assert call("POST", path, {"when": "now"}, **key)[1]["errors"][0]["field"] == "when"
    assert call("POST", path, at, **key)[0] == 202
    assert call("POST", path, at, **key)[0] == 200
    assert call("POST", path, {"at": "2099-01-01T00:00:00Z"}, **key)[0] == 200
    assert call("POST", path, {"at": "2099-01-02T00:00:00Z"}, **key)[0] == 422
    assert call("POST", path, {}, **key)[0] == 422


def test_a_campaign_without_a_body_has_no_preview_yet(call: Any) -> None:
    status, one = call("POST", "campaigns", {"name": "x", "body": {}})
    assert status == 201
    status, problem = call("POST", f"campaigns/{one['id']}/preview", {})
    assert (status, problem["errors"][0]["field"]) == (422, "body")


def test_a_part_for_a_segment_that_is_not_there_is_refused(call: Any) -> None:
    for number in (99_999, 10**30):
        part = {"type": "members", "segment": number, "blocks": []}
        column = {"type": "columns", "columns": [[{"type": "divider"}, part]]}
        status, problem = call("POST", "campaigns", BODY | {"body": {"blocks": [column]}})
        assert status == 422
        assert problem["errors"][0]["field"] == "body.blocks[0].columns[0][1].segment"


def test_errors_name_what_was_sent(call: Any) -> None:
    def field(**values: Any) -> str:
        status, problem = call("POST", "campaigns", BODY | values)
        assert status == 422
        return str(problem["errors"][0]["field"])

    assert field(**{"from": "nobody"}) == "from"
    assert field(**{"class": "spam"}) == "class"
    assert field(text="x" * 2_000_000) == "text"


def test_the_whole_way(sink: Sink, members: Make, call: Any) -> None:
    made = members(5)
    status, one = call("POST", "campaigns", BODY)
    assert status == 201, one
    assert (one["state"], one["class"], one["topic"]) == ("draft", "advertising", "newsletter")
    path = f"campaigns/{one['id']}"
    status, shown = call("POST", f"{path}/preview", {"member": made[2].number})
    assert status == 200, shown
    assert shown["subject"] == "山田 花子2 様 総会のご案内"
    assert "山田 花子2" in shown["html"]
    assert call("GET", f"{path}/reach")[1]["recipients"] == 5
    assert {c["key"] for c in call("GET", f"{path}/checks")[1]["items"]} >= {"audience", "size"}
    status, begun = call("POST", f"{path}/sending", {}, **{"Idempotency-Key": "k1"})
    assert (status, begun["state"]) == (202, "freezing")
    assert call("POST", f"{path}/sending", {}, **{"Idempotency-Key": "k1"})[0] == 200
    assert call("POST", f"{path}/sending", **{"Idempotency-Key": "k1"})[0] == 200
    assert call("POST", f"{path}/sending", {}, **{"Idempotency-Key": "k2"})[0] == 409
    later = {"at": "2099-01-01T09:00:00+09:00"}
    assert call("POST", f"{path}/sending", later, **{"Idempotency-Key": "k1"})[0] == 422
    assert call("POST", f"{path}/sending")[0] == 409
    freezing.freeze(one["id"])
    assert call("PATCH", f"{path}/sending", {"paused": True})[1]["state"] == "paused"
    assert call("PATCH", f"{path}/sending", {"paused": False})[1]["state"] == "sending"
    deliver()
    assert call("GET", path)[1]["counts"]["accepted"] == 5
    page = call("GET", f"{path}/recipients?state=accepted&limit=3")[1]
    assert len(page["items"]) == 3
    rest = call("GET", f"{path}/recipients?state=accepted&limit=3&cursor={page['next']}")[1]
    numbers = [item["member"] for item in page["items"] + rest["items"]]
    assert sorted(numbers) == [one.number for one in made]
    assert rest["next"] is None
    assert call("GET", f"{path}/recipients?state=odd")[0] == 422
    results = call("GET", f"{path}/results")[1]
    assert (results["sent"], results["opened"], results["clicked"]) == (5, 0, 0)
    assert call("DELETE", f"{path}/sending")[0] == 409
    assert call("PATCH", path, {"name": "x"})[0] == 409
    assert sink.mails[0].to
    assert "info@example.jp" in sink.mails[0].content.decode()


def test_a_schedule_is_kept_and_taken_back(members: Make, call: Any) -> None:
    members(1)
    path = f"campaigns/{call('POST', 'campaigns', BODY)[1]['id']}"
    status, one = call("POST", f"{path}/sending", {"at": "2099-01-01T09:00:00+09:00"})
    assert (status, one["state"]) == (202, "scheduled")
    later = "2099-02-01T09:00:00+09:00"
    moved = call("PATCH", f"{path}/sending", {"at": later})[1]
    assert (moved["state"], moved["send_at"]) == ("scheduled", later)
    assert call("PATCH", f"{path}/sending", {"at": "2020-01-01T09:00:00+09:00"})[0] == 422
    assert call("PATCH", f"{path}/sending", {"at": later, "paused": True})[0] == 422
    assert call("PATCH", f"{path}/sending", {})[0] == 422
    assert call("DELETE", f"{path}/sending")[1]["state"] == "draft"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("<p>こんにちは</p>\n<p>{{ member.nmae }}</p>", 2, 4),
        ("{{ member.__class__.__mro__ }}", 1, 1),
        ("{{ settings.SECRET_KEY }}", 1, 1),
        ("{% for x in forever %}a{% endfor %}", 1, 1),
        ("{% while true %}a{% endwhile %}", 1, 1),
        ("{{ member.name|shout }}", 1, 1),
    ],
)
def test_faults_are_refused_with_their_place(
    members: Make, call: Any, text: str, line: int, column: int
) -> None:
    members(1)
    status, one = call("POST", "campaigns", {**BODY, "body": {"html": text}})
    assert status == 201
    for path, body in (("preview", {"member": "T000000"}), ("sending", {})):
        status, answer = call("POST", f"campaigns/{one['id']}/{path}", body)
        assert status == 422, answer
        fault = answer["faults"][0]
        assert (fault["part"], fault["line"], fault["column"]) == ("body.html", line, column)
    assert Campaign.objects.get(pk=one["id"]).state == "draft"


def test_what_cannot_be_read_is_refused_at_its_place(topic: Topic, call: Any) -> None:
    wrong = {
        "audience": {"include": [999, {"field": "nonsense", "op": "eq", "value": 1}]},
    }
    status, answer = call("POST", "campaigns", {**BODY, **wrong})
    assert status == 422
    fields = {one["field"] for one in answer["errors"]}
    assert any(field.startswith("audience.include[0]") for field in fields)
    assert any(field.startswith("audience.include[1]") for field in fields)
    for body in (
        {"body": {"blocks": [{"type": "nonsense"}]}},
        {"class": "spam"},
        {"reply_to": "nobody"},
        {"topic": "none"},
        {"nonsense": 1},
        {"body": {"html": "a", "mjml": "b"}},
        {"quiet_from": "21:00"},
        {"variants": [{}] * 9},
    ):
        assert call("POST", "campaigns", {**BODY, **body})[0] == 422, body


def test_blocks_and_mjml(members: Make, call: Any) -> None:
    members(1)
    blocks = [
        {"type": "heading", "text": "お知らせ"},
        {"type": "text", "text": "{{ member.name|honorific }}\n\n**重要** [詳細](https://e.jp/x)"},
        {"type": "columns", "columns": [[{"type": "text", "text": "左"}], [{"type": "divider"}]]},
        {"type": "button", "text": "申し込む", "href": "https://e.jp/?m={{ member.number }}"},
        {"type": "image", "src": "https://e.jp/a.png", "alt": "写真"},
    ]
    one = call("POST", "campaigns", {**BODY, "body": {"blocks": blocks}})[1]
    shown = call("POST", f"campaigns/{one['id']}/preview", {"member": "T000000"})[1]
    assert "https://e.jp/?m=T000000" in shown["html"]
    assert "<strong>重要</strong>" in shown["html"]
    assert "山田 花子0 様" in shown["text"]
    assert "https://e.jp/x" in shown["text"]
    mjml = "<mjml><mj-body><mj-section><mj-column><mj-text>{{ member.name }}</mj-text>"
    mjml += "</mj-column></mj-section></mj-body></mjml>"
    one = call("POST", "campaigns", {**BODY, "body": {"mjml": mjml}})[1]
    assert (
        "花子0" in call("POST", f"campaigns/{one['id']}/preview", {"member": "T000000"})[1]["html"]
    )
    one = call("POST", "campaigns", {**BODY, "body": {"mjml": "<mjml><oops>"}})[1]
    status, answer = call("POST", f"campaigns/{one['id']}/preview", {"member": None})
    assert status == 422
    assert answer["faults"][0]["part"] == "body.mjml"


def test_results_of_chosen_segments_and_a_test_won_by_success(members: Make, call: Any) -> None:
    members(3)
    test = {
        "variants": [{}, {"subject": "B"}],
        "winner_by": "conversions",
        "conversions": ["site.signed_in"],
    }
    status, one = call("POST", "campaigns", {**BODY, **test})
    assert (status, one["winner_by"]) == (201, "conversions")
    rule = {"field": "number", "op": "in", "value": ["T000001", "T000002"]}
    segment = call("POST", "segments", {"name": "二人", "rule": rule})[1]["id"]
    path = f"campaigns/{one['id']}"
    assert call("POST", f"{path}/sending", {})[0] == 202
    freezing.freeze(one["id"])
    Recipient.objects.update(state="accepted", sent_at=clock.now())
    results = call("GET", f"{path}/results?segments={segment}")[1]
    [line] = results["segments"]
    assert (line["id"], line["sent"], line["opened"], line["problem"]) == (segment, 2, 0, "")
    assert {"letter", "mails", "clicked", "converted", "hits"} <= set(results["variants"][0])
    assert call("GET", f"{path}/results")[1]["segments"] == []
    many = ",".join(str(n) for n in range(11))
    for wrong in (f"{segment},999999", "abc", f"{segment};1", "²", many):
        status, answer = call("GET", f"{path}/results?segments={wrong}")
        assert (status, answer["errors"][0]["field"]) == (422, "segments"), wrong


def test_orders_that_mean_nothing_are_refused(
    call: Callable[..., tuple[int, Any]], members: Make, topic: Topic
) -> None:
    members(1)
    _status, made = call("POST", "campaigns", BODY)
    one = f"campaigns/{made['id']}"
    assert call("POST", f"{one}/preview", {"variant": 7})[0] == 422
    for to in ([], [""], ["a@example.jp"] * 11):
        assert call("POST", f"{one}/tests", {"to": to})[0] == 422
    status, told = call("POST", f"{one}/sending", {"at": "2030-12-01"})  # which hour?
    assert (status, told["errors"][0]["field"]) == (422, "at")
    assert call("GET", "campaigns?state=sent")[0] == 422
    assert call("GET", "campaigns?state=draft")[1]["items"][0]["id"] == made["id"]


def test_answers_go_where_the_settings_say(sink: Sink, members: Make, topic: Topic) -> None:
    members(1)
    MailSettings.objects.update_or_create(pk=1, defaults={"reply_to": "jimu@example.jp"})
    begin(write(topic=topic, body={"blocks": [{"type": "text", "text": "ご返信ください"}]}))
    deliver()
    mail = message_from_bytes(sink.mails[0].content, policy=policy.default)
    assert mail["Reply-To"] == "jimu@example.jp"
    assert '<html lang="ja"' in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
