"""Who may do what: areas, their actions, and the mark that every office page carries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "view": _("See"),
    "edit": _("Edit"),
    "delete": _("Delete"),
    "export": _("Export"),
    "send": _("Send"),
    "approve": _("Approve"),
    "configure": _("Configure"),
}


@dataclass(frozen=True)
class Area:
    """A part of the office that rights are given for."""

    key: str
    label: str | Promise
    actions: tuple[str, ...]

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(f"{self.key}.{action}" for action in self.actions)


AREAS: dict[str, Area] = {}


def area(key: str, label: str | Promise, *, actions: tuple[str, ...]) -> Area:
    """Declare an area and which of the ACTIONS it knows."""
    AREAS[key] = Area(key, label, actions)
    return AREAS[key]


def every_right() -> frozenset[str]:
    return frozenset(right for a in AREAS.values() for right in a.rights)


View = Callable[..., HttpResponseBase]


def requires(right: str) -> Callable[[View], View]:
    """Only staff with ``right`` may open the page; others get 403, the signed-out the sign-in."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.has_right(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = right  # type: ignore[attr-defined]
        return guarded

    return decorator


def signed_in(view: View) -> View:
    """Anybody who has signed in may open the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.permission = "signed_in"  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Everybody may open the page, signed in or not."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


area("accounts", _("Staff and roles"), actions=("view", "configure"))
area("organisation", _("Organisation"), actions=("view", "configure"))
