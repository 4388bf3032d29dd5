"""Web push: to every browser that a user has subscribed, encrypted for it alone."""

import json
import urllib.error
import urllib.request

from django.conf import settings

from enishi.messaging.models import Message, PushSubscription
from enishi.messaging.providers.base import Outcome, State

from .encrypting import encrypted
from .vapid import authorization

SECONDS = 15
KEEP = 24 * 3600  # seconds that the push service keeps it for a browser that is off
_GONE = (404, 410)
_BEST = (State.ACCEPTED, State.DEFERRED, State.UNREACHED, State.UNCERTAIN, State.REFUSED)


class WebPushProvider:
    """``message.to`` is the id of a user; gone browsers are forgotten."""

    name = "webpush"

    def deliver(self, message: Message) -> Outcome:
        rows = PushSubscription.objects.filter(user_id=int(message.to))
        outcomes = [self._push(row, message) for row in rows]
        if not outcomes:
            return Outcome(State.REFUSED, 410, "no browser", "recipient")
        # One browser that took it over is enough; else whatever may be tried again.
        return min(outcomes, key=lambda one: _BEST.index(one.state))

    def _push(self, row: PushSubscription, message: Message) -> Outcome:
        said = {"title": message.subject, "body": message.text[:2000], "url": message.link or "/"}
        body = encrypted(json.dumps(said).encode(), row.p256dh, row.auth)
        request = urllib.request.Request(  # noqa: S310  # https only: see the subscription
            row.endpoint,
            data=body,
            headers={
                "Authorization": authorization(row.endpoint, settings.BASE_URL),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(KEEP),
                "Urgency": "normal",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return Outcome(State.ACCEPTED, answer.status)
        except urllib.error.HTTPError as error:
            if error.code in _GONE:
                row.delete()
            if error.code == 429 or error.code >= 500:
                return Outcome(State.DEFERRED, error.code, str(error.reason))
            about = "recipient" if error.code in _GONE else "content"
            return Outcome(State.REFUSED, error.code, str(error.reason), about)
        except urllib.error.URLError as error:
            return Outcome(State.UNREACHED, 0, str(error.reason))
        except OSError as error:
            return Outcome(State.UNCERTAIN, 0, str(error))


def provider() -> WebPushProvider:
    return WebPushProvider()
