"""What apps hang into the shells: menu items, panels, cards, settings pages, things to search.

Called from an app's plugs.py. Deleting the app removes what it hung in.

    nav_item(_("Members"), "members:list", "users", "members.view", order=20)

    @panel("karte", order=30, right="members.view")
    def notes(request, member): return render_to_string("members/office/notes.html", {...}, request)

    @card("dashboard", order=10, right="members.view")
    def members_by_status(request): return render_to_string(...)

    @search_source(_("Members"), order=10, right="members.view")
    def members(request, words): return [Hit(str(m), m.get_absolute_url(), m.number) for m in ...]
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

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

    @property
    def url(self) -> str:
        """Where it leads, '' when no such page exists."""
        return _address(self.url_name)

    @property
    def places(self) -> list[str]:
        """Where its pages begin."""
        return [url for url in map(_address, (self.url_name, *self.also)) if url]


def _address(url_name: str) -> str:
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
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""


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
class _Drawn:
    draw: Draw
    order: int
    right: str


@dataclass(frozen=True, slots=True)
class _Source:
    label: Text
    find: Callable[[HttpRequest, str], Iterable[Hit]]
    order: int
    right: str


@dataclass(slots=True)
class _Hung:
    nav: list[NavItem] = field(default_factory=list)
    settings: list[SettingsItem] = field(default_factory=list)
    panels: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    cards: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    sources: list[_Source] = field(default_factory=list)


hung = _Hung()


def nav_item(
    label: Text,
    url_name: str,
    icon: str,
    right: str,
    *,
    order: int,
    group: Text = "",
    also: tuple[str, ...] = (),
) -> NavItem:
    """Put a noun into the office's menu. Items of one group stand together under its name.

    On the pages named in ``also``, and below them, the noun is marked as the present one too.
    """
    item = NavItem(label, url_name, icon, right, order, group, also)
    hung.nav.append(item)
    return item


def nav_for(request: HttpRequest) -> list[tuple[str, list[NavItem]]]:
    """The menu as this user sees it: groups with their items, in order."""
    groups: dict[str, list[NavItem]] = {}
    for item in sorted(hung.nav, key=lambda item: item.order):
        if may(request, item.right) and item.url:
            groups.setdefault(str(item.group), []).append(item)
    return list(groups.items())


def settings_item(
    label: Text,
    url_name: str,
    icon: str,
    right: str,
    *,
    order: int,
    group: Text = "",
    description: Text = "",
) -> SettingsItem:
    """List a page on the settings page."""
    item = SettingsItem(label, url_name, icon, right, order, group, description)
    hung.settings.append(item)
    return item


def settings_for(request: HttpRequest) -> list[tuple[str, list[SettingsItem]]]:
    groups: dict[str, list[SettingsItem]] = {}
    for item in sorted(hung.settings, key=lambda item: item.order):
        if may(request, item.right) and item.url:
            groups.setdefault(str(item.group), []).append(item)
    return list(groups.items())


def panel(area: str, *, order: int, right: str = "") -> Callable[[Draw], Draw]:
    """Register a function (request, thing) -> HTML as a panel of ``area``; '' shows nothing."""

    def decorator(draw: Draw) -> Draw:
        hung.panels[area].append(_Drawn(draw, order, right))
        return draw

    return decorator


def panels_for(area: str, request: HttpRequest, thing: Any) -> list[str]:
    return _draw(hung.panels[area], request, thing)


def card(area: str = "dashboard", *, order: int, right: str = "") -> Callable[[Draw], Draw]:
    """Register a function (request) -> HTML as a card of ``area``; '' shows nothing."""

    def decorator(draw: Draw) -> Draw:
        hung.cards[area].append(_Drawn(draw, order, right))
        return draw

    return decorator


def cards_for(area: str, request: HttpRequest) -> list[str]:
    return _draw(hung.cards[area], request)


def _draw(drawn: list[_Drawn], request: HttpRequest, *things: Any) -> list[str]:
    allowed = [one for one in drawn if may(request, one.right)]
    allowed.sort(key=lambda one: one.order)
    return [html for one in allowed if (html := one.draw(request, *things))]


Find = Callable[[HttpRequest, str], Iterable[Hit]]


def search_source(label: Text, *, order: int, right: str = "") -> Callable[[Find], Find]:
    """Register a function (request, words) -> Hits (a handful at most) for Ctrl-K."""

    def decorator(find: Find) -> Find:
        hung.sources.append(_Source(label, find, order, right))
        return find

    return decorator


def search(request: HttpRequest, words: str) -> list[Found]:
    """Everything this user may see that fits ``words``, by kind; pages of the office come last."""
    words = words.strip()
    if not words:
        return []
    return [
        Found(source.label, hits)
        for source in sorted(hung.sources, key=lambda source: source.order)
        if may(request, source.right) and (hits := list(source.find(request, words)))
    ]
