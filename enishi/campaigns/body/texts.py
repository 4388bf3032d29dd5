"""The text part, made of the HTML: for mail programs and readers that show no HTML."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "tr", "h1", "h2", "h3", "h4", "table", "ul", "ol", "section", "hr"}
_SILENT = {"style", "script", "head", "title"}
_VOID = {"br", "img", "hr", "meta", "link", "input", "col", "area", "wbr"}
_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def text_of(html: str) -> str:
    """Readable text: paragraphs, list items, links with their addresses behind them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = re.sub(r"[ \t\u3000]*\n[ \t]*", "\n", "".join(reader.out))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = 0
        self.open: list[tuple[str, bool]] = []
        self.href: list[str] = []
        self.words: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = tag in _SILENT or bool(_HIDDEN.search(given.get("style", "")))
        if tag not in _VOID:
            self.open.append((tag, hidden))
            self.silent += hidden
        if self.silent:
            return
        if tag == "br":
            self.out.append("\n")
        elif tag == "hr":
            self.out.append("\n\n----\n\n")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag == "img" and given.get("alt"):
            self.out.append(given["alt"])
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag in {"p", "h1", "h2", "h3", "h4"} else "\n")
        elif tag == "a":
            self.href.append(given.get("href", ""))
            self.words.append(len(self.out))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {name for name, _hidden in self.open}:
            return
        while self.open:
            name, hidden = self.open.pop()
            self.silent -= hidden
            if name == tag:
                break
        if self.silent:
            return
        if tag == "a" and self.href:
            href, since = self.href.pop(), self.words.pop()
            label = "".join(self.out[since:]).strip()
            if href and href != label and not href.startswith("#"):
                self.out.append(f"\n{href}\n" if label else href)
        elif tag in _BLOCKS:
            self.out.append("\n\n" if tag in {"p", "h1", "h2", "h3", "h4"} else "\n")
        elif tag == "td":
            self.out.append(" ")

    def handle_data(self, data: str) -> None:
        if self.silent:
            self.out += _TAG.findall(data)
        else:
            self.out.append(re.sub(r"[ \t\r\n]+", " ", data))

    def handle_comment(self, data: str) -> None:
        # A condition may begin inside what only Outlook reads, and end there: it holds for all.
        self.out += _TAG.findall(data)

    @property
    def is_silent(self) -> bool:
        return self.silent > 0
