"""What comes back is understood, and the right addresses are left alone."""

import asyncio
import smtplib
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enishi.audit.models import HistoryEntry
from enishi.core import clock
from enishi.core.facts import Fact, _reactions, reacts_to
from enishi.messaging import actions, tokens
from enishi.messaging.facts import BounceReceived, ComplaintReceived
from enishi.messaging.inbound.classifying import kind_of, kind_of_answer
from enishi.messaging.inbound.imap import fetch_new
from enishi.messaging.inbound.reading import findings
from enishi.messaging.inbound.receiver import Receiver
from enishi.messaging.models import Inbound, Message, Report, Suppression

from . import bounces

Run = Callable[[], list[Any]]
BOUNCE = "bounce@example.jp"


def verp(number: int = 12, kind: str = "m") -> str:
    return tokens.return_paths(kind, BOUNCE)(number)


NO_USER = "550 5.1.1 <hanako@example.ne.jp>: Recipient address rejected: User unknown"
SHAPES: list[tuple[str, Callable[[str], bytes], str]] = [
    ("dsn, hard", lambda to: bounces.dsn(to=to, status="5.1.1", diagnostic=NO_USER), "hard"),
    (
        "dsn, for now",
        lambda to: bounces.dsn(to=to, status="4.4.1", diagnostic="connect: Connection timed out"),
        "soft",
    ),
    (
        "dsn, full",
        lambda to: bounces.dsn(to=to, status="5.2.2", diagnostic="552 5.2.2 Over quota"),
        "full",
    ),
    (
        "dsn of general status, dead by its words",
        lambda to: bounces.dsn(to=to, status="5.0.0", diagnostic="550 Unknown user hanako"),
        "hard",
    ),
    (
        "dsn, rejected for its content",
        lambda to: bounces.dsn(
            to=to, status="5.7.1", diagnostic="554 5.7.1 Message rejected as spam by content filter"
        ),
        "blocked",
    ),
    (
        "dsn, delayed",
        lambda to: bounces.dsn(to=to, status="4.4.7", diagnostic="451 timeout", action="delayed"),
        "delayed",
    ),
    (
        "dsn, no such domain",
        lambda to: bounces.dsn(
            to=to, status="5.4.4", diagnostic="Host or domain name not found. Host not found"
        ),
        "hard",
    ),
    ("docomo", bounces.docomo, "hard"),
    ("au", bounces.au, "full"),
    ("softbank", bounces.softbank, "blocked"),
    ("qmail", bounces.qmail, "hard"),
    ("out of office", bounces.out_of_office, "auto_reply"),
    ("out of office, no header", lambda to: bounces.out_of_office(to, header=False), "auto_reply"),
    ("out of office, English", lambda to: bounces.out_of_office(to, japanese=False), "auto_reply"),
    ("complaint", bounces.arf, "complaint"),
]


@pytest.mark.parametrize(
    ("shape", "kind"), [(s[1], s[2]) for s in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_every_shape_with_and_without_our_return_path(
    shape: Callable[[str], bytes], kind: str
) -> None:
    for to in (verp(), BOUNCE):
        (found,) = findings(shape(to))
        assert found.kind == kind
        assert found.address == bounces.WHO
        assert found.token == (("m", 12) if to != BOUNCE else None)
    (found,) = findings(shape(BOUNCE), [verp(7, "c")])
    assert found.token == ("c", 7), "the envelope says it too"


def test_a_letter_is_no_bounce() -> None:
    assert findings(bounces.letter(BOUNCE)) == []
    assert findings(bounces.arf(BOUNCE, kind="not-spam")) == []
    assert findings(b"") == []


def test_a_report_names_the_message_by_its_id_too() -> None:
    message_id = tokens.message_id("c", 99, "example.jp")
    for content in (
        bounces.dsn(to=BOUNCE, status="5.1.1", diagnostic=NO_USER, message_id=message_id),
        bounces.arf(BOUNCE, message_id=message_id),
        bounces.docomo(BOUNCE, message_id=message_id),
    ):
        assert findings(content)[0].token == ("c", 99)


def test_a_forged_word_is_no_token() -> None:
    word, _at, domain = verp().partition("@")
    forged = f"{word[:-1]}{'a' if word[-1] != 'a' else 'b'}@{domain}"
    assert tokens.read_return_path(forged) is None
    assert tokens.read_return_path(verp().upper()) == ("m", 12)
    assert findings(bounces.dsn(to=forged, status="5.1.1", diagnostic=NO_USER))[0].token is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(SHAPES))
def test_whatever_comes_is_read_without_stumbling(
    noise: bytes, shape: tuple[str, Callable[[str], bytes], str]
) -> None:
    findings(noise)
    content = shape[1](BOUNCE)
    middle = len(content) // 2
    findings(content[:middle] + noise + content[middle:])
    findings(noise + content)


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (550, "5.1.1 User unknown", "hard"),
        (550, "Unknown user hanako@docomo.ne.jp", "hard"),
        (550, "Invalid recipient: <hanako@softbank.ne.jp>", "hard"),
        (452, "4.2.2 The email account is over quota", "full"),
        (552, "Mailbox is full", "full"),
        (550, "5.7.1 Service unavailable; client host blocked using a blacklist", "blocked"),
        (550, "5.7.26 Unauthenticated email is not accepted due to DMARC policy", "blocked"),
        (450, "4.2.1 Greylisted, try again", "soft"),
        (450, "4.7.1 Greylisted, please try again later", "soft"),
        (550, "5.7.1 Temporarily deferred as spam", "blocked"),
        (0, "User is over the quota. You can try again later.", "full"),
        (450, "4.1.1 User unknown in virtual mailbox table", "soft"),
        (554, "5.0.0 No reason", "soft"),
        (550, "5.4.1 Recipient address rejected: Access denied", "hard"),
    ],
)
def test_answers_of_mail_servers(code: int, text: str, kind: str) -> None:
    assert kind_of_answer(code, text) == kind


