"""The things that apps hang into the shells; ``registry`` is where they hang them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Text = str | Promise
Draw = Callable[..., str]


def may(request: HttpRequest, right: str) -> bool:
    """Whether whoever asks has ``right``; '' means everybody who works in the office."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return not right or bool(user.has_right(right))


@dataclass(frozen=True, slots=True)
class NavItem:
    """A noun in the office's menu. Shown only where its page exists and the right is there."""

    label: Text
    url_name: str
    icon: str
    right: str
    order: int
    group: Text
    also: tuple[str, ...] = ()  # other pages, by name, that belong to this noun
    count: "Callable[[HttpRequest], int] | None" = None  # what waits there, shown beside the noun
    address: str = ""  # of a page that has no name of its own

    @property
    def url(self) -> str:
        """Where it leads, '' when no such page exists."""
        return self.address or _address(self.url_name)

    @property
    def places(self) -> list[str]:
        """Where its pages begin."""
        return [url for url in (self.url, *map(_address, self.also)) if url]


def _address(url_name: str) -> str:
    """Of a page without parameters; '' when there is none."""
    return _reversed(url_name, settings.ROOT_URLCONF)


@cache  # every page draws the whole menu
def _reversed(url_name: str, _urlconf: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


@dataclass(frozen=True, slots=True)
class SettingsItem:
    """A page of settings, listed on the settings page under its group."""

    label: Text
    url_name: str
    icon: str
    right: str
    order: int
    group: Text
    description: Text

    @property
    def url(self) -> str:
        return _address(self.url_name)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: what it is called, where it is, and a few words that tell it apart."""

    label: str
    url: str
    detail: str = ""
    icon: str = "user"


@dataclass(frozen=True, slots=True)
class Found:
    """Hits of one kind."""

    label: Text
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that tells much about a thing: what it is, how much, and where it comes from."""

    label: Text
    value: Text
    note: Text = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do that Ctrl-K offers; ``words`` are others by which people look for it."""

    label: Text
    url_name: str
    icon: str
    right: str
    order: int
    words: Text = ""

    @property
    def url(self) -> str:
        return _address(self.url_name)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that whoever opens the page should know before anything else."""

    text: Text
    tone: str = "wait"  # info, wait or bad
    url: str = ""


@dataclass(slots=True)
class TimelineEntry:
    """One line of a timeline. ``changes``: rows with label, old and new."""

    at: datetime
    icon: str
    title: Text
    by: str = ""
    text: str = ""
    url: str = ""
    changes: list[Any] = field(default_factory=list)
    whole_day: bool = False
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A source of lines of a timeline: ``tell(request, thing, before, limit)``, newest first."""

    key: str
    label: Text
    tell: "Callable[[Any, Any, datetime | None, int], Iterable[TimelineEntry]]"
    order: int
    right: str
