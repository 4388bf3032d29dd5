"""Keys for programs."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from enishi.accounts.api import EVERYTHING, right_of
from enishi.accounts.facts import TokenMade, TokenRevoked
from enishi.accounts.models import ApiToken, User
from enishi.core import clock
from enishi.core.facts import announce

from .refusals import refuse_more_than_own


@transaction.atomic
def make_token(
    *, name: str, scopes: Iterable[str], by: User | None, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token; returns it and its secret, which nobody can see again."""
    given = sorted(set(scopes))
    refuse_more_than_own(by, frozenset(right_of(s) for s in given if s != EVERYTHING))
    token, secret = ApiToken.mint(name=name, scopes=given, by=by, expires_at=expires_at)
    token.save()
    announce(TokenMade(about=token, by=by, scopes=given))
    return token, secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None) -> None:
    """Make the token useless from now on; revoking twice changes nothing."""
    token = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is not None:
        return
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    announce(TokenRevoked(about=token, by=by))
