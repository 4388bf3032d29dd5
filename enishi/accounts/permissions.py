"""Who may do what: areas, their actions, and the mark that every office page carries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from .models import User

if TYPE_CHECKING:
    from .models import User

ACTIONS: dict[str, Any] = {
    "view": pgettext_lazy("right", "See"),
    "edit": pgettext_lazy("right", "Edit"),
    "delete": pgettext_lazy("right", "Delete"),
    "export": pgettext_lazy("right", "Export"),
    "send": pgettext_lazy("right", "Send"),
    "approve": pgettext_lazy("right", "Approve"),
    "configure": pgettext_lazy("right", "Configure"),
}


@dataclass(frozen=True)
class Area:
    """A part of the office that rights are given for."""

    key: str
    label: str | Promise
    actions: tuple[str, ...]
    office: tuple[str, ...]  # what the ready-made role "office" may do here
    read_only: tuple[str, ...]

    @property
    def rights(self) -> tuple[str, ...]:
        return self.rights_to(self.actions)

    def rights_to(self, actions: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{self.key}.{action}" for action in actions)


AREAS: dict[str, Area] = {}
OPEN_OFFICE = "office.view"  # dashboard, search, settings page: whoever has any role


def area(
    key: str,
    label: str | Promise,
    *,
    actions: tuple[str, ...],
    office: tuple[str, ...] | None = None,
    read_only: tuple[str, ...] | None = None,
) -> Area:
    """Declare an area and which of the ACTIONS it knows.

    ``office`` and ``read_only`` say what the ready-made roles may do in it; unsaid, the office
    may do everything but configure, and read only may see.
    """
    if office is None:
        office = tuple(action for action in actions if action != "configure")
    if read_only is None:
        read_only = tuple(action for action in actions if action == "view")
    AREAS[key] = Area(key, label, actions, office, read_only)
    return AREAS[key]


def every_right() -> frozenset[str]:
    return frozenset(right for a in AREAS.values() for right in a.rights)


def ready_rights(role: str) -> list[str]:
    """The rights of a ready-made role, over all areas that are declared now."""
    if role == "administrator":
        return sorted(every_right())
    return sorted(
        right
        for a in AREAS.values()
        for right in a.rights_to(a.office if role == "office" else a.read_only)
    )


View = Callable[..., HttpResponseBase]


class OfficeRequest(HttpRequest):
    """For type hints: a request that a guard has let through, so that ``user`` is somebody."""

    user: "User"


class SignedInRequest(HttpRequest):
    """A request behind `requires` or `signed_in`: somebody is there."""

    user: "User"


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead the signed-out to the sign-in page, and back here afterwards.

    A page part fetched by htmx cannot show a sign-in page; the whole page is sent there instead.
    """
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(_page_of(request))
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = redirect_to_login(page._replace(scheme="", netloc="").geturl() or "/office/")
    return HttpResponse(status=401, headers={"HX-Redirect": back.url})


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: a button's address cannot be opened, the page it was on can."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    ours = page.netloc == request.get_host()
    return page._replace(scheme="", netloc="").geturl() if ours else "/office/"


def requires(right: str) -> Callable[[View], View]:
    """Only staff with ``right`` may open the page; others get 403, the signed-out the sign-in."""

    def decorator(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
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
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.permission = "signed_in"  # type: ignore[attr-defined]
    return guarded


def public(view: View) -> View:
    """Everybody may open the page, signed in or not."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


area("office", _("The office itself"), actions=("view",))  # every role has it
area("accounts", _("Staff and roles"), actions=("view", "configure"), office=(), read_only=())
area("tokens", _("API tokens"), actions=("view", "configure"), office=(), read_only=())
area("organisation", _("Organisation"), actions=("view", "configure"))
