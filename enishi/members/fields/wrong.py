"""A value that a field cannot take."""

from django.utils.translation import gettext_lazy

from enishi.core.japanese import Unclear

TOO_LONG = gettext_lazy("This is too long: at most %(longest)s characters, here are %(length)s.")


class Wrong(ValueError):
    """A value that a field cannot take; ``reason`` is the sentence to show beside it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def sentence(unclear: Unclear) -> str:
    """What ``core.japanese`` found unclear, in the reader's language."""
    return unclear.reason
