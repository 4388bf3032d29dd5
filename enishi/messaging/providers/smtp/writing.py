"""A mail as it goes over the wire (RFC 5321): its commands, and its content with the end."""

from enishi.messaging.addresses import wire
from enishi.messaging.providers.base import Envelope

_MOST_DOTS = 200  # looked at one by one


def stuffed(content: bytes) -> tuple[bytes, bytes]:
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


def opening_of(envelope: Envelope) -> bytes:
    """The commands that open a mail. Raises BadAddress."""
    path = wire(envelope.return_path) if envelope.return_path else ""
    return f"MAIL FROM:<{path}>\r\nRCPT TO:<{wire(envelope.to)}>\r\nDATA\r\n".encode()
