"""From what somebody wrote to the two texts that are filled in for each recipient.

Merge fields are hidden from the programs that make HTML (mrml, css-inline), which would move or
escape them: a field becomes a word, a tag outside of brackets a comment, which may stand anywhere.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode

import css_inline
import mrml
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from enishi.core.models import Organisation
from enishi.messaging.models import MailSettings
from enishi.ui.written import phone, postal

from . import blocks
from .fields import TOKEN
from .texts import text_of

_MERGE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_HIDDEN = re.compile(r"<!--enishi(\d+)-->|ENISHIq(\d+)qI")
_RAW = re.compile(f"{blocks.RAW_BEGIN}(.*?){blocks.RAW_END}", re.DOTALL)
_ASIDE = re.compile(r"<!--enishiraw(\d+)-->")
_BODY_OF = re.compile(r"<body>(.*)</body>", re.DOTALL)
_ANCHOR = re.compile(
    r"<a\b([^>]*?)\bhref\s*=\s*(\"[^\"]*\"|'[^']*')([^>]*)>(.*?)</a>", re.IGNORECASE | re.DOTALL
)
_URL = re.compile(r"https?://(?:\{\{[^}\n]*\}\}|[^\s<>\"'）」】{])+")
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_END = re.compile(r"</body\s*>", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]+>")
_ALT = re.compile(r"<img\b[^>]*\balt=\"([^\"]*)\"", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|\{#.*?#\}", re.DOTALL)
_CONDITION = re.compile(r"\{%.*?%\}", re.DOTALL)
_PART = re.compile(r"\{%\s*(if|for|endif|endfor)\b")
_INLINER = css_inline.CSSInliner(
    load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True
)


class Unreadable(ValueError):
    """The MJML or HTML cannot be read; the text says why."""


@dataclass(frozen=True)
class Target:
    """Where a link leads; ``url`` may hold merge fields."""

    number: int
    url: str
    label: str


@dataclass
class Compiled:
    """Templates in the merge language. Without ``html`` the mail is text only."""

    html: str = ""
    text: str = ""
    links: list[Target] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """How to compile: with links that are counted or as they are."""

    tracked: bool
    advertising: bool
    preheader: str = ""
    utm: str = ""
    first_link: int = 1


def compiled(body: Mapping[str, Any], text_part: str, wanted: Wanted) -> Compiled:
    """Compile a body. Raises Unreadable."""
    made = Compiled()
    hidden: list[str] = []
    if "text" in body and not {"blocks", "mjml", "html"} & set(body):
        text = text_part or str(body["text"])
        made.text = _rewritten_text(_signed_off(text, wanted), wanted, made)
        return made
    html = _html(body, hidden)
    html = _with_preheader(html, _hide(escape(wanted.preheader, quote=False), hidden, words=True))
    html = _with_footer(_shown(html, hidden), wanted)
    text = text_part or text_of(html)
    made.html = _rewritten(html, wanted, made)
    made.text = _rewritten_text(_signed_off(text, wanted) if text_part else text, wanted, made)
    if wanted.tracked:
        made.html = _before_end(made.html, _trap() + _pixel())
    return made


def _html(body: Mapping[str, Any], hidden: list[str]) -> str:
    if "html" in body:
        return _inlined(_hide(str(body["html"]), hidden))
    source = blocks.to_mjml(body["blocks"]) if "blocks" in body else str(body["mjml"])
    source = _hide(source, hidden)
    raw: list[str] = []
    if "blocks" in body:
        source = _RAW.sub(lambda found: _put_aside(found[1], raw), source)
    try:
        made = mrml.to_html(source, None, mrml.RenderOptions(fonts={}))
    except OSError as error:
        raise Unreadable(_("The MJML cannot be read: %(why)s") % {"why": error}) from error
    return _ASIDE.sub(lambda found: raw[int(found[1])], made.content)


def _put_aside(html: str, raw: list[str]) -> str:
    """Keep a piece of HTML by hand, mended as browsers do: tags that nobody closed, attributes
    without quotes, what Word writes."""
    whole = _inlined(f"<html><body>{html}</body></html>")
    body = _BODY_OF.search(whole)
    raw.append(body[1] if body else whole)
    return f"<!--enishiraw{len(raw) - 1}-->"


def _inlined(html: str) -> str:
    try:
        return _INLINER.inline(html)
    except css_inline.InlineError as error:
        raise Unreadable(_("The HTML cannot be read: %(why)s") % {"why": error}) from error


# Hiding merge fields


def _hide(source: str, hidden: list[str], *, words: bool = False) -> str:
    """Put words and comments in place of merge fields, and keep those in ``hidden``."""
    out, at, inside = [], 0, False
    for found in _MERGE.finditer(source):
        between = source[at : found.start()]
        opening, closing = between.rfind("<"), between.rfind(">")
        if max(opening, closing) >= 0:
            inside = opening > closing
        out.append(between)
        number = len(hidden)
        hidden.append(found[0])
        as_word = words or inside or found[0].startswith("{{")
        out.append(f"ENISHIq{number}qI" if as_word else f"<!--enishi{number}-->")
        at = found.end()
    return "".join([*out, source[at:]])


def _shown(html: str, hidden: list[str]) -> str:
    return _HIDDEN.sub(lambda found: hidden[int(found[1] or found[2])], html)


# What every mail carries


def _with_preheader(html: str, preheader: str) -> str:
    if not preheader:
        return html
    style = "display:none;max-height:0;overflow:hidden;mso-hide:all"
    return _after_start(html, f'<div style="{style}">{preheader}</div>')


def _says_to_all(written: str, field_name: str) -> bool:
    """Whether every reader gets a field: it stands in no comment, condition or loop."""
    bare = _COMMENT.sub(lambda found: "".join(_CONDITION.findall(found[0])), written)
    depth = at = 0
    for found in _PART.finditer(bare):
        if not depth and field_name in bare[at : found.start()]:
            return True
        depth += -1 if found[1].startswith("end") else 1
        at = found.end()
    return not depth and field_name in bare[at:]


def _signature(written: str) -> tuple[list[str], bool]:
    """What advertising lacks: the lines of who sends, and whether one can leave by it."""
    lines, words = identity().splitlines(), unescape(written)
    told = all(line.strip() in words for line in lines)
    return [] if told else lines, not _says_to_all(written, "links.unsubscribe")


def identity() -> str:
    """Who sends, as 特定電子メール法 wants it: name, address, where to complain."""
    written = MailSettings.current().footer.strip()
    if written:
        return written
    one = Organisation.current()
    place = " ".join(part for part in (postal(one.postal_code), one.address) if part)
    return "\n".join(part for part in (one.name, place, phone(one.phone), one.email) if part)


def _leaving() -> tuple[str, str]:
    """The words of the links below a mail: in the language of the organisation, whoever looks at
    the mail or sends it."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Unsubscribe"), _("See this mail as a page")


