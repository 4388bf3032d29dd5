"""A small mail server for what comes back: it takes mails to our bounce address and no others.

    asyncio.run(Receiver("0.0.0.0", 2525, take=…, knows=…).serve())

``knows(address)`` says whether a recipient is ours; ``take(content, [addresses])`` keeps the mail,
and only when it has returned does the other side hear "250" (so nothing is lost when we are
killed). Both are called in a thread. Never relays.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

LARGEST = 10 * 1024 * 1024
PATIENCE = 60.0  # seconds for one line
MOST_CONNECTIONS = 50
MOST_RECIPIENTS = 100
MOST_ERRORS = 10

_log = logging.getLogger("enishi.inbound")


class Receiver:
    """Listens until ``stop``."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        take: Callable[[bytes, list[str]], None],
        knows: Callable[[str], bool],
    ) -> None:
        self.host, self.port = host, port
        self.take, self.knows = take, knows
        self.connections = 0
        self._stop = asyncio.Event()

    async def serve(self, ready: Callable[[], None] | None = None) -> None:
        server = await asyncio.start_server(self._talk, self.host, self.port, limit=LARGEST + 1024)
        self.port = server.sockets[0].getsockname()[1]
        if ready is not None:
            ready()
        async with server:
            await self._stop.wait()

    def stop(self) -> None:
        self._stop.set()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.connections >= MOST_CONNECTIONS:
            writer.write(b"421 4.3.2 Too many connections, try again later\r\n")
        else:
            self.connections += 1
            try:
                with contextlib.suppress(
                    ConnectionError, TimeoutError, asyncio.IncompleteReadError
                ):
                    await _Talk(self, reader, writer).run()
            finally:
                self.connections -= 1
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


class _Talk:
    """One connection."""

    def __init__(
        self, receiver: Receiver, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.receiver, self.reader, self.writer = receiver, reader, writer
        self.begun = False
        self.to: list[str] = []
        self.errors = 0

    def say(self, text: str) -> None:
        if text[0] in "45":
            self.errors += 1
        self.writer.write(text.encode("ascii") + b"\r\n")

    async def run(self) -> None:
        self.say("220 Enishi ESMTP for returned mail")
        while self.errors < MOST_ERRORS:
            line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
            if not line:
                return
            if len(line) > 2000:
                self.say("500 5.5.2 Line too long")
                continue
            verb, _blank, rest = line.decode("ascii", "replace").strip().partition(" ")
            if verb.upper() == "QUIT":
                self.say("221 2.0.0 Bye")
                return
            await self.command(verb.upper(), rest)
            await self.writer.drain()
        self.say("421 4.7.0 Too many errors")

    async def command(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                self.say(f"250-Enishi\r\n250-PIPELINING\r\n250-SIZE {LARGEST}\r\n250 8BITMIME")
            case "HELO" | "NOOP":
                self.say("250 2.0.0 Ok")
            case "RSET":
                self.begun, self.to = False, []
                self.say("250 2.0.0 Ok")
            case "MAIL":
                self.begun, self.to = True, []
                self.say("250 2.1.0 Ok")
            case "RCPT":
                await self.recipient(rest)
            case "DATA":
                await self.content()
            case _:
                self.say("502 5.5.2 Not known here")

    async def recipient(self, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0].strip()
        if not self.begun:
            self.say("503 5.5.1 MAIL first")
        elif len(self.to) >= MOST_RECIPIENTS:
            self.say("452 4.5.3 Too many recipients")
        elif not address or not await asyncio.to_thread(self.receiver.knows, address):
            self.say("550 5.1.1 No such address here")
        else:
            self.to.append(address)
            self.say("250 2.1.5 Ok")

    async def content(self) -> None:
        if not self.to:
            self.say("554 5.5.1 No valid recipients")
            return
        self.say("354 Go on")
        await self.writer.drain()
        content = await self._until_dot()
        if content is None:
            self.say("552 5.3.4 Too large")
        else:
            try:
                await asyncio.to_thread(self.receiver.take, content, list(self.to))
            except Exception:  # noqa: BLE001  # the other side keeps it and tries again
                _log.exception("a returned mail could not be kept")
                self.say("451 4.3.0 Try again later")
            else:
                self.say("250 2.0.0 Ok")
        self.begun, self.to = False, []

    async def _until_dot(self) -> bytes | None:
        lines: list[bytes] = []
        size = 0
        while True:
            line = await asyncio.wait_for(self.reader.readline(), PATIENCE)
            if not line:
                raise ConnectionResetError
            if line in {b".\r\n", b".\n"}:
                return b"".join(lines) if size <= LARGEST else None
            size += len(line)
            if size <= LARGEST:
                lines.append(line.removeprefix(b"."))
            else:
                lines.clear()
