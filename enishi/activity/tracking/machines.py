"""Whether a person or a machine is behind a request, and on what device.

Link scanners open every link of a mail, messengers fetch pages to show a preview, crawlers read
everything. They say so, more or less; whoever says nothing at all is a machine too.
"""

import re
from collections.abc import Mapping
from typing import Any

_MACHINES = re.compile(
    r"(?<!cu)bot(?:\b|[/_;-])|crawl|spider|slurp|scan|preview|prefetch|monitor|probe|check|validator|"
    r"fetch|archiver|headless|phantom|selenium|puppeteer|playwright|lighthouse|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|axios|node-fetch|ruby|perl|php|"
    r"facebookexternalhit|whatsapp|telegram|slack|discord|skype|googleimageproxy|ggpht|"
    r"yahoomailproxy|barracuda|proofpoint|mimecast|symantec|safelinks|trend ?micro",
    re.IGNORECASE,
)
_PHONE = re.compile(r"iphone|ipod|android.*mobile|windows phone|mobile.*firefox", re.IGNORECASE)
_TABLET = re.compile(r"ipad|android|tablet|kindle|silk/", re.IGNORECASE)


def is_machine(meta: Mapping[str, Any], method: str = "GET") -> bool:
    """Whether a request (``request.META``) comes from a machine or from no person's wish."""
    if method == "HEAD":
        return True
    for name in ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"):
        if any(word in str(meta.get(name, "")).lower() for word in ("prefetch", "preview")):
            return True
    return is_machine_name(str(meta.get("HTTP_USER_AGENT", "")))


def is_machine_name(agent: str) -> bool:
    """Whether a User-Agent is a machine's; an empty one is."""
    return not agent.strip() or _MACHINES.search(agent) is not None


def device_of(agent: str) -> str:
    """phone, tablet or computer."""
    if _PHONE.search(agent):
        return "phone"
    return "tablet" if _TABLET.search(agent) else "computer"
