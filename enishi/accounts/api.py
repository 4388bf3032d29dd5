"""How programs sign in: bearer tokens with scopes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from enishi.core import clock
from enishi.core.origin import acting_through

from .models import ApiToken
from .permissions import AREAS

# The word of a scope for each action that a right can name.
WORDS = {
    "view": "read",
    "edit": "write",
    "delete": "delete",
    "export": "export",
    "send": "send",
    "approve": "approve",
    "configure": "configure",
}
EVERYTHING = "*"


class NotAllowed(Exception):
    """This token may not do that."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(
            _("This token may not do that. It needs the scope “%(scope)s”.") % {"scope": scope}
        )


class TooManyRequests(Exception):
    """This token has asked too often; wait ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            _("This token has sent too many requests. Try again in %(seconds)d seconds.")
            % {"seconds": retry_after}
        )


def every_scope() -> list[str]:
    """All scopes that a token can hold, besides ``*``."""
    return [
        f"{area.key}:{WORDS[action]}"
        for area in AREAS.values()
        for action in area.actions
        if area.key != "office"  # the pages, not the data
    ]


def right_of(scope: str) -> str:
    """The right that stands behind a scope: ``members:read`` → ``members.view``."""
    area, word = scope.split(":")
    return f"{area}.{next(action for action, w in WORDS.items() if w == word)}"


class TokenAuth(HttpBearer):
    """``Authorization: Bearer eni_…``. Sets ``request.auth`` to the token, ``request.user`` too.

    With a ``scope``, the token must hold it, and whoever made the token must still have the right
    behind it: a program can never do more than its maker.
    """

    openapi_description = "A token made in the office or by `enishi token create`."

    def __init__(self, scope: str = "") -> None:
        super().__init__()
        self.scope = scope
        self.right = right_of(scope) if scope else ""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        key = ApiToken.objects.select_related("by").filter(hash=ApiToken.hash_of(token)).first()
        if key is None or not key.is_live or (key.by is not None and not key.by.is_active):
            return None
        count_use(request, key)
        if self.scope and not may(key, self.scope, self.right):
            raise NotAllowed(self.scope)
        if key.by is not None:
            request.user = key.by
        acting_through(key.name)
        return key


def needs(scope: str) -> TokenAuth:
    """``auth=needs("members:read")`` on an operation: only tokens with that scope."""
    return TokenAuth(scope)


def may(token: ApiToken, scope: str, right: str) -> bool:
    """Whether the token holds the scope and its maker the right."""
    held = EVERYTHING in token.scopes or scope in token.scopes
    return held and (token.by is None or token.by.has_right(right))


def count_use(request: HttpRequest, token: ApiToken) -> None:
    """Count one request in the current minute; raises TooManyRequests above the token's limit."""
    now = clock.now()
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO accounts_tokenuse AS use (token_id, minute, used) VALUES (%s, %s, 1)
            ON CONFLICT (token_id) DO UPDATE SET
                used = CASE WHEN use.minute = excluded.minute THEN use.used + 1 ELSE 1 END,
                minute = excluded.minute
            RETURNING used
            """,
            [token.pk, minute],
        )
        used: int = cursor.fetchone()[0]
    if used == 1:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    reset = max(1, round((minute + timedelta(minutes=1) - now).total_seconds()))
    rate: dict[str, Any] = {
        "RateLimit-Limit": token.per_minute,
        "RateLimit-Remaining": max(0, token.per_minute - used),
        "RateLimit-Reset": reset,
    }
    request.rate_headers = rate  # type: ignore[attr-defined]
    if used > token.per_minute:
        raise TooManyRequests(reset)


class WrongInput(Exception):
    """What was sent cannot be taken: 422. ``errors`` are pairs of field name and sentence."""

    def __init__(self, errors: Iterable[tuple[str, str]], detail: str = "") -> None:
        self.errors = [(field, str(sentence)) for field, sentence in errors]
        super().__init__(detail or _("Some fields cannot be taken as they are."))
