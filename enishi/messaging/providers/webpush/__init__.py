"""Web push: to every browser that a user has subscribed, encrypted for it alone."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from enishi.messaging.models import Message, PushSubscription
from enishi.messaging.providers.base import Outcome, State

from .encrypting import encrypted
from .vapid import authorization

SECONDS = 15
AT_ONCE = 16  # requests to push services, most of whose time is waiting
KEEP = 24 * 3600  # seconds that the push service keeps it for a browser that is off
_GONE = (404, 410)
_BEST = (State.ACCEPTED, State.DEFERRED, State.UNREACHED, State.UNCERTAIN, State.REFUSED)


class WebPushProvider:
    """``message.to`` is the id of a user; gone browsers are forgotten."""

    name = "webpush"

    def deliver(self, message: Message) -> Outcome:
        return self.deliver_many([message])[message.pk]

    def deliver_many(self, messages: Sequence[Message]) -> dict[int, Outcome]:
        """What became of each, by its id. Some go at the same time; the database is asked before
        and after, not by them."""
        users = {int(one.to) for one in messages}
        browsers: dict[str, list[PushSubscription]] = {}
        for row in PushSubscription.objects.filter(user_id__in=users):
            browsers.setdefault(str(row.user_id), []).append(row)
        ways = [(row, one) for one in messages for row in browsers.get(one.to, [])]
        with ThreadPoolExecutor(min(AT_ONCE, len(ways)) or 1) as threads:
            outcomes = list(threads.map(lambda way: self._push(*way), ways))
        answers: dict[int, list[Outcome]] = {one.pk: [] for one in messages}
        gone = []
        for (row, one), outcome in zip(ways, outcomes, strict=True):
            answers[one.pk].append(outcome)
            gone += [row.pk] if outcome.code in _GONE else []
        PushSubscription.objects.filter(pk__in=gone).delete()
        return {pk: _best(found) for pk, found in answers.items()}

    def _push(self, row: PushSubscription, message: Message) -> Outcome:
        said = {"title": message.subject, "body": message.text[:2000], "url": message.link or "/"}
        try:
            body = encrypted(json.dumps(said).encode(), row.p256dh, row.auth)
        except ValueError as error:
            return Outcome(State.REFUSED, 0, str(error), "content")
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
            if error.code == 429 or error.code >= 500:
                return Outcome(State.DEFERRED, error.code, str(error.reason))
            about = "recipient" if error.code in _GONE else "content"
            return Outcome(State.REFUSED, error.code, str(error.reason), about)
        except urllib.error.URLError as error:
            return Outcome(State.UNREACHED, 0, str(error.reason))
        except OSError as error:
            return Outcome(State.UNCERTAIN, 0, str(error))


def _best(outcomes: Sequence[Outcome]) -> Outcome:
    """One browser that took it over is enough; else whatever may be tried again."""
    if not outcomes:
        return Outcome(State.REFUSED, 410, "no browser", "recipient")
    return min(outcomes, key=lambda one: _BEST.index(one.state))


def provider() -> WebPushProvider:
    return WebPushProvider()
