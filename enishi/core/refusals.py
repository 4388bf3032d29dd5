"""No, and why: what an action raises when the rules forbid it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext


class Refusal(Exception):
    """This cannot be done."""

    # The docstring of each kind is its sentence: what is wrong, what to do next. It is translated
    # as a whole; ``params`` fill its named places. The API answers with ``status``, with
    # ``errors`` (field → sentence), and with ``details`` beside them.

    status = 409
    errors: Mapping[str, str] = MappingProxyType({})

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(params)

    def __str__(self) -> str:
        sentence = gettext(" ".join((type(self).__doc__ or "").split()))
        return sentence % _worded(self.params) if self.params else sentence

    @property
    def details(self) -> dict[str, Any]:
        """More for programs, as JSON."""
        return {}

    @property
    def reason(self) -> str:
        """The sentence, in the language of whoever reads it."""
        return str(self)


def _worded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date_format(value) if isinstance(value, date) else value
        for name, value in params.items()
    }


class BrokenLink(Http404):
    """A link of a mail that is not whole, or leads to nothing any more: whoever pressed it is told
    what to do, for it is no mistyped address. The page for 404 knows it by its name."""
