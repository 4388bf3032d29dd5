"""The connection against a real server that misbehaves: an exact word for every mail."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from enishi.messaging.providers.base import Envelope, Outcome, State
from enishi.messaging.providers.smtp import Bundle, Connection, Pool, Server

from .sink import Sink

BODY = b"Subject: x\r\n\r\n.dot\r\n..two\r\nlast"


def letters(count: int, body: bytes = BODY) -> Iterator[Envelope]:
    for number in range(count):
        yield Envelope(f"b+{number}@e.jp", f"to{number}@e.jp", body, number)


def send(sink: Sink, count: int = 5, connections: int = 1, **more: object) -> list[Outcome]:
    bundle = Bundle([Connection(Server(sink.host, sink.port)) for _ in range(connections)])
    answers = list(bundle.send(letters(count), **more))  # type: ignore[arg-type]
    bundle.close()
    told = [envelope.tag for envelope, _ in answers]
    assert (told if connections == 1 else sorted(told)) == list(range(count))
    return [outcome for _, outcome in sorted(answers, key=lambda one: one[0].tag)]


@pytest.mark.parametrize("pipelining", [True, False])
def test_each_arrives_once_and_whole(pipelining: bool) -> None:
    with Sink(pipelining=pipelining) as sink:
        assert {one.state for one in send(sink, 50)} == {State.ACCEPTED}
    assert [mail.to for mail in sink.mails] == [[f"to{n}@e.jp"] for n in range(50)]
    assert {mail.content for mail in sink.mails} == {BODY + b"\r\n"}
    assert sink.mails[7].sender == "b+7@e.jp"
    assert sink.connections == 1


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_refused_recipient_harms_no_other(pipelining: bool) -> None:
    refuse = {"to1@e.jp": "550 5.1.1 User unknown", "to3@e.jp": "450 4.2.1 Greylisted"}
    with Sink(pipelining=pipelining, refuse=refuse) as sink:
        found = send(sink, 6)
    assert [one.state for one in found] == [
        *(State.ACCEPTED, State.REFUSED, State.ACCEPTED),
        *(State.DEFERRED, State.ACCEPTED, State.ACCEPTED),
    ]
    assert (found[1].code, found[1].text, found[1].about) == (
        *(550, "5.1.1 User unknown"),
        "recipient",
    )
    assert sink.count == 4


def test_a_refused_sender_says_nothing_about_the_recipient() -> None:
    with Sink(refuse_senders="550 5.7.1 Sender not allowed") as sink:
        assert {(one.state, one.about) for one in send(sink, 3)} == {(State.REFUSED, "sender")}


def test_a_bad_address_never_reaches_the_wire() -> None:
    with Sink() as sink:
        connection = Connection(Server(sink.host, sink.port))
        bad = Envelope("b@e.jp", "a@b.jp>\r\nRCPT TO:<x@y.jp", BODY)
        good = Envelope("b@e.jp", "a@b.jp", BODY)
        states = [outcome.state for _, outcome in Bundle([connection]).send([bad, good, bad])]
    assert states == [State.REFUSED, State.ACCEPTED, State.REFUSED]
    assert sink.count == 1


def test_no_server_at_all() -> None:
    with Sink() as sink:
        port = sink.port
    answers = list(Bundle([Connection(Server("127.0.0.1", port))]).send(letters(3)))
    assert {outcome.state for _, outcome in answers} == {State.UNREACHED}


@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("pipelining", [True, False])
def test_the_truth_about_every_mail_when_all_goes_wrong(pipelining: bool, connections: int) -> None:
    """Accepted: arrived once. Deferred, refused, unreached: not arrived. Uncertain: either."""
    with Sink(
        pipelining=pipelining,
        chance_drop=0.1,
        chance_4xx=0.1,
        chance_5xx=0.1,
        per_connection=20,
        seed=1,
    ) as sink:
        found = send(sink, 400, connections)
    arrived = Counter(mail.to[0] for mail in sink.mails)
    seen = Counter(one.state for one in found)
    assert set(seen) == set(State)
    for number, outcome in enumerate(found):
        times = arrived[f"to{number}@e.jp"]
        if outcome.state == State.ACCEPTED:
            assert times == 1
        elif outcome.state == State.UNCERTAIN:
            assert times in (0, 1)
        else:
            assert times == 0


def test_what_is_handed_over_is_told_before() -> None:
    handed: list[int] = []
    with Sink(refuse={"to1@e.jp": "550 no"}) as sink:
        connection = Connection(Server(sink.host, sink.port))
        for envelope, outcome in Bundle([connection]).send(
            letters(4), lambda one: handed.append(one.tag)
        ):
            assert (envelope.tag in handed) == (outcome.state == State.ACCEPTED)
    assert handed == [0, 2, 3]


def test_the_pool_keeps_connections_and_leaves_dead_ones() -> None:
    with Sink() as sink:
        pool = Pool(Server(sink.host, sink.port))
        for _ in range(3):
            with pool.bundle(1) as connection:
                assert [one.state for _, one in connection.send(letters(2))] == [State.ACCEPTED] * 2
        assert sink.connections == 1
        sink.drop_all()
        until = time.monotonic() + 30
        while sink._writers and time.monotonic() < until:
            time.sleep(0.01)
        pool._idle[0] = (pool._idle[0][0] - 6, pool._idle[0][1])  # it has rested a while
        with pool.bundle(1) as connection:
            assert [one.state for _, one in connection.send(letters(2))] == [State.ACCEPTED] * 2
        assert sink.connections == 2
        pool.close()


def test_a_server_that_says_no_more_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enishi.messaging.providers.smtp.bundle.ANSWER_SECONDS", 1.0)
    with Sink(pause=30) as sink:
        found = send(sink, 3, 2)
    states = [one.state for one in found]
    assert states.count(State.UNCERTAIN) >= 2
    assert set(states) <= {State.UNCERTAIN, State.UNREACHED}


def test_while_one_connection_waits_the_other_sends() -> None:
    with Sink(pause=0.2) as sink:
        began = time.perf_counter()
        assert {one.state for one in send(sink, 20, 10)} == {State.ACCEPTED}
        took = time.perf_counter() - began
        assert sink.connections == 10
    assert took < 20 * 0.2  # as one alone would need


def test_answers_in_pieces_and_of_many_lines() -> None:
    """A server that writes byte by byte, and several lines where one would do."""
    words = {b"EHLO": b"250-x\r\n250 PIPELINING\r\n", b"DATA": b"354-go\r\n354 on\r\n"}
    taken = []

    def serve() -> None:
        peer, _address = listener.accept()
        file = peer.makefile("rb")
        peer.sendall(b"220 x\r\n")
        while not (line := file.readline()).startswith(b"QUIT"):
            answer = words.get(line[:4].upper(), b"250-fine\r\n250-and\r\n250 good\r\n")
            for at in range(len(answer)):
                peer.sendall(answer[at : at + 1])
            if line.startswith(b"DATA"):
                while (part := file.readline()) != b".\r\n":
                    taken.append(part)
                peer.sendall(b"250-ta")
                time.sleep(0.02)
                peer.sendall(b"ken\r\n250 over\r\n")
        file.close()
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        bundle = Bundle([Connection(Server(*listener.getsockname()))])
        found = [outcome for _, outcome in bundle.send(letters(3))]
        bundle.close()
        thread.join(5)
    assert found == [Outcome(State.ACCEPTED, 250, "taken over")] * 3
    assert len(taken) == 3 * len(BODY.split(b"\r\n"))


def test_one_round_trip_a_mail() -> None:
    """With PIPELINING: content and the next mail's envelope leave together, and are read so."""
    reads = {}
    for pipelining in (True, False):
        with Sink(keep=False, pipelining=pipelining) as sink:
            send(sink, 300)
        assert sink.count == 300
        reads[pipelining] = sink.packets
    assert reads[True] < 1.5 * 300
    assert reads[False] > 3 * 300
