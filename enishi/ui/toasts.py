"""Short messages after a change, with a way back where there is one."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise

UNDO = "undo:"


def say(request: HttpRequest, sentence: str | Promise, *, undo: str = "") -> None:
    """Tell what was done on the next page. ``undo`` is the URL that a POST takes it back with."""
    messages.success(request, str(sentence), extra_tags=f"{UNDO}{undo}" if undo else "")


def refuse(request: HttpRequest, sentence: str | Promise) -> None:
    """Tell on the next page why something was not done: it stands on top and stays."""
    messages.warning(request, str(sentence))
