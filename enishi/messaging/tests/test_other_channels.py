"""SMS, web push and mail services against small servers of our own."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.messaging import actions
from enishi.messaging.models import Message, PushSubscription
from enishi.messaging.providers import sms, webpush  # noqa: F401
from enishi.messaging.providers.base import Envelope, State
from enishi.messaging.providers.sms import twilio
from enishi.messaging.providers.webpush.encrypting import encrypted, padless, unpadded
from enishi.messaging.providers.webpush.vapid import authorization, public_key

Run = Callable[[], list[Any]]


@contextmanager
def answering(status: int, body: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """A web server that answers every POST the same way and remembers them."""
    heard: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.path, dict(self.headers), content))
            said = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "state", "about"),
    [
        (201, {"sid": "SM1"}, State.ACCEPTED, ""),
        (400, {"code": 21211, "message": "Invalid 'To'"}, State.REFUSED, "recipient"),
        (401, {"code": 20003, "message": "Authenticate"}, State.REFUSED, "sender"),
        (429, {"code": 20429, "message": "Too Many Requests"}, State.DEFERRED, ""),
        (503, {}, State.DEFERRED, ""),
    ],
)
def test_twilio(settings: Any, status: int, body: Any, state: State, about: str) -> None:
    settings.TWILIO_SID, settings.TWILIO_TOKEN = "AC1", "secret"
    settings.TWILIO_FROM = "+815012345678"
    with answering(status, body) as (url, heard):
        provider = twilio.TwilioProvider(url + "/{sid}/Messages.json")
        outcome = provider.deliver(Message(to="09012345678", text="本日18時です", channel="sms"))
    assert (outcome.state, outcome.about) == (state, about)
    path, headers, content = heard[0]
    assert path == "/AC1/Messages.json"
    assert base64.b64decode(headers["Authorization"].split()[1]) == b"AC1:secret"
    said = {key: values[0] for key, values in parse_qs(content.decode()).items()}
    assert said == {"To": "+819012345678", "From": "+815012345678", "Body": "本日18時です"}


def test_sms_without_a_provider_goes_to_the_log(db: None, run_jobs: Run) -> None:
    message = actions.send(channel="sms", to="09012345678", text="x")
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.provider) == ("sent", "log")


def test_the_example_of_rfc_8291() -> None:
    private = int.from_bytes(unpadded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = encrypted(
        b"When I grow up, I want to be a watermelon",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
        own=ec.derive_private_key(private, ec.SECP256R1()),
        salt=unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert padless(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"
        "WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS"
        "gSxsj_Qulcy4a-fN"
    )


def browser_keys() -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric import ec as curve

    from enishi.messaging.providers.webpush.encrypting import point

    key = curve.generate_private_key(curve.SECP256R1())
    return {"p256dh": padless(point(key.public_key())), "auth": padless(b"0" * 16)}


def test_the_key_is_made_once_and_signs(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    assert public_key() == public_key()
    assert (tmp_path / "push.key").stat().st_mode & 0o777 == 0o600
    word = authorization("https://push.example/abc", "https://members.example.jp")
    head, claims, signature = word.removeprefix("vapid t=").split(",")[0].split(".")
    assert json.loads(unpadded(claims))["aud"] == "https://push.example"
    assert json.loads(unpadded(head))["alg"] == "ES256"
    assert len(unpadded(signature)) == 64


def test_a_browser_subscribes_and_is_told(
    sato: User, run_jobs: Run, settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    client = Client()
    url = reverse("messaging:push_subscription")
    assert client.get(url).status_code == 302
    client.force_login(sato)
    assert len(client.get(url).json()["key"]) == 87

    def post(endpoint: str, keys: Any) -> int:
        said = {"endpoint": endpoint, "keys": keys}
        return client.post(url, said, content_type="application/json").status_code

    keys = browser_keys()
    assert post("https://push.example.com/1", keys) == 201
    for endpoint in ("http://push.example.com/1", "https://127.0.0.1/1", "https://localhost/", "x"):
        assert post(endpoint, keys) == 422
    assert post("https://push.example.com/2", {"p256dh": "AAAA", "auth": "x"}) == 422
    assert client.post(url, b"[", content_type="application/json").status_code == 422

    with answering(201, {}) as (server, heard):
        PushSubscription.objects.update(endpoint=f"{server}/1")
        message = actions.send(
            channel="push", to=str(sato.pk), subject="明日の総会", text="10時から", link="/news/1"
        )
        run_jobs()
        message.refresh_from_db()
        assert message.state == "sent"
        _path, headers, content = heard[0]
        assert headers["Content-Encoding"] == "aes128gcm"
        for said in ("明日の総会", "10時から", "/news/1"):
            assert said.encode() not in content
    with answering(410, {}) as (server, heard):
        PushSubscription.objects.update(endpoint=f"{server}/1")
        actions.send(channel="push", to=str(sato.pk), subject="2", text="…")
        run_jobs()
    assert not PushSubscription.objects.exists(), "a browser that is gone is forgotten"


def test_the_worker_may_speak_for_the_site(db: None) -> None:
    answer = Client().get(reverse("messaging:push_worker"))
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Content-Type"].startswith("text/javascript")


def test_a_mail_service(settings: Any, db: None) -> None:
    settings.MAIL_TRANSPORT, settings.MAIL_ESP = "anymail", "postmark"
    letter = actions.Letter(
        sender=actions.Mailbox("info@example.jp", "縁の会"),
        subject=actions.merge.plain("ご案内"),
        text=actions.merge.plain("本文"),
        html=actions.merge.plain("<p>本文</p>"),
    )
    content = letter.build(
        actions.Mailbox("hanako@example.jp", "山田 花子"),
        {},
        message_id="m1@example.jp",
        unsubscribe="https://example.jp/u/1",
    )
    path = actions.return_paths("c")(7)
    assert actions.tokens.read_return_path(path) == ("c", 7), "also without a bounce address"
    answer = {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc", "To": "hanako@example.jp"}
    with answering(200, answer) as (server, heard):
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "t", "POSTMARK_API_URL": server}
        with actions.mail_transport() as transport:
            envelope = Envelope(path, "hanako@example.jp", content)
            ((_envelope, outcome),) = list(transport.send([envelope]))
    assert (outcome.state, outcome.text) == (State.ACCEPTED, "b7bc")
    said = json.loads(heard[0][2])
    assert said["From"] == "縁の会 <info@example.jp>"
    assert said["HtmlBody"].strip() == "<p>本文</p>"
    assert said["Metadata"] == {"return_path": path}
    names = {one["Name"] for one in said["Headers"]}
    assert {"List-Unsubscribe", "List-Unsubscribe-Post"} <= names


def test_a_report_that_nobody_can_read_is_said_so(rf) -> None:  # type: ignore[no-untyped-def]
    """A service that is known and sends broken JSON is told 400, not 500."""
    from enishi.messaging.webhooks import readable_only

    def view(request: Any) -> Any:
        return json.loads(request.body)

    request = rf.post("/hooks/anymail/x/", b"{", content_type="application/json")
    assert readable_only(view)(request).status_code == 400
