"""Words about accounts for templates."""

import re

from django import template
from django.conf import settings

from enishi.accounts.models import User

register = template.Library()

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@register.simple_tag
def is_demo() -> bool:
    """Whether this is the demo, whose people are all made up."""
    return bool(getattr(settings, "DEMO", False))


@register.simple_tag
def nobody_yet() -> bool:
    """Whether this is a new installation, for which the first administrator is still to come."""
    return not User.objects.staff().exists()


@register.filter
def browser(user_agent: str) -> str:
    """``Chrome · Windows`` from what the browser says about itself."""
    found = [
        next((name for mark, name in names if mark in user_agent), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    said = " · ".join(filter(None, found))
    return said or re.split(r"[ /]", user_agent)[0] or "?"
