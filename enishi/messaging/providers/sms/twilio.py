"""SMS by Twilio's HTTP interface."""

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from django.conf import settings

from enishi.messaging.models import Message
from enishi.messaging.providers.base import Outcome, State

API = "https://api.twilio.com/2010-04-01/Accounts/{sid}/Messages.json"
SECONDS = 20
# Twilio's codes for a number that cannot be reached for good.
_DEAD = {21211, 21214, 21217, 21610, 21614}


def international(number: str, country: str = "81") -> str:
    """+819012345678 for 09012345678 (E.164)."""
    if number.startswith("+"):
        return number
    return f"+{country}{number[1:]}" if number.startswith("0") else f"+{number}"


class TwilioProvider:
    """One request a message."""

    name = "twilio"

    def __init__(self, api: str = API) -> None:
        self.url = api.format(sid=settings.TWILIO_SID)

    def deliver(self, message: Message) -> Outcome:
        fields = {
            "To": international(message.to),
            "From": settings.TWILIO_FROM,
            "Body": message.text,
        }
        key = f"{settings.TWILIO_SID}:{settings.TWILIO_TOKEN}".encode()
        request = urllib.request.Request(  # noqa: S310  # our own address
            self.url,
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Authorization": f"Basic {base64.b64encode(key).decode()}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return Outcome(State.ACCEPTED, answer.status, _read(answer.read()).get("sid", ""))
        except urllib.error.HTTPError as error:
            said = _read(error.read())
            text = str(said.get("message", error.reason))[:500]
            if error.code == 429 or error.code >= 500:
                return Outcome(State.DEFERRED, error.code, text)
            about = "recipient" if said.get("code") in _DEAD else "sender"
            return Outcome(State.REFUSED, error.code, text, about)
        except urllib.error.URLError as error:
            return Outcome(State.UNREACHED, 0, str(error.reason)[:500])
        except OSError as error:  # the connection broke while we waited for the answer
            return Outcome(State.UNCERTAIN, 0, str(error)[:500])


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def provider() -> TwilioProvider:
    return TwilioProvider()
