"""One connection to a mail server, and exact words for what became of every mail on it.

The standard library's client opens it and signs in; mails go past it, straight to the socket and
from it: its reading of answers line by line would take a third of a mail's time. With PIPELINING
(RFC 2920) the end of one mail travels in one packet with MAIL, RCPT and DATA of the next, so that
a mail costs one round trip. A mail whose final dot has left and whose answer is
lost is *uncertain*; one whose dot has not left was not delivered (RFC 5321, 4.1.1.4).
"""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from enishi.messaging.addresses import BadAddress, wire
from enishi.messaging.providers.base import Envelope, HandingOver, Outcome, State

CONNECT_SECONDS = 20
ANSWER_SECONDS = 60
_LONGEST_ANSWER = 64 * 1024  # bytes
_MOST_DOTS = 200  # looked at one by one
_ASKED = {b"RCPT": "recipient", b"DATA": "content"}


@dataclass(frozen=True)
class Server:
    """Where mail goes. ``security``: "", "starttls" (required) or "tls" (from the start)."""

    host: str
    port: int = 25
    user: str = ""
    password: str = ""
    security: str = ""
    hello: str = ""  # our name; the machine's when empty

    def __repr__(self) -> str:  # the password stays out of logs
        return f"Server({self.host}:{self.port})"


class Lost(Exception):
    """The connection broke; ``sent`` bytes of the last packet had left (None: all of them)."""

    def __init__(self, why: object, sent: int | None = None) -> None:
        self.sent = sent
        super().__init__(str(why) or type(why).__name__)


@dataclass(slots=True)
class _Open:
    """A mail whose DATA was granted: its content goes with the next packet."""

    envelope: Envelope
    content: tuple[bytes, bytes]  # itself and its end

    @property
    def length(self) -> int:
        content, end = self.content
        return len(content) + len(end)


