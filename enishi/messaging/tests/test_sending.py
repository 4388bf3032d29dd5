"""One message to one address: it leaves after the transaction, once, and the truth is kept."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction

from enishi.core import clock
from enishi.messaging import actions
from enishi.messaging.backend import Backend
from enishi.messaging.models import KeptMail, Message, Report, Suppression
from enishi.messaging.providers.mailbox.keeping import reading
from enishi.messaging.providers.smtp import pool

from .sink import Sink

pytestmark = pytest.mark.django_db
Run = Callable[[], list[Any]]


@pytest.fixture
def by_smtp(settings: Any) -> Iterator[Callable[..., Sink]]:
    """Call it to have mail leave for a sink."""
    sinks = []

    def begin(**more: Any) -> Sink:
        sink = Sink(**more).__enter__()
        sinks.append(sink)
        settings.MAIL_TRANSPORT, settings.EMAIL_HOST = "smtp", sink.host
        settings.EMAIL_PORT, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = (
            sink.port,
            False,
            False,
        )
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        return sink

    yield begin
    for sink in sinks:
        sink.__exit__()
    pool.cache_clear()


def hello(**more: Any) -> Message:
    given = {"to": "hanako@example.jp", "subject": "ご案内", "text": "本文です。", **more}
    return actions.send(**given)


def test_it_lies_in_the_mailbox(run_jobs: Run) -> None:
    message = hello(
        to_name="山田 花子",
        html="<p>本文です。</p>",
        files=[actions.File("案内.txt", "中身".encode(), "text/plain")],
    )
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.provider) == ("sent", "mailbox")
    kept = KeptMail.objects.get()
    assert (kept.to, kept.to_name, kept.subject) == ("hanako@example.jp", "山田 花子", "ご案内")
    found = reading(bytes(kept.source))
    assert (found.text.strip(), found.html.strip()) == ("本文です。", "<p>本文です。</p>")
    assert [(one.name, one.content.decode()) for one in found.attachments] == [("案内.txt", "中身")]
    assert list(KeptMail.objects.saying("花子 ゴアンナイ")) == []
    assert list(KeptMail.objects.saying("HANAKO 本文")) == [kept]


def test_what_is_rolled_back_was_never_sent(run_jobs: Run) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        hello()
        raise ZeroDivisionError
    run_jobs()
    assert not Message.objects.exists()
    assert not KeptMail.objects.exists()


def test_over_smtp_with_a_signed_return_path(run_jobs: Run, by_smtp: Any) -> None:
    sink = by_smtp()
    actions.change_mail_settings(
        by=None, bounce_address="bounce@example.jp", sender="info@example.jp", sender_name="縁の会"
    )
    message = hello()
    run_jobs()
    message.refresh_from_db()
    assert message.state == "sent"
    (mail,) = sink.mails
    assert mail.to == ["hanako@example.jp"]
    assert actions.tokens.read_return_path(mail.sender) == ("m", message.pk)
    assert mail.sender.endswith("@example.jp")
    assert b"Auto-Submitted: auto-generated" in mail.content


def test_a_no_for_now_is_tried_again_later(run_jobs: Run, by_smtp: Any) -> None:
    sink = by_smtp(refuse={"hanako@example.jp": "451 4.7.1 Greylisted"})
    message = hello()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.next_at is not None
    assert actions.retry_waiting() == 0
    sink.refuse.clear()
    with clock.at(clock.now() + timedelta(minutes=2)):
        assert actions.retry_waiting() == 1
        run_jobs()
    message.refresh_from_db()
    assert (message.state, sink.count) == ("sent", 1)


def test_a_final_no_stops_the_address_at_once(run_jobs: Run, by_smtp: Any) -> None:
    sink = by_smtp(refuse={"hanako@example.jp": "550 5.1.1 User unknown"})
    message = hello()
    run_jobs()
    message.refresh_from_db()
    assert message.state == "bounced"
    assert Report.objects.get().kind == "hard"
    assert actions.suppressed(["Hanako@Example.jp", "b@example.jp"]) == {
        "Hanako@Example.jp": "hard"
    }
    sink.refuse.clear()
    again = hello()
    run_jobs()
    again.refresh_from_db()
    assert (again.state, sink.count) == ("held", 0)


def test_a_refused_sender_stops_nobody(run_jobs: Run, by_smtp: Any) -> None:
    by_smtp(refuse_senders="550 5.7.1 Sender not allowed")
    message = hello()
    run_jobs()
    message.refresh_from_db()
    assert message.state == "refused"
    assert not Suppression.objects.exists()


def test_a_lost_answer_is_uncertain_until_somebody_decides(run_jobs: Run, by_smtp: Any) -> None:
    sink = by_smtp(chance_drop=1.0)
    message = hello()
    run_jobs()
    message.refresh_from_db()
    assert message.state == "uncertain"
    sink.chance_drop = 0.0
    actions.send_again(message, by=None)
    run_jobs()
    message.refresh_from_db()
    assert message.state == "sent"


def test_whoever_was_killed_while_sending_leaves_an_uncertain_message(run_jobs: Run) -> None:
    message = hello()
    Message.objects.filter(pk=message.pk).update(state="sending")
    run_jobs()
    message.refresh_from_db()
    assert message.state == "uncertain"
    assert not KeptMail.objects.exists()


def test_what_opens_a_door_is_not_kept(run_jobs: Run) -> None:
    message = hello(secret=True, text="https://example.jp/reset/abc")
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.text) == ("sent", "")


def test_advertising_needs_a_proof(run_jobs: Run) -> None:
    held = hello(message_class="advertising")
    assert (held.state, bool(held.reason)) == ("held", True)


@pytest.mark.parametrize("to", ["", "nobody", "a@b\r\nBcc: c@d.jp", "a b@c.jp"])
def test_no_address(to: str) -> None:
    with pytest.raises(actions.NoSuchAddress):
        hello(to=to)


def test_djangos_mail_comes_along(run_jobs: Run) -> None:
    mail = EmailMultiAlternatives(
        "件名", "本文", "Somebody <a@example.jp>", ["花子 <hanako@example.jp>"]
    )
    mail.attach_alternative("<b>本文</b>", "text/html")
    mail.attach("a.csv", "1,2", "text/csv")
    assert Backend().send_messages([mail]) == 1
    run_jobs()
    kept = KeptMail.objects.get()
    found = reading(bytes(kept.source))
    assert (kept.sender, kept.subject) == ("Somebody <a@example.jp>", "件名")
    assert (found.html.strip(), found.attachments[0].content) == ("<b>本文</b>", b"1,2")


def test_the_database_hashes_like_we_do() -> None:
    actions.suppress("Jiro+x@Example.JP", reason="manual")
    sql, params = actions.suppressed_sql("m.email")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.email, {sql} FROM (VALUES ('jiro+x@example.jp'), ('other@example.jp'))"
            " AS m(email)",
            params,
        )
        assert dict(cursor.fetchall()) == {"jiro+x@example.jp": True, "other@example.jp": False}
