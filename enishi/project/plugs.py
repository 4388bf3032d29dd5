"""What the running installation hangs into the shells."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from enishi.core.japanese import search_text
from enishi.ui.registry import (
    Found,
    Hit,
    deeds_for,
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


@search_source(_("Do"), order=890, right="office.view")
def deeds(request: HttpRequest, words: str) -> Iterator[Hit]:
    """What one can do, found by its name and by other words for it; all of it for no words."""
    wanted = search_text(words)
    for one in deeds_for(request):
        if wanted in search_text(f"{one.label} {one.words}"):
            yield Hit(str(one.label), one.url, "", one.icon)


@search_source(_("Pages"), order=900, right="office.view")
def pages(request: HttpRequest, words: str) -> Iterator[Hit]:
    """Pages of the menu and the settings: by name, and settings by what is said about them."""
    wanted = search_text(words)
    for _group, items in nav_for(request):
        for item in items:
            if wanted in search_text(str(item.label)):
                yield Hit(str(item.label), item.url, "", item.icon)
    for group, settings in settings_for(request):
        for one in settings:
            if wanted and wanted in search_text(f"{one.label} {one.description}"):
                yield Hit(str(one.label), one.url, str(group), one.icon)


def offered(request: HttpRequest) -> list[Found]:
    """For who has not written a word yet."""
    groups = (Found(_("Do"), list(deeds(request, ""))), Found(_("Pages"), list(pages(request, ""))))
    return [group for group in groups if group.hits]