def test_words_alone_are_understood() -> None:
    assert kind_of("", "宛先不明のためお届けできません") in {"hard", "unknown"}
    assert kind_of("", "hello") == "unknown"


# What follows


@pytest.fixture
def heard() -> Iterator[list[Fact]]:
    facts: list[Fact] = []
    for kind in (BounceReceived, ComplaintReceived):
        reacts_to(kind)(facts.append)
    yield facts
    for kind in (BounceReceived, ComplaintReceived):
        _reactions[kind].remove(facts.append)


@pytest.fixture
def sent(db: None, run_jobs: Run) -> Message:
    message = actions.send(to="taro@example.jp", subject="x", text="y")
    run_jobs()
    message.refresh_from_db()
    return message


def take(content: bytes, run_jobs: Run, to: str = "") -> None:
    actions.receive(content, source="smtp", to=[to] if to else [])
    run_jobs()


def test_a_signed_hard_bounce_stops_the_address_that_we_wrote_to(
    sent: Message, heard: list[Any], run_jobs: Run
) -> None:
    content = bounces.dsn(to=verp(sent.pk), status="5.1.1", diagnostic=NO_USER)
    for _ in range(2):  # the same mail by two ways is one
        take(content, run_jobs)
    sent.refresh_from_db()
    assert sent.state == "bounced"
    assert actions.suppressed(["taro@example.jp", bounces.WHO]) == {"taro@example.jp": "hard"}
    (fact,) = heard
    assert (fact.token_kind, fact.number, fact.kind, fact.suppressed) == (
        "m",
        sent.pk,
        "hard",
        True,
    )
    assert HistoryEntry.objects.filter(fact="messaging.AddressSuppressed").count() == 1


def test_anybody_can_write_that_an_address_is_dead(db: None, run_jobs: Run) -> None:
    take(bounces.dsn(to=BOUNCE, status="5.1.1", diagnostic=NO_USER), run_jobs)
    assert Report.objects.get().kind == "hard"
    assert not Suppression.objects.exists()


def test_soft_bounces_stop_after_some_within_some_days(sent: Message, run_jobs: Run) -> None:
    actions.change_mail_settings(by=None, soft_limit=3, soft_days=10)

    def bounce(day: int) -> None:
        with clock.at(clock.now() + timedelta(days=day)):
            text = f"452 4.2.2 over quota {day}"
            take(bounces.dsn(to=verp(sent.pk), status="4.2.2", diagnostic=text), run_jobs)

    for day in (0, 8, 15):
        bounce(day)
    assert not Suppression.objects.exists()
    bounce(16)
    assert Suppression.objects.get().reason == "soft"


def test_a_complaint_stops_at_once(sent: Message, heard: list[Any], run_jobs: Run) -> None:
    take(bounces.arf(verp(sent.pk)), run_jobs)
    assert actions.suppressed(["taro@example.jp"]) == {"taro@example.jp": "complaint"}
    assert isinstance(heard[0], ComplaintReceived)


def test_an_automatic_answer_stops_nobody(sent: Message, heard: list[Any], run_jobs: Run) -> None:
    take(bounces.out_of_office(verp(sent.pk)), run_jobs)
    assert Report.objects.get().kind == "auto_reply"
    assert (heard, Suppression.objects.count()) == ([], 0)


