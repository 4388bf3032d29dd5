"""A mail server that takes everything and can be as unpleasant as real ones, for tests.

    with Sink() as sink:                       # sink.host, sink.port, sink.url
        ...send...
        sink.mails                             # Received(sender, to, content, at), in order

``Sink(refuse={"x@example.jp": "550 5.1.1 User unknown"})`` answers RCPT; ``chance_4xx``,
``chance_5xx`` answer the end of a mail; ``chance_drop`` breaks the connection, as often before as
after the mail was taken over (a mail that was taken over is in ``mails`` in any case);
``pipelining=False`` and ``per_connection`` limit it; ``pause`` seconds before the last answer;
``keep=False`` counts (``sink.count``) without keeping. ``seed`` makes chance repeatable.
As a program: ``python -m enishi.messaging.tests.sink PORT FILE`` appends one JSON line a mail.
"""

import asyncio
import contextlib
import json
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass
class Received:
    """A mail that was taken over: envelope and content, dots already unstuffed."""

    sender: str
    to: list[str]
    content: bytes
    at: float = field(default_factory=time.time)


class Sink:
    """A context manager: listens on a free port of 127.0.0.1 in a thread of its own."""

    def __init__(
        self,
        *,
        port: int = 0,
        pipelining: bool = True,
        refuse: dict[str, str] | None = None,
        refuse_senders: str = "",
        chance_4xx: float = 0.0,
        chance_5xx: float = 0.0,
        chance_drop: float = 0.0,
        per_connection: int = 0,
        pause: float = 0.0,
        keep: bool = True,
        seed: int | None = None,
        on_mail: Callable[[Received], None] | None = None,
    ) -> None:
        self.host, self.port = "127.0.0.1", port
        self.pipelining = pipelining
        self.refuse = refuse or {}
        self.refuse_senders = refuse_senders
        self.chance_4xx, self.chance_5xx, self.chance_drop = chance_4xx, chance_5xx, chance_drop
        self.per_connection = per_connection
        self.pause = pause
        self.keep = keep
        self.mails: list[Received] = []
        self.count = 0
        self.connections = 0
        self.packets = 0  # reads from the wire: shows pipelining
        self.on_mail = on_mail
        self._random = random.Random(seed)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def to(self, address: str) -> list[Received]:
        """The mails to one address."""
        return [mail for mail in self.mails if address in mail.to]

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(60)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def drop_all(self) -> None:
        """Break every connection now."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(lambda: [_abort(one) for one in list(self._writers)])

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self.serve(ready))

    async def serve(self, ready: threading.Event | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        server = await asyncio.start_server(
            self._talk, self.host, self.port, limit=64 * 1024 * 1024, backlog=256
        )
        self.port = server.sockets[0].getsockname()[1]
        if ready is not None:
            ready.set()
        await self._stop.wait()
        server.close()
        for writer in list(self._writers):
            _abort(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        feed = reader.feed_data

        def counted(data: bytes) -> None:
            self.packets += 1
            feed(data)

        reader.feed_data = counted  # type: ignore[method-assign]
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await _Talk(self, reader, writer).run()
        self._writers.discard(writer)
        _abort(writer)


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(Exception):
        writer.transport.abort()


class _Talk:
    """One connection."""

    def __init__(
        self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.sender: str | None = None
        self.to: list[str] = []
        self.taken = 0

    async def run(self) -> None:
        self.say("220 sink ESMTP")
        while line := await self.reader.readline():
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            verb = verb.upper()
            if verb == "QUIT":
                self.say("221 2.0.0 Bye")
                await self.writer.drain()
                return
            if verb == "DATA":
                await self.data()
            else:
                self.command(verb, rest)

    def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")

    def command(self, verb: str, rest: str) -> None:
        if verb in {"EHLO", "HELO"}:
            more = "250-PIPELINING\r\n" if self.sink.pipelining else ""
            self.say(f"250-sink\r\n{more}250-ENHANCEDSTATUSCODES\r\n250 8BITMIME")
        elif verb == "MAIL":
            if self.sender is not None:
                self.say("503 5.5.1 Nested MAIL")
            elif self.sink.refuse_senders:
                self.say(self.sink.refuse_senders)
            else:
                self.sender = _path(rest)
                self.say("250 2.1.0 Ok")
        elif verb == "RCPT":
            address = _path(rest)
            if self.sender is None:
                self.say("503 5.5.1 Need MAIL")
            elif address in self.sink.refuse:
                self.say(self.sink.refuse[address])
            else:
                self.to.append(address)
                self.say("250 2.1.5 Ok")
        elif verb in {"RSET", "NOOP"}:
            if verb == "RSET":
                self.reset()
            self.say("250 2.0.0 Ok")
        else:
            self.say("502 5.5.2 Not known here")

    def reset(self) -> None:
        self.sender, self.to = None, []

    async def data(self) -> None:
        if not self.to:
            self.say("554 5.5.1 No valid recipients")
            return
        self.say("354 Go on")
        await self.writer.drain()
        content = await self.reader.readuntil(b"\r\n.\r\n")
        sink = self.sink
        if sink.pause:
            await asyncio.sleep(sink.pause)
        chance = sink._random.random
        if chance() < sink.chance_drop:
            if chance() < 0.5:
                self.take(content)
            raise ConnectionAbortedError
        if chance() < sink.chance_4xx:
            self.say("451 4.3.0 Try again later")
        elif chance() < sink.chance_5xx:
            self.say("554 5.7.1 Message rejected due to content")
        else:
            self.take(content)
            self.say("250 2.0.0 Ok: queued")
        self.reset()
        if sink.per_connection and self.taken >= sink.per_connection:
            self.say("421 4.7.0 Too many messages over this connection")
            await self.writer.drain()
            raise ConnectionAbortedError

    def take(self, content: bytes) -> None:
        content = content[:-3].replace(b"\r\n..", b"\r\n.")
        if content.startswith(b".."):
            content = content[1:]
        self.taken += 1
        self.sink.count += 1
        mail = Received(self.sender or "", list(self.to), content)
        if self.sink.keep:
            self.sink.mails.append(mail)
        if self.sink.on_mail is not None:
            self.sink.on_mail(mail)


def _path(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def main() -> None:
    """A sink as its own process: it outlives the processes that a test kills."""
    port, path = int(sys.argv[1]), Path(sys.argv[2])
    chances: dict[str, Any] = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    with path.open("a", buffering=1) as file:

        def write(mail: Received) -> None:
            head = mail.content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
            line = {"sender": mail.sender, "to": mail.to, "at": mail.at, "head": head}
            file.write(json.dumps(line) + "\n")

        sink = Sink(port=port, keep=False, on_mail=write, **chances)
        asyncio.run(sink.serve())


if __name__ == "__main__":
    main()
