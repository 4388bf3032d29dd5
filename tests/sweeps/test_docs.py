"""What the documentation says is so."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from . import reference
from .texts import every_japanese

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
IDS = [str(page.relative_to(ROOT)) for page in PAGES]
CODE = re.compile(r"```[^\n]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VARIABLE = re.compile(r"\b(ENISHI_[A-Z_]+|DATABASE_[A-Z_]+|EMAIL_URL|PORT)\b")
LABEL = re.compile(r"\*\*(.+?)\*\*")
OFFICE = [
    *sorted((ROOT / "docs" / "how-to" / "ja").glob("*.md")),
    *(ROOT / "docs" / "tutorial").glob("*.md"),
]


def code_of(page: Path) -> str:
    return "\n".join(block or span for block, span in CODE.findall(page.read_text()))


def commands_in(page: Path) -> list[list[str]]:
    """Every command line of ours in a page, as words."""
    found = []
    for whole in code_of(page).splitlines():
        line = re.split(r"\s#\s|\s\|\s|&&|;", whole)[0]
        words = line.replace("\\", " ").replace("$(", " ").replace(")", " ").split()
        while words and ("=" in words[0] or words[0] in {"$", "sudo"}):
            words.pop(0)
        if words and words[0].rsplit("/", 1)[-1] in {"enishi", "make"}:
            found.append([words[0].rsplit("/", 1)[-1], *words[1:]])
    return found


@cache
def targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    return set(" ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split())


@cache
def known() -> dict[str, set[str]]:
    """Each command of ``enishi`` with its options."""
    return {
        name: {opt for p in command.params for opt in (*p.opts, *p.secondary_opts)} | {"--help"}
        for name, command in reference.commands()
    }


@pytest.mark.parametrize("doc", PAGES, ids=IDS)
def test_commands_exist(doc):
    for program, *words in commands_in(doc):
        plain = [word for word in words if not word.startswith("-")]
        if program == "make":
            for word in plain:
                assert "=" in word or word in targets(), f"make {word}"
            continue
        if not plain or not re.fullmatch(r"[a-z_-]+", plain[0]):
            continue
        two = " ".join(plain[:2])
        name = two if two in known() else plain[0]
        assert name in known() or any(other.startswith(f"{name} ") for other in known()), two
        if name == "manage" or name not in known():
            continue
        for word in words:
            if word.startswith("--"):
                assert word.split("=")[0] in known()[name], f"enishi {name} {word}"


@pytest.mark.parametrize("doc", PAGES, ids=IDS)
def test_links_lead_somewhere(doc):
    for target in LINK.findall(CODE.sub("", doc.read_text())):
        if re.match(r"(https?:|mailto:)", target):
            continue
        path, _, anchor = target.partition("#")
        there = (doc.parent / path).resolve() if path else doc
        assert there.exists(), f"{target} is not there"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{target}: no such heading"


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_every_setting_is_documented_and_exists():
    source = (ROOT / "enishi/project/environment.py").read_text()
    read = set(re.findall(r"(?:values|environ)\.get\(\"([A-Z_]+)\"", source)) - {"ENISHI_ROLE"}
    settings = ROOT / "docs/reference/settings.md"
    assert set(VARIABLE.findall(settings.read_text())) >= read
    for page in PAGES:
        unknown = set(VARIABLE.findall(code_of(page))) - read
        assert not unknown, (page, unknown)


@pytest.mark.parametrize("name", reference.PAGES)
def test_pages_made_from_the_code_are_fresh(name):
    assert (reference.REFERENCE / name).read_text() == reference.PAGES[name](), "make reference"


def test_every_page_can_be_found():
    """From the README or the front page of docs, link by link."""
    seen, waiting = set(), [ROOT / "README.md", ROOT / "README.ja.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        for target in LINK.findall(page.read_text()):
            there = (page.parent / target.partition("#")[0]).resolve()
            if there.is_dir():
                waiting += there.glob("*.md")
            elif there.suffix == ".md":
                waiting.append(there)
    lost = [str(page.relative_to(ROOT)) for page in PAGES if page not in seen]
    assert not lost


@pytest.mark.parametrize("doc", OFFICE, ids=[page.name for page in OFFICE])
def test_labels_are_those_of_the_screens(doc):
    """In the office's pages bold text is a label: it must be on a screen, letter by letter."""
    said = {re.sub(r"%\(\w+\)[sd]", "〇", text) for text in every_japanese()}
    said = {re.sub(r"<[^>]+>|[0-9,]+", "", text) for text in said}
    labels = {re.sub(r"[0-9,]+", "", label) for label in LABEL.findall(doc.read_text())}
    unknown = sorted(labels - said)
    assert not unknown, f"{doc.name}: no screen says {unknown}"


def test_every_english_page_for_the_office_has_its_japanese():
    assert {page.name for page in (ROOT / "docs/how-to/ja").glob("*.md")}
    assert (ROOT / "README.ja.md").exists()


def test_the_changelog_knows_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_licence_is_there():
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_pictures_are_small_and_shown():
    pictures = list((ROOT / "docs").rglob("*.png"))
    shown = "".join(page.read_text() for page in PAGES)
    for picture in pictures:
        assert picture.stat().st_size < 150_000, picture
        assert picture.name in shown, f"{picture.name} is shown nowhere"
