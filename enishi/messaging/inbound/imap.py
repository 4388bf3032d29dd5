"""Reading the bounce address's mailbox by IMAP: what is unseen is taken, then marked as seen."""

import contextlib
import imaplib
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

MOST_AT_ONCE = 500
SECONDS = 60


def fetch_new(url: str, take: Callable[[bytes], None]) -> int:
    """Give every unseen mail of ``imaps://user:password@host/FOLDER`` to ``take``; how many.

    A mail is marked as seen after ``take`` has returned: one that fails comes again, and one that
    comes twice is known by its content. Raises OSError or imaplib.IMAP4.error.
    """
    parts = urlsplit(url)
    host, folder = parts.hostname or "", unquote(parts.path.strip("/")) or "INBOX"
    made: imaplib.IMAP4
    if parts.scheme == "imaps":
        made = imaplib.IMAP4_SSL(host, parts.port or 993, timeout=SECONDS)
    else:
        made = imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
    try:
        made.login(unquote(parts.username or ""), unquote(parts.password or ""))
        made.select(_quoted(folder))
        _kind, found = made.search(None, "UNSEEN")
        numbers = (found[0] or b"").split()[:MOST_AT_ONCE]
        for number in numbers:
            name = number.decode()
            _kind, answer = made.fetch(name, "(BODY.PEEK[])")
            content = next((one[1] for one in answer if isinstance(one, tuple)), None)
            if content is not None:
                take(bytes(content))
            made.store(name, "+FLAGS", "\\Seen")
        return len(numbers)
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            made.logout()


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
