"""What the running installation hangs into the shells."""

from collections.abc import Iterator, Sequence

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from enishi.ui.registry import (
    Hit,
    NavItem,
    SettingsItem,
    nav_for,
    search_source,
    settings_for,
    settings_item,
)

settings_item(
    _("Background work"),
    "office:jobs",
    "activity",
    "jobs.view",
    order=80,
    group=_("Operation"),
    description=_("Imports, exports and nightly work: how far it is, what failed"),
)


@search_source(_("Pages"), order=900, right="office.view")
def pages(request: HttpRequest, words: str) -> Iterator[Hit]:
    """Pages of the menu and the settings whose name holds the words."""
    wanted = words.casefold()
    groups: list[tuple[str, Sequence[NavItem | SettingsItem]]] = []
    groups += nav_for(request)
    groups += settings_for(request)
    for group, items in groups:
        for item in items:
            if wanted in str(item.label).casefold():
                yield Hit(str(item.label), item.url, str(group), item.icon)