def test_lifted_by_hand_with_a_reason_only(sent: Message, sato: Any, run_jobs: Run) -> None:
    row = actions.suppress("taro@example.jp", reason="manual", by=sato)
    assert actions.suppress("Taro@example.jp", reason="hard") == row
    with pytest.raises(actions.ReasonMissing):
        actions.lift(row, reason=" ", by=sato)
    actions.lift(row, reason="本人から連絡があった", by=sato)
    assert actions.suppressed(["taro@example.jp"]) == {}
    with pytest.raises(actions.NotInForce):
        actions.lift(row, reason="再度", by=sato)
    take(bounces.arf(verp(sent.pk)), run_jobs)
    assert Suppression.objects.of("taro@example.jp").count() == 2


# The receiver and the IMAP reader


@pytest.mark.django_db(transaction=True)
def test_the_receiver_takes_our_addresses_and_relays_nothing() -> None:
    taken: list[tuple[bytes, list[str]]] = []
    failing = [True]

    def keep(content: bytes, to: list[str]) -> None:
        if failing.pop() if failing else False:
            raise OSError
        taken.append((content, to))

    ready = threading.Event()
    receivers = []

    async def serve() -> None:
        receiver = Receiver("127.0.0.1", 0, take=keep, knows=actions.is_ours)
        receivers.append((receiver, asyncio.get_running_loop()))
        await receiver.serve(ready.set)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(60)
    receiver, loop = receivers[0]
    content = b"Subject: a\r\n\r\n.x\r\n" + b"y" * 5000 + b"\r\n"
    with smtplib.SMTP("127.0.0.1", receiver.port, timeout=60) as smtp:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("a@b.jp", ["somebody@elsewhere.example"], b"x")
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            smtp.sendmail("", [verp(5)], content)
        smtp.sendmail("", [verp(5)], content)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("", [BOUNCE], content)
    loop.call_soon_threadsafe(receiver.stop)
    thread.join(10)
    assert taken == [(content, [verp(5)])]


class FakeImap(socketserver.StreamRequestHandler):
    """Just enough of RFC 3501 for imaplib."""

    mails: ClassVar[dict[int, bytes]] = {}
    seen: ClassVar[set[int]] = set()

    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _blank, rest = line.strip().partition(b" ")
            verb = rest.split(b" ")[0].upper()
            if verb == b"CAPABILITY":
                self.wfile.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif verb == b"SELECT":
                self.wfile.write(b"* %d EXISTS\r\n" % len(self.mails))
            elif verb == b"SEARCH":
                unseen = sorted(set(self.mails) - self.seen)
                self.wfile.write(b"* SEARCH " + b" ".join(b"%d" % n for n in unseen) + b"\r\n")
            elif verb == b"FETCH":
                number = int(rest.split(b" ")[1])
                body = self.mails[number]
                head = b"* %d FETCH (BODY[] {%d}\r\n" % (number, len(body))
                self.wfile.write(head + body + b")\r\n")
            elif verb == b"STORE":
                self.seen.add(int(rest.split(b" ")[1]))
            self.wfile.write(tag + b" OK done\r\n")
            if verb == b"LOGOUT":
                return


def test_the_imap_mailbox_is_read_once(db: None) -> None:
    FakeImap.mails = {1: bounces.docomo(verp(1)), 2: bounces.arf(verp(2))}
    FakeImap.seen = set()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), FakeImap) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"imap://me:secret@127.0.0.1:{server.server_address[1]}/INBOX"
        assert fetch_new(url, actions.receive_by_imap) == 2
        assert fetch_new(url, actions.receive_by_imap) == 0
        server.shutdown()
    assert Inbound.objects.filter(source="imap").count() == 2


def test_webhooks_of_services(sent: Message) -> None:
    from types import SimpleNamespace

    from enishi.messaging.webhooks import heard

    def event(kind: str, **more: Any) -> SimpleNamespace:
        return SimpleNamespace(
            event_type=kind,
            recipient="taro@example.jp",
            mta_response=more.pop("text", ""),
            description="",
            reject_reason=more.pop("reason", None),
            metadata={"return_path": verp(sent.pk)},
        )

    heard(None, event("delivered"))
    assert not Report.objects.exists()
    heard(None, event("bounced", text="452 4.2.2 over quota"))
    heard(None, event("bounced", reason="bounced"))
    assert [one.kind for one in Report.objects.order_by("pk")] == ["full", "hard"]
    assert Suppression.objects.get().reason == "hard"


def test_a_servers_answer_is_told_with_what_it_means() -> None:
    assert actions.in_words("550 5.1.1 User unknown") == "宛先なし: 550 5.1.1 User unknown"
    assert actions.in_words("452 4.2.2 Over quota").startswith("メールボックス満杯")
    assert actions.in_words("something of its own") == "something of its own"
    assert actions.in_words("") == ""
