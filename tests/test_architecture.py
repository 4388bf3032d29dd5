"""The shape of the tree, checked. import-linter guards the layers; this guards the rest."""

import configparser
import importlib
import pkgutil
import re
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
APPS = ROOT / "enishi"
FRONT_DOORS = {
    *("models", "actions", "facts", "permissions", "conditions", "blocks", "api", "urls"),
    "fields",  # the types and forms of fields, which custom databases share with members
    "serving",  # stored files on their way out
    "importing",  # lists as they are read, for whoever keeps rows with own fields
    "exporting",  # and files as they are written
}
OPEN_TO_ALL = {"core", "ui"}  # words and components: every module is for everybody
LONGEST_FILE = 400


def layers() -> list[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    lines = config["importlinter:contract:layers"]["layers"].split("\n")
    return [name.strip() for line in lines if line.strip() for name in line.split("|")]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("enishi", cache_dir=None)


def test_every_app_says_what_it_is_for_in_one_sentence():
    for app in layers():
        doc = (APPS / app / "__init__.py").read_text()
        assert doc.startswith('"""'), app
        assert doc.strip().endswith('."""'), app


def test_apps_enter_each_other_by_the_front_door(graph):
    sneaking = []
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            here, there = importer.split("."), imported.split(".")
            if len(here) < 2 or len(there) < 3 or "tests" in here:
                continue
            if here[1] in (there[1], "project") or there[1] in OPEN_TO_ALL:
                continue
            if there[2] not in FRONT_DOORS:
                sneaking.append(f"{importer} -> {imported}")
    assert not sneaking


def test_layers_are_kept(graph):
    order = {app: rank for rank, app in enumerate(reversed(layers()))}
    upward = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            here, there = importer.split("."), imported.split(".")
            if len(here) < 2 or len(there) < 2 or "tests" in here:
                continue
            if order[here[1]] < order[there[1]]:
                upward.append(f"{importer} -> {imported}")
    assert not upward


def test_no_file_is_too_long():
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in APPS.rglob("*.py")
        if "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > LONGEST_FILE
    ]
    assert not long


def test_every_fact_is_explained():
    from enishi.core.facts import Fact

    for app in layers():
        package = importlib.import_module(f"enishi.{app}")
        for module in pkgutil.iter_modules(package.__path__, f"enishi.{app}."):
            if module.name.endswith(".facts"):
                importlib.import_module(module.name)

    def every(kind: type[Fact]) -> set[type[Fact]]:
        return {kind, *(below for child in kind.__subclasses__() for below in every(child))}

    facts = {fact for fact in every(Fact) if fact.__module__.split(".")[-2] != "tests"}
    assert len(facts) > 10
    for fact in facts:
        assert fact.__doc__, fact
        assert not fact.__doc__.startswith(fact.__name__ + "("), fact


@pytest.mark.parametrize("folder", ["enishi", "docs", "frontend", "deploy", "tests"])
def test_nothing_names_a_registry_or_promises_later(folder):
    """Registry hosts are the installer's business; a TODO is not a feature."""
    hosts = re.compile(r"(pypi|pythonhosted|npmjs)\.(org|com)")
    later = re.compile(r"\b(TODO|FIXME|XXX)\b")
    skip = {"node_modules", "static", "__pycache__"}
    found = []
    for path in (ROOT / folder).rglob("*"):
        if path.suffix not in {".py", ".md", ".html", ".ts", ".json", ".css", ".scss", ".toml"}:
            continue
        if skip & set(path.parts) or path == Path(__file__):
            continue
        text = path.read_text(errors="replace")
        if hosts.search(text) or (path.suffix in {".py", ".html", ".ts"} and later.search(text)):
            found.append(str(path.relative_to(ROOT)))
    assert not found
