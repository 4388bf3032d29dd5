"""Follow every link of the office in both languages, as a person with every right."""

import html
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from .texts import english_of, left_in_english, left_in_japanese
from .urls import ours

MOST_OF_A_KIND = 4  # pages opened of one view: members differ, five hundred of them do not
NOT_PAGES = {"text/csv", "application/pdf"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_TYPED = re.compile(r'(?s)<(textarea|code)\b.*?</\1>|\bvalue="[^"]*"')
MERGE_FIELD = re.compile(r"\{\{[^{}]*\}\}")  # what one writes into mails looks like a template
READ = ("title", "placeholder", "aria-label", "alt", "content", "data-confirm", "label")


class Page(HTMLParser):
    """What a page says, links to, and must not hold."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.said: list[str] = []
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.lang = ""
        self._open: list[tuple[str, bool]] = []  # tag, and whether its text is for people
        self.feed(text)
        self.faults += [f"the id {id_!r} stands twice" for id_, n in self.ids.items() if n > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        foreign = "lang" in found and tag != "html"
        silent = tag in {"script", "style", "code", "pre", "kbd"} or foreign
        if tag not in VOID:
            self._open.append((tag, silent))
        if tag == "html":
            self.lang = found.get("lang", "")
        if "id" in found:
            self.ids[found["id"]] += 1
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if "hx-get" in found:
            self.links.append(found["hx-get"])
        if tag == "style" or (tag == "script" and "src" not in found and not _is_data(found)):
            self.faults.append(f"an inline <{tag}>")
        self.faults += [
            f"an inline {name}=" for name in found if name == "style" or name[:2] == "on"
        ]
        if tag == "img" and "alt" not in found:
            self.faults.append("an image without alt")
        if not self._is_silent():
            self.said += [found[name] for name in READ if found.get(name) and tag != "meta"]
            if tag == "input" and found.get("type") in {"submit", "button"}:
                self.said.append(found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._is_silent() and data.strip():
            self.said.append(data)

    def _is_silent(self) -> bool:
        return any(silent for _, silent in self._open)


def _is_data(attributes: dict[str, str]) -> bool:
    return attributes.get("type") in {"application/json", "application/ld+json"}


def walk(client: Client, start: str) -> Iterator[tuple[str, str, object]]:
    """Open every page that links lead to; yields address, name of the view, response."""
    waiting, seen, opened = [start], {start}, Counter[str]()
    while waiting:
        address = waiting.pop(0)
        try:
            match = resolve(urlsplit(address).path)
        except Resolver404:
            yield address, "", client.get(address)
            continue
        name = match.view_name
        if opened[name] >= MOST_OF_A_KIND:
            continue
        opened[name] += 1
        response = client.get(address, headers={"referer": "http://testserver/office/"})
        yield address, name, response
        if response.status_code == 302:
            found = [response.url]
        elif _is_html(response):
            found = Page(response.content.decode()).links
        else:
            found = []
        for link in found:
            there = urlsplit(urljoin(f"http://testserver{address}", html.unescape(link)))
            clean = there._replace(fragment="", scheme="", netloc="").geturl()
            if there.netloc == "testserver" and clean not in seen:
                seen.add(clean)
                waiting.append(clean)


def _is_html(response: object) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html")


def faults_of(response: object, language: str) -> list[str]:
    """What is wrong with a page."""
    if response.status_code not in {200, 302, 405}:
        return [f"status {response.status_code}"]
    policy = response.headers.get("Content-Security-Policy", "")
    faults = [] if "default-src 'self'" in policy else ["no Content-Security-Policy"]
    faults += ["'unsafe-…' in its policy"] if "unsafe" in policy else []
    if not _is_html(response) or response.status_code != 200:
        return faults
    text = response.content.decode()
    page = Page(text)
    faults += page.faults
    if re.search("/campaigns/|/api/v1/docs", response.request["PATH_INFO"]):
        text = MERGE_FIELD.sub("", text)
    plain = _TYPED.sub("", text)  # merge fields may stand where people write them
    faults += [f"{mark} is left in the page" for mark in ("{{", "{%", "%}") if mark in plain]
    faults += [f"%({name} is left" for name in re.findall(r"%\((\w+\)s)", " ".join(page.said))]
    whole = "<html" in text
    if whole and page.lang != language:
        faults.append(f"lang={page.lang!r}")
    if whole and response.headers.get("X-Frame-Options") != "DENY":
        faults.append("may be framed")
    left = left_in_english(page.said) if language == "ja" else left_in_japanese(page.said)
    faults += [f"not translated: {text!r}" for text in left]
    return faults


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_is_whole_and_in_one_language(office, language):
    client = office.client(language)
    found: list[str] = []
    opened: set[str] = set()
    for start in ("/office/", "/", "/api/v1/docs"):
        for address, name, response in walk(client, start):
            opened.add(name)
            found += [f"{address} ({name}): {fault}" for fault in faults_of(response, language)]
    assert not found, f"{len(found)} faults:\n" + "\n".join(dict.fromkeys(found))
    missed = {url.name for url in ours() if url.name not in opened and is_page(client, url.name)}
    assert not missed, f"No link leads to {sorted(missed)}."


def is_page(client: Client, name: str) -> bool:
    """Whether something is there to be looked at with a plain GET and without an argument."""
    from django.urls import NoReverseMatch, reverse

    try:
        address = reverse(name)
    except NoReverseMatch:
        return False
    if not address.startswith("/office/"):
        return False
    response = client.get(address)
    return response.status_code == 200 and _is_html(response)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/", "/"])
def test_pages_of_the_signed_out(db, client, address, language):
    client.cookies["language"] = language
    response = client.get(address)
    assert response.status_code == 200
    assert faults_of(response, language) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_errors_are_pages_too(db, client, language):
    client.cookies["language"] = language
    response = client.get("/office/there-is-nothing/")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert page.lang == language
    assert not page.faults
    left = left_in_english(page.said) if language == "ja" else left_in_japanese(page.said)
    assert left == []


def test_the_sweep_sees_what_it_should():
    page = Page('<p style="a" onclick="b">Hello</p><style>x</style><script>y</script><img>')
    assert len(page.faults) == 5
    assert left_in_english(["Hello world"]) == ["Hello world"]
    assert left_in_english(["CSV", "Enishi", "sato@example.jp"]) == []
    assert english_of()["Save"] == "保存する"