class Connection:
    """A connection that opens itself when first used and again after it was lost."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.name = "smtp"
        self.sent = 0  # mails over the present connection
        self._smtp: smtplib.SMTP | None = None
        self._sock: socket.socket | None = None
        self._unread = b""  # what came beyond the answer that was read last
        self._pipelining = False
        self._reset_first = False

    def open(self) -> None:
        """Connect, encrypt and sign in. Raises Lost or smtplib.SMTPException."""
        if self._smtp is not None:
            return
        server = self.server
        hello = server.hello or None
        try:
            if server.security == "tls":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, hello, timeout=CONNECT_SECONDS, context=_trusted()
                )
            else:
                smtp = smtplib.SMTP(server.host, server.port, hello, timeout=CONNECT_SECONDS)
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=_trusted())
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise Lost(error) from error
        if smtp.sock is not None:
            smtp.sock.settimeout(ANSWER_SECONDS)
            with contextlib.suppress(OSError):
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pipelining = smtp.has_extn("pipelining")
        self._reset_first = False
        self.sent = 0
        self._smtp, self._sock, self._unread = smtp, smtp.sock, b""

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def is_alive(self) -> bool:
        """Whether a kept connection still answers."""
        try:
            self._write(b"NOOP\r\n")
            return self._answer()[0] == 250
        except Lost:
            self.drop()
            return False

    def close(self) -> None:
        """Say good-bye; never raises."""
        if self._smtp is not None:
            with contextlib.suppress(Lost):
                self._write(b"QUIT\r\n")
        self.drop()

    def drop(self) -> None:
        """Forget the connection without a word."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.close()
        self._smtp = self._sock = None

    # Sending

    def send(
        self, letters: Iterable[Envelope], handing_over: HandingOver | None = None
    ) -> Iterator[tuple[Envelope, Outcome]]:
        """Send all ``letters``; see ``MailTransport``."""
        before: _Open | None = None
        for envelope in letters:
            try:
                content = _stuffed(envelope.content)
                opening = self._opening(envelope)
            except BadAddress:
                if before is not None:  # answers keep the order of the envelopes
                    yield before.envelope, self._hand_over(before, handing_over)
                    before = None
                yield envelope, Outcome(State.REFUSED, 501, "not an address", "recipient")
                continue
            failure = self._ready(keep=before is not None)
            if failure is not None:
                yield envelope, failure
                continue
            if before is not None and handing_over is not None:
                handing_over(before.envelope)
            finished, answer = self._exchange(before, opening)
            if before is not None and finished is not None:
                yield before.envelope, finished
            before = None
            if answer.state == State.ACCEPTED:  # DATA is granted
                before = _Open(envelope, content)
                if not self._pipelining:
                    yield envelope, self._hand_over(before, handing_over)
                    before = None
            else:
                yield envelope, answer
        if before is not None:
            yield before.envelope, self._hand_over(before, handing_over)

    def _hand_over(self, mail: _Open, handing_over: HandingOver | None) -> Outcome:
        if handing_over is not None:
            handing_over(mail.envelope)
        return self._finish(mail)

    def _ready(self, *, keep: bool) -> Outcome | None:
        """Open the connection if there is none; the outcome for a mail that cannot even begin."""
        if keep or self._smtp is not None:
            return None
        try:
            self.open()
        except Lost as lost:
            return Outcome(State.UNREACHED, 0, str(lost))
        except smtplib.SMTPResponseException as error:
            text = _decoded(error.smtp_error)
            return Outcome(State.UNREACHED, error.smtp_code, text)
        except (smtplib.SMTPException, ssl.SSLError) as error:
            return Outcome(State.UNREACHED, 0, str(error))
        return None

    def _opening(self, envelope: Envelope) -> list[bytes]:
        path = wire(envelope.return_path) if envelope.return_path else ""
        return [f"MAIL FROM:<{path}>\r\n".encode(), f"RCPT TO:<{wire(envelope.to)}>\r\n".encode()]

    def _exchange(
        self, before: _Open | None, opening: list[bytes]
    ) -> tuple[Outcome | None, Outcome]:
        """Finish the mail before, if any, and ask for DATA for the next, in one packet."""
        finished: Outcome | None = None
        reset, self._reset_first = self._reset_first, False
        commands = [*([b"RSET\r\n"] if reset else []), *opening, b"DATA\r\n"]
        try:
            if not self._pipelining:
                return None, self._one_by_one(commands)
            self._write(b"".join((*before.content, *commands) if before else commands))
            if before is not None:
                finished = _final(*self._answer())
                self.sent += 1
            answers = [self._answer() for _ in commands]
            return finished, self._granted(answers[1:] if reset else answers)
        except Lost as lost:
            self.drop()
            if before is not None and finished is None:
                finished = _lost(lost, before.length)
            return finished, Outcome(State.UNREACHED, 0, str(lost))

    def _one_by_one(self, commands: list[bytes]) -> Outcome:
        code, text = 0, ""
        for command in commands:
            self._write(command)
            code, text = self._answer()
            if code >= 400:
                self._reset_first = True
                return _no(code, text, _ASKED.get(command[:4], "sender"))
        return Outcome(State.ACCEPTED, code, text)

    def _granted(self, answers: list[tuple[int, str]]) -> Outcome:
        """Whether DATA was granted for the right recipient; else the first no."""
        wrong = next((which for which, one in enumerate(answers) if one[0] >= 400), None)
        if wrong is None:
            return Outcome(State.ACCEPTED, *answers[-1])
        if answers[-1][0] == 354:  # it waits for a mail that has no recipient: an empty one
            self._write(b".\r\n")
            self._answer()
        self._reset_first = True
        code, text = answers[wrong]
        if code == 421:
            self.drop()
        return _no(code, text, ("sender", "recipient", "content")[wrong])

    def _finish(self, mail: _Open) -> Outcome:
        """Send the content of a mail whose DATA was granted, and wait for the final word."""
        try:
            self._write(b"".join(mail.content))
        except Lost as lost:
            self.drop()
            return _lost(lost, mail.length)
        try:
            outcome = _final(*self._answer())
        except Lost as lost:
            self.drop()
            return Outcome(State.UNCERTAIN, 0, str(lost))
        self.sent += 1
        if outcome.code == 421:
            self.drop()
        return outcome

    # The wire

    def _write(self, packet: bytes) -> None:
        sock = self._sock
        if sock is None:
            raise Lost("closed")
        sent = 0
        try:
            sent = sock.send(packet)
            if sent < len(packet):
                view = memoryview(packet)
                while sent < len(packet):
                    sent += sock.send(view[sent:])
        except OSError as error:
            raise Lost(error, sent) from error

    def _answer(self) -> tuple[int, str]:
        """The code and the text of the next answer, of as many lines as it has."""
        lines = []
        while True:
            line = self._line()
            lines.append(line[4:])
            if line[3:4] != b"-":
                break
        try:
            code = int(line[:3])
        except ValueError:
            code = 0
        if code < 200:
            raise Lost(f"cannot be understood: {_decoded(line)}")
        return code, _decoded(b" ".join(lines) if len(lines) > 1 else lines[0])

    def _line(self) -> bytes:
        line, end, rest = self._unread.partition(b"\n")
        while not end:
            if self._sock is None:
                raise Lost("closed")
            if len(self._unread) > _LONGEST_ANSWER:
                raise Lost("an answer without end")
            try:
                more = self._sock.recv(16 * 1024)
            except OSError as error:
                raise Lost(error) from error
            if not more:
                raise Lost("closed by the server")
            self._unread += more
            line, end, rest = self._unread.partition(b"\n")
        self._unread = rest
        return line


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes longer than a hundred mails."""
    return ssl.create_default_context()


def _stuffed(content: bytes) -> tuple[bytes, bytes]:
    """Dots at line starts doubled; and the end, which is a dot on a line of its own."""
    if _may_begin_with_dot(content):
        content = content.replace(b"\r\n.", b"\r\n..")
        if content.startswith(b"."):
            content = b"." + content
    return content, b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"


def _may_begin_with_dot(content: bytes) -> bool:
    """Whether a line may begin with a dot. Base64 holds none, so the few of the head are looked at
    one by one: a tenth of the time of looking for two characters."""
    at = content.find(b".")
    for _dot in range(_MOST_DOTS):
        if at < 1:
            return at == 0
        if content[at - 1] == 10:
            return True
        at = content.find(b".", at + 1)
    return True


def _final(code: int, text: str) -> Outcome:
    """The last word about a mail that was sent whole."""
    return Outcome(State.ACCEPTED, code, text) if code < 400 else _no(code, text, "content")


def _no(code: int, text: str, about: str) -> Outcome:
    return Outcome(State.DEFERRED if code < 500 else State.REFUSED, code, text, about)


def _lost(lost: Lost, length: int) -> Outcome:
    """A mail whose packet broke off: uncertain as soon as its last byte may have left."""
    cut = lost.sent is not None and lost.sent < length
    return Outcome(State.UNREACHED if cut else State.UNCERTAIN, 0, str(lost))


def _decoded(text: bytes | str) -> str:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join(text.split())[:500]
