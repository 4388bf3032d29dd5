"""What pages draw entries of history with."""

from django import template

from enishi.audit.models import HistoryEntry

register = template.Library()

ICONS = (
    ("SignInFailed", "alert-triangle"),
    ("SignedIn", "login"),
    ("SignedOut", "logout"),
    ("TwoFactor", "shield-lock"),
    ("Password", "password"),
    ("Token", "key"),
    ("Role", "shield-lock"),
    ("Staff", "user-cog"),
    ("Sessions", "logout"),
    ("Import", "file-import"),
    ("Export", "file-export"),
    ("Joined", "user-plus"),
    ("Added", "user-plus"),
    ("Left", "user-minus"),
    ("Deleted", "trash"),
    ("Organisation", "building-community"),
)


@register.filter
def entry_icon(entry: HistoryEntry) -> str:
    """The icon that suits what happened."""
    name = entry.fact.split(".")[-1]
    return next((icon for part, icon in ICONS if part in name), "edit")
