"""Browsers that wish to be told."""

from django.db import transaction

from enishi.accounts.models import User
from enishi.messaging.models import PushSubscription

MOST = 20  # browsers of one user; the oldest go


@transaction.atomic
def subscribe_push(
    user: User, *, endpoint: str, p256dh: str, auth: str, browser: str = ""
) -> PushSubscription:
    """Remember a browser of ``user``; one that changed hands belongs to its present user."""
    row, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={"user": user, "p256dh": p256dh, "auth": auth, "browser": browser[:200]},
    )
    older = PushSubscription.objects.filter(user=user).values_list("pk", flat=True)[MOST:]
    PushSubscription.objects.filter(pk__in=list(older)).delete()
    return row


@transaction.atomic
def unsubscribe_push(user: User, endpoint: str) -> None:
    """Forget a browser of ``user``."""
    PushSubscription.objects.filter(user=user, endpoint=endpoint).delete()
