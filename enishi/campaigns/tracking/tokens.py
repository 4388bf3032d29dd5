"""The signed word in every link of a mail: which recipient of which campaign.

``c/<recipient>.<campaign>.<signature>.<link>`` in base 36. The address of the target lies in the
database under campaign and number, so that no word can lead anywhere else.
"""

from typing import NamedTuple

from django.conf import settings

from enishi.messaging.actions import tokens

_PURPOSE = "campaign"
_SIZE = 10


class Word(NamedTuple):
    """Who and what; ``link`` is 0 where the word stands alone."""

    recipient: int
    campaign: int
    link: int = 0


def word(recipient: int, campaign: int) -> str:
    """The word of a recipient; a link's number is written behind it."""
    text = f"{tokens.base36(recipient)}.{tokens.base36(campaign)}"
    return f"{text}.{tokens.signature(text, _PURPOSE, _SIZE)}"


def read(written: str) -> Word | None:
    """None for what nobody here has signed."""
    if len(written) > 80 or not written.isascii():
        return None
    parts = written.split(".")
    if len(parts) not in (3, 4):
        return None
    recipient, campaign, signature = parts[:3]
    # Compared in constant time: signed words are made of the same text.
    if tokens.unsigned(f"{recipient}.{campaign}-{signature}", _PURPOSE) is None:
        return None
    try:
        return Word(int(recipient, 36), int(campaign, 36), int(parts[3]) if parts[3:] else 0)
    except ValueError:
        return None


def address(kind: str, signed: str) -> str:
    """The whole address of a page for a recipient: ``m`` is the mail itself."""
    return f"{settings.BASE_URL}/{kind}/{signed}"