def _with_footer(html: str, wanted: Wanted) -> str:
    lines, leaving = _signature(html) if wanted.advertising else ([], False)
    if not lines and not leaving:
        return html
    stop, web = _leaving()
    links = (
        f'<a href="{{{{ links.unsubscribe }}}}" style="color:#57606a">{stop}</a>　'
        f'<a href="{{{{ links.web }}}}" style="color:#57606a">{web}</a>'
    )
    footer = (
        '<div style="max-width:600px;margin:0 auto;padding:24px;font:12px/1.7 sans-serif;'
        'color:#57606a;text-align:center">'
        f"{'<br />'.join([*map(escape, lines), *([links] if leaving else [])])}</div>"
    )
    return _before_end(html, footer)


def _signed_off(text: str, wanted: Wanted) -> str:
    lines, leaving = _signature(text) if wanted.advertising else ([], False)
    if not lines and not leaving:
        return text
    stop, _web = _leaving()
    last = [f"{stop}:", "{{ links.unsubscribe }}"] if leaving else []
    return "\n".join([text.rstrip(), "", "----", *lines, *last, ""])


def _pixel() -> str:
    address = f"{settings.BASE_URL}/o/{{{{ {TOKEN} }}}}.gif"
    return f'<img src="{address}" width="1" height="1" alt="" style="border:0" />'


def _trap() -> str:
    """A link that no person sees: what follows it is a machine."""
    address = f"{settings.BASE_URL}/c/{{{{ {TOKEN} }}}}.0"
    return (
        f'<a href="{address}" style="display:none;max-height:0;overflow:hidden;font-size:0" '
        'aria-hidden="true" tabindex="-1" rel="nofollow"></a>'
    )


def _after_start(html: str, more: str) -> str:
    found = _BODY.search(html)
    at = found.end() if found else 0
    return html[:at] + more + html[at:]


def _before_end(html: str, more: str) -> str:
    ends = list(_END.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + more + html[at:]


# Links


def _rewritten(html: str, wanted: Wanted, made: Compiled) -> str:
    def link(found: re.Match[str]) -> str:
        url = unescape(found[2][1:-1]).strip()
        words = _TAGS.sub("", found[4]).strip() or " ".join(_ALT.findall(found[4]))
        label = " ".join(unescape(words).split())[:200]
        address = _counted(url, label, wanted, made)
        if address is None:
            return found[0]
        return f'<a{found[1]}href="{escape(address)}"{found[3]}>{found[4]}</a>'

    return _ANCHOR.sub(link, html)


def _rewritten_text(text: str, wanted: Wanted, made: Compiled) -> str:
    known = {one.url: one.number for one in reversed(made.links)}

    def link(found: re.Match[str]) -> str:
        url = found[0]
        number = known.get(_marked(url, wanted.utm))
        if number is not None:
            return _address(number)
        return _counted(url, url[:200], wanted, made) or url

    return _URL.sub(link, text) if wanted.tracked else text


def _counted(url: str, label: str, wanted: Wanted, made: Compiled) -> str | None:
    """The address in our place, or None for what stays as it is."""
    if not wanted.tracked or "links." in url:
        return None
    if not url.lower().startswith(("http://", "https://")) and not url.startswith("{{"):
        return None
    number = wanted.first_link + len(made.links)
    made.links.append(Target(number, _marked(url, wanted.utm), label))
    return _address(number)


def _address(number: int) -> str:
    return f"{settings.BASE_URL}/c/{{{{ {TOKEN} }}}}.{number}"


def _marked(url: str, utm: str) -> str:
    if not utm or "utm_" in url or url.startswith("{{"):
        return url
    more = urlencode({"utm_source": "enishi", "utm_medium": "email", "utm_campaign": utm})
    url, mark, fragment = url.partition("#")
    return f"{url}{'&' if '?' in url else '?'}{more}{mark}{fragment}"
