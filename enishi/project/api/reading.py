"""Bodies of requests: JSON whose texts can be stored."""

import json
import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from enishi.accounts.api import WrongInput

# The only way in for them: bytes that are no UTF-8 and bare NULs are no JSON.
_SUSPECT = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_BROKEN = re.compile("[\x00\ud800-\udfff]")


class SoundParser(Parser):
    """JSON; half characters and NULs, which no database takes, are refused with their place."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = json.loads(request.body)
        if _SUSPECT.search(request.body) and (places := broken_places(body)):
            sentence = _("There is a broken character here. Type the text again.")
            raise WrongInput([(place, sentence) for place in places[:20]])
        return body


def broken_places(body: Any) -> list[str]:
    """Paths like ``rule.all[1].value`` to texts with half characters or NULs in them."""
    found = []
    waiting = [("", body)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, str) and _BROKEN.search(value):
            found.append(place)
        elif isinstance(value, list):
            waiting += [(f"{place}[{index}]", one) for index, one in enumerate(value)]
        elif isinstance(value, dict):
            if any(_BROKEN.search(key) for key in value):
                found.append(place)
            waiting += [(f"{place}.{key}".lstrip("."), one) for key, one in value.items()]
    return sorted(found)
