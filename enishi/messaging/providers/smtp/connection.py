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
from dataclasses import dataclass
from functools import lru_cache

from enishi.messaging.addresses import BadAddress
from enishi.messaging.providers.base import Envelope, HandingOver, Outcome, State

from .writing import opening_of, stuffed

CONNECT_SECONDS = 20
ANSWER_SECONDS = 60
_LONGEST_ANSWER = 64 * 1024  # bytes in a line
_MOST_LINES = 1000
Told = tuple[Envelope, Outcome]
# What the commands that open a mail speak of; a reset of the one before may come first.
_ASKED = ("sender", "recipient", "content")
_RESET = b"RSET\r\n"


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
class _Mail:
    """A mail that is being asked for or whose content may leave or has left."""

    envelope: Envelope
    content: tuple[bytes, bytes]  # itself and its end

    @property
    def length(self) -> int:
        content, end = self.content
        return len(content) + len(end)


class Connection:
    """A connection that opens itself when first used and again after it was lost.

    ``Bundle`` sends over one or several of them.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.name = "smtp"
        self.sent = 0  # mails over the present connection
        self._smtp: smtplib.SMTP | None = None
        self._sock: socket.socket | None = None
        self._lines: list[bytes] = []  # that came and were not looked at
        self._begun = b""  # a line of which the end has not come
        self._encrypted = False
        self._pipelining = False
        self._reset_first = False
        self._granted: _Mail | None = None  # its content goes with the next packet
        self._left: _Mail | None = None  # its content has gone, the last word is awaited
        self._asked: _Mail | None = None  # DATA was asked for
        self._refused: list[Told] = []  # told after what became of the mail before
        self._about: tuple[str, ...] = ()  # of the commands of the mail asked for
        self._answers: list[tuple[int, bytes]] = []  # to them
        self._later: list[bytes] = []  # those that wait for an answer before they may go
        self._awaited = 0  # answers to what has gone

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
        self._smtp, self._sock = smtp, smtp.sock
        self._encrypted = isinstance(smtp.sock, ssl.SSLSocket)  # which takes one piece at a time
        self._lines, self._begun = [], b""

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def is_alive(self) -> bool:
        """Whether a kept connection still answers."""
        try:
            self._write([b"NOOP\r\n"])
            return self._answer()[0] == 250
        except Lost:
            self.drop()
            return False

    def close(self) -> None:
        """Say good-bye; never raises."""
        if self._smtp is not None:
            with contextlib.suppress(Lost):
                self._write([b"QUIT\r\n"])
        self.drop()

    def drop(self) -> None:
        """Forget the connection without a word."""
        if self._smtp is not None:
            with contextlib.suppress(OSError):
                self._smtp.close()
        self._smtp = self._sock = None
        self._granted = self._left = self._asked = None
        self._refused = []

    # Sending

    @property
    def has_granted(self) -> bool:
        """Whether the content of a mail still has to go."""
        return self._granted is not None

    @property
    def is_waiting(self) -> bool:
        """Whether there are answers to come."""
        return self._left is not None or self._asked is not None

    def fileno(self) -> int:
        """For waiting on several connections."""
        return -1 if self._sock is None else self._sock.fileno()

    def begin(
        self, envelope: Envelope | None, handing_over: HandingOver | None = None
    ) -> list[Told]:
        """Let the content of the mail before go and ask for DATA for ``envelope``, in one packet
        where the server allows it. What is known at once comes back; ``go_on`` tells the rest."""
        told: list[Told] = []
        asked, opening = None, b""
        if envelope is not None:
            try:
                opening = opening_of(envelope)
                asked = _Mail(envelope, stuffed(envelope.content))
            except BadAddress:
                told.append((envelope, Outcome(State.REFUSED, 501, "not an address", "recipient")))
        if asked is not None and self._granted is None:
            failure = self._ready()
            if failure is not None:
                return [(asked.envelope, failure)]
        left, self._granted = self._granted, None
        if left is not None:
            told, self._refused = [], told
            if handing_over is not None:
                handing_over(left.envelope)
        elif asked is None:
            return told
        self._left, self._asked = left, asked
        self._about, self._answers, self._later = _ASKED if asked is not None else (), [], []
        if asked is not None and self._reset_first:
            self._about, self._reset_first = ("", *_ASKED), False
            opening = _RESET + opening
        self._awaited = len(self._about)
        if not self._pipelining:
            self._later = opening.splitlines(keepends=True)
            opening = b"" if left is not None else self._later.pop(0)
            self._awaited = 1 if opening else 0
        self._awaited += left is not None
        try:
            self._write([*left.content, opening] if left is not None else [opening])
        except Lost as lost:
            return self._lost(lost)
        return told

    def go_on(self) -> list[Told]:
        """Read what has arrived. Once all answers are there: what became of the mails.

        Without pipelining the next command leaves then, until there is none.
        """
        told: list[Told] = []
        try:
            if not self._has_arrived():
                return told
            if self._is_all_well():
                return self._well()
            if self._left is not None:
                outcome = _final(*self._answer())
                told.append((self._left.envelope, outcome))
                told += self._refused
                self._left, self._refused = None, []
                self._awaited -= 1
                self.sent += 1
                if outcome.code == 421 and self._asked is None:
                    self.drop()
            while self._awaited:
                self._answers.append(self._answer())
                self._awaited -= 1
            if self._asked is None:
                return told
            if self._later and not (self._answers and self._answers[-1][0] >= 400):
                self._write([self._later.pop(0)])
                self._awaited = 1
                return told
            asked, answer = self._asked, self._grant()
            self._asked = None
            if answer.state == State.ACCEPTED:
                self._granted = asked
            else:
                told.append((asked.envelope, answer))
        except Lost as lost:
            told += self._lost(lost)
        return told

    def _is_all_well(self) -> bool:
        """Whether the mail before was taken over and the next may come: so it nearly always is, and
        need not be read answer by answer."""
        lines = self._lines
        return (
            self._left is not None
            and not (self._begun or self._refused or self._later)
            and len(lines) == self._awaited > 1
            and lines[-1].startswith(b"354 ")
            and all(line.startswith(b"250 ") for line in lines[:-1])
        )

    def _well(self) -> list[Told]:
        left, self._left = self._left, None
        self._granted, self._asked = self._asked, None
        text, self._lines, self._awaited = self._lines[0], [], 0
        self.sent += 1
        assert left is not None
        return [(left.envelope, Outcome(State.ACCEPTED, 250, _decoded(text[4:])))]

    def give_up(self, why: str) -> list[Told]:
        """Do not wait any longer."""
        return self._lost(Lost(why))

    def _lost(self, lost: Lost) -> list[Told]:
        told: list[Told] = []
        if self._left is not None:
            told.append((self._left.envelope, _broken(lost, self._left.length)))
        told += self._refused
        if self._asked is not None:
            told.append((self._asked.envelope, Outcome(State.UNREACHED, 0, str(lost))))
        self.drop()
        return told

    def _ready(self) -> Outcome | None:
        """Open the connection if there is none; the outcome for a mail that cannot even begin."""
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

    def _grant(self) -> Outcome:
        """Whether DATA was granted for the right recipient; else the first no."""
        last, about = (0, b""), ""
        for about, last in zip(self._about, self._answers, strict=False):
            if last[0] >= 400 and about:
                break
        else:
            return Outcome(State.ACCEPTED, last[0])
        if self._answers[-1][0] == 354:  # it waits for a mail that has no recipient: an empty one
            self._write([b".\r\n"])
            self._answer()
        self._reset_first = True
        if last[0] == 421:
            self.drop()
        return _no(*last, about)

    # The wire

    def _write(self, parts: list[bytes]) -> None:
        """All parts in one packet."""
        sock = self._sock
        if sock is None:
            raise Lost("closed")
        sent, length = 0, sum(map(len, parts))
        try:
            if not self._encrypted:
                sent = sock.sendmsg(parts)
            if sent < length:
                view = memoryview(b"".join(parts))
                while sent < length:
                    sent += sock.send(view[sent:])
        except OSError as error:
            raise Lost(error, sent) from error

    def _has_arrived(self) -> bool:
        """Read once; whether all awaited answers are there, or will never be."""
        try:
            self._read()
        except Lost:
            return True
        if len(self._lines) < self._awaited:
            return False
        return sum([line[3:4] != b"-" for line in self._lines]) >= self._awaited

    def _answer(self) -> tuple[int, bytes]:
        """The code and the text of the next answer, of as many lines as it has."""
        text = b""
        while True:
            while not self._lines:
                self._read()
            line = self._lines.pop(0)
            text = text + b" " + line[4:] if text else line[4:]
            if line[3:4] != b"-":
                break
        try:
            code = int(line[:3])
        except ValueError:
            code = 0
        if code < 200:
            raise Lost(f"cannot be understood: {_decoded(line)}")
        return code, text

    def _read(self) -> None:
        if self._sock is None:
            raise Lost("closed")
        try:
            more = self._sock.recv(16 * 1024)
        except OSError as error:
            raise Lost(error) from error
        if not more:
            raise Lost("closed by the server")
        *lines, self._begun = (self._begun + more).split(b"\n")
        self._lines += lines
        if len(self._begun) > _LONGEST_ANSWER or len(self._lines) > _MOST_LINES:
            raise Lost("an answer without end")


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; reading them takes longer than a hundred mails."""
    return ssl.create_default_context()


def _final(code: int, text: bytes) -> Outcome:
    """The last word about a mail that was sent whole."""
    accepted = Outcome(State.ACCEPTED, code, _decoded(text))
    return accepted if code < 400 else _no(code, text, "content")


def _no(code: int, text: bytes, about: str) -> Outcome:
    return Outcome(State.DEFERRED if code < 500 else State.REFUSED, code, _decoded(text), about)


def _broken(lost: Lost, length: int) -> Outcome:
    """A mail whose packet broke off: uncertain as soon as its last byte may have left."""
    cut = lost.sent is not None and lost.sent < length
    return Outcome(State.UNREACHED if cut else State.UNCERTAIN, 0, str(lost))


def _decoded(text: bytes | str) -> str:
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return " ".join(text.split())[:500]
