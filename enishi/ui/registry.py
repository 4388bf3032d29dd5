"""What apps hang into the shells: menu items, panels, cards, settings pages, things to search.

And into the pages of one thing, such as the karte: key figures, warnings, lines of its timeline.

Called from an app's plugs.py. Deleting the app removes what it hung in.

    nav_item(_("Members"), "members:list", "users", "members.view", order=20)

    @panel("karte", order=30, right="members.view")
    def notes(request, member): return render_to_string("members/office/notes.html", {...}, request)

    @card("dashboard", order=10, right="members.view")
    def members_by_status(request): return render_to_string(...)

    @search_source(_("Members"), order=10, right="members.view")
    def members(request, words): return [Hit(str(m), m.get_absolute_url(), m.number) for m in ...]

    @key_figure("karte", order=20, right="billing.view")
    def lifetime(request, member): return Figure(_("Paid in all"), money(...), url=...)

    @warning_source("karte", order=20, right="billing.view")
    def arrears(request, member): yield Warned(_("Dues are open"), "bad", url)

    @timeline_source("karte", "mail", _("Mails"), order=30, right="messaging.view")
    def mails(request, member, before, limit): yield TimelineEntry(at, "mail", title)
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from .hangings import (
    Deed,
    Draw,
    Figure,
    Found,
    Hit,
    NavItem,
    SettingsItem,
    Text,
    TimelineEntry,
    Told,
    Warned,
    may,
)

__all__ = [  # what is hung is taken from here, as well
    "Deed",
    "Figure",
    "Found",
    "Hit",
    "NavItem",
    "SettingsItem",
    "TimelineEntry",
    "Told",
    "Warned",
    "may",
]


@dataclass(frozen=True, slots=True)
class _Drawn:
    draw: Draw
    order: int
    right: str
    tab: Text = ""


@dataclass(frozen=True, slots=True)
class _Source:
    label: Text
    find: Callable[[HttpRequest, str], Iterable[Hit]]
    order: int
    right: str


@dataclass(slots=True)
class _Hung:
    nav: list[NavItem] = field(default_factory=list)
    more_nav: list[Callable[[HttpRequest], Iterable[NavItem]]] = field(default_factory=list)
    settings: list[SettingsItem] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    panels: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    cards: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    sources: list[_Source] = field(default_factory=list)
    figures: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    warnings: dict[str, list[_Drawn]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, list[Told]] = field(default_factory=lambda: defaultdict(list))


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
    count: Callable[[HttpRequest], int] | None = None,
) -> NavItem:
    """Put a noun into the office's menu. Items of one group stand together under its name.

    On the pages named in ``also``, and below them, the noun is marked as the present one too.
    ``count`` says how much waits there; it is asked on every page, so it must be one quick query.
    """
    item = NavItem(label, url_name, icon, right, order, group, also, count)
    hung.nav.append(item)
    return item


def nav_source(find: Callable[[HttpRequest], Iterable[NavItem]]) -> None:
    """Put nouns that the office makes into the menu. Asked on every page: one quick query."""
    hung.more_nav.append(find)


def nav_for(request: HttpRequest) -> list[tuple[str, list[NavItem]]]:
    """The menu as this user sees it: groups with their items, in order."""
    groups: dict[str, list[NavItem]] = {}
    made = (item for find in hung.more_nav for item in find(request))
    for item in sorted((*hung.nav, *made), key=lambda item: item.order):
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


def deed(
    label: Text, url_name: str, icon: str, right: str, *, order: int, words: Text = ""
) -> Deed:
    """Let Ctrl-K offer a page on which one does something."""
    one = Deed(label, url_name, icon, right, order, words)
    hung.deeds.append(one)
    return one


def deeds_for(request: HttpRequest) -> list[Deed]:
    offered = sorted(hung.deeds, key=lambda one: one.order)
    return [one for one in offered if may(request, one.right) and one.url]


def panel(area: str, *, order: int, right: str = "", tab: Text = "") -> Callable[[Draw], Draw]:
    """Register a function (request, thing) -> HTML as a panel of ``area``; '' shows nothing.

    Panels with the same ``tab`` share one; those without stand on the first tab of the page.
    """

    def decorator(draw: Draw) -> Draw:
        hung.panels[area].append(_Drawn(draw, order, right, tab))
        return draw

    return decorator


def panels_for(area: str, request: HttpRequest, thing: Any) -> list[str]:
    return _draw(hung.panels[area], request, thing)


def tabs_for(area: str, request: HttpRequest, thing: Any) -> list[tuple[str, list[str]]]:
    """The panels by tab, in the order in which their first panels stand; '' is the first tab."""
    tabs: dict[str, list[str]] = {"": []}
    for one in _allowed(hung.panels[area], request):
        if html := one.draw(request, thing):
            tabs.setdefault(str(one.tab), []).append(html)
    return [(tab, panels) for tab, panels in tabs.items() if panels]


def card(area: str = "dashboard", *, order: int, right: str = "") -> Callable[[Draw], Draw]:
    """Register a function (request) -> HTML as a card of ``area``; '' shows nothing."""

    def decorator(draw: Draw) -> Draw:
        hung.cards[area].append(_Drawn(draw, order, right))
        return draw

    return decorator


def cards_for(area: str, request: HttpRequest) -> list[str]:
    return _draw(hung.cards[area], request)


def _allowed(drawn: Iterable[_Drawn], request: HttpRequest) -> list[_Drawn]:
    allowed = [one for one in drawn if may(request, one.right)]
    return sorted(allowed, key=lambda one: one.order)


def _draw(drawn: list[_Drawn], request: HttpRequest, *things: Any) -> list[str]:
    return [html for one in _allowed(drawn, request) if (html := one.draw(request, *things))]


def key_figure(area: str, *, order: int, right: str = "") -> Callable[[Any], Any]:
    """Register a function (request, thing) -> Figure, or None where there is nothing to say."""

    def decorator(tell: Any) -> Any:
        hung.figures[area].append(_Drawn(tell, order, right))
        return tell

    return decorator


def figures_for(area: str, request: HttpRequest, thing: Any) -> list[Figure]:
    sources: list[Any] = _allowed(hung.figures[area], request)
    told = (one.draw(request, thing) for one in sources)
    return [figure for figure in told if figure is not None]


def warning_source(area: str, *, order: int, right: str = "") -> Callable[[Any], Any]:
    """Register a function (request, thing) -> Warned, any number of them."""

    def decorator(tell: Any) -> Any:
        hung.warnings[area].append(_Drawn(tell, order, right))
        return tell

    return decorator


def warnings_for(area: str, request: HttpRequest, thing: Any) -> list[Warned]:
    sources: list[Any] = _allowed(hung.warnings[area], request)
    return [warned for one in sources for warned in one.draw(request, thing) or ()]


def timeline_source(
    area: str, key: str, label: Text, *, order: int, right: str = ""
) -> Callable[[Any], Any]:
    """Register a function (request, thing, before, limit) -> TimelineEntry, newest first.

    It tells at most ``limit`` lines that lie before ``before`` (None: the newest). ``key`` is its
    filter; sources that share a key share the filter.
    """

    def decorator(tell: Any) -> Any:
        hung.told[area].append(Told(key, label, tell, order, right))
        return tell

    return decorator


def timeline_sources(area: str, request: HttpRequest) -> list[Told]:
    """The sources that this user may hear of, in order."""
    told = sorted(hung.told[area], key=lambda one: one.order)
    return [one for one in told if may(request, one.right)]


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
