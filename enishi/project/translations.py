"""Texts in two languages: find them in the sources, keep the .po files in step, compile them.

``python -m enishi.project.translations extract [app …]`` writes what is new into the .po files of
the named apps and drops what nobody uses; ``check`` fails where Japanese is missing, doubtful or
has other placeholders; ``compile`` writes the .mo files. English is the source language.
"""

import ast
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import normalize, read_po

ENISHI = Path(__file__).parent.parent
LANGUAGE = "ja"

# Function → positions of (context, singular, plural) in its arguments.
_CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "Unclear": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


@dataclass(frozen=True, order=True)
class Text:
    """A text to translate. ``context`` and ``plural`` are '' where there is none."""

    singular: str
    plural: str = ""
    context: str = ""


@dataclass
class Found:
    """The texts of one app with the files they stand in, and what could not be read."""

    places: dict[Text, set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: list[str] = field(default_factory=list)


# Finding


def texts_of(app: Path) -> Found:
    """Every text in the Python sources and templates of an app's folder."""
    found = Found()
    for path in sorted(app.rglob("*.py")):
        inside = path.relative_to(app).parts
        if "tests" in inside or "migrations" in inside:
            continue
        for text, line in _in_python(path.read_text(), path, found.problems):
            found.places[text].add(f"{path.relative_to(app)}:{line}")
    for path in sorted(p for p in app.rglob("*") if p.suffix in (".html", ".txt", ".mjml")):
        if "templates" not in path.relative_to(app).parts:
            continue
        for text, line in _in_template(path.read_text(), path, found.problems):
            found.places[text].add(f"{path.relative_to(app)}:{line}")
    return found


def _in_python(source: str, path: Path, problems: list[str]) -> Iterator[tuple[Text, int]]:
    refusals = _refusals()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name in refusals:
            docstring = ast.get_docstring(node) or ""
            if docstring:
                yield Text(" ".join(docstring.split())), node.lineno
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        positions = _CALLS.get(name)
        if positions is None or not node.args:
            continue
        words: list[str] = []
        for position in positions:
            if position is None:
                words.append("")
                continue
            argument = node.args[position] if position < len(node.args) else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                words.append(argument.value)
            elif isinstance(argument, ast.JoinedStr | ast.BinOp):  # a variable was marked elsewhere
                problems.append(f"{path}:{node.lineno}: {name}() needs a plain text in quotes.")
                break
            else:
                break
        else:
            context, singular, plural = words
            if singular:
                yield Text(singular, plural, context), node.lineno


def _refusals() -> set[str]:
    """Names of exception classes whose docstring is the sentence that people read."""
    if not _known_refusals:
        parents: dict[str, set[str]] = {}
        for path in ENISHI.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    bases = {getattr(b, "id", getattr(b, "attr", "")) for b in node.bases}
                    parents.setdefault(node.name, set()).update(bases)
        known = {"Refusal"}
        while more := {name for name, bases in parents.items() if bases & known} - known:
            known |= more
        _known_refusals.update(known)
    return _known_refusals


_known_refusals: set[str] = set()

_QUOTED = r"""("[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')"""
_TRANSLATE = re.compile(rf"^trans(?:late)?\s+{_QUOTED}(.*)$", re.DOTALL)
_CONTEXT = re.compile(rf"\bcontext\s+{_QUOTED}")
_CONSTANT = re.compile(rf"_\({_QUOTED}\)")


def _in_template(source: str, path: Path, problems: list[str]) -> Iterator[tuple[Text, int]]:
    from django.template.base import Lexer, TokenType
    from django.utils.text import smart_split
    from django.utils.translation import trim_whitespace

    inside: tuple[bool, str, int] | None = None  # trimmed, context, line
    singular: list[str] = []
    plural: list[str] | None = None
    for token in Lexer(source).tokenize():
        if inside is not None:
            into = singular if plural is None else plural
            if token.token_type == TokenType.TEXT:
                into.append(token.contents.replace("%", "%%"))
            elif token.token_type == TokenType.VAR:
                into.append(f"%({token.contents})s")
            elif token.contents.strip() == "plural":
                plural = []
            elif token.contents.startswith("endblocktrans"):
                trimmed, context, line = inside
                one = "".join(singular)
                many = "".join(plural or [])
                if trimmed:
                    one, many = trim_whitespace(one), trim_whitespace(many)
                yield Text(one, many, context), line
                inside, singular, plural = None, [], None
            else:
                problems.append(f"{path}:{token.lineno}: a tag inside blocktranslate.")
            continue
        if token.token_type not in (TokenType.BLOCK, TokenType.VAR):
            continue
        line = token.lineno or 0
        if token.token_type == TokenType.BLOCK:
            if match := _TRANSLATE.match(token.contents):
                yield Text(_unquoted(match[1]), "", _context(match[2])), line
            elif token.contents.startswith(("blocktranslate", "blocktrans")):
                words = list(smart_split(token.contents))
                inside = ("trimmed" in words, _context(token.contents), line)
        for match in _CONSTANT.finditer(token.contents):
            yield Text(_unquoted(match[1])), line


def _context(words: str) -> str:
    found = _CONTEXT.search(words)
    return _unquoted(found[1]) if found else ""


def _unquoted(text: str) -> str:
    return text[1:-1].replace(f"\\{text[0]}", text[0]).replace("%", "%%")


# Keeping


def catalogue_path(app: Path) -> Path:
    """The Japanese texts of an app. Further .po files beside it belong to it too."""
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def _catalogue_paths(app: Path) -> list[Path]:
    return sorted(catalogue_path(app).parent.glob("*.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


Known = dict[Text, tuple[tuple[str, ...], bool]]


def _known(*paths: Path) -> Known:
    known: Known = {}
    for message in (message for path in paths for message in _read(path)):
        if message.id:
            ids = message.id if isinstance(message.id, tuple | list) else (message.id, "")
            strings = message.string if isinstance(message.string, tuple) else (message.string,)
            text = Text(ids[0], ids[1], message.context or "")
            if not known.get(text, (("",), False))[0][0]:
                known[text] = (tuple(str(s or "") for s in strings), message.fuzzy)
    return known


def extract(app: Path) -> str:
    """Bring django.po of ``app`` in step with its sources, keeping translations.

    Texts that stand in another .po file beside it are left to that one.
    """
    found = texts_of(app)
    if not found.places:
        return f"{app.name}: no texts"
    paths = _catalogue_paths(app)
    known = _known(*paths)
    elsewhere = _known(*(path for path in paths if path != catalogue_path(app)))
    for text in elsewhere.keys() & found.places.keys():
        del found.places[text]
    out = io.StringIO()
    out.write(
        'msgid ""\nmsgstr ""\n'
        '"Language: ja\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    )
    for text in sorted(found.places, key=lambda t: (min(_files(found.places[t])), t)):
        strings, fuzzy = known.get(text, (("",), False))
        out.write("\n")
        for name in _files(found.places[text]):
            out.write(f"#: {name}\n")
        if fuzzy:
            out.write("#, fuzzy\n")
        if text.context:
            out.write(f"msgctxt {normalize(text.context, width=100)}\n")
        out.write(f"msgid {normalize(text.singular, width=100)}\n")
        if text.plural:
            out.write(f"msgid_plural {normalize(text.plural, width=100)}\n")
        out.write(f"msgstr{'[0]' if text.plural else ''} {normalize(strings[0], width=100)}\n")
    path = catalogue_path(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(out.getvalue())
    missing = sum(1 for text in found.places if not known.get(text, (("",), False))[0][0])
    return f"{app.name}: {len(found.places)} texts, {missing} without Japanese"


def _files(places: set[str]) -> list[str]:
    return sorted({place.rsplit(":", 1)[0] for place in places})


def problems_of(app: Path) -> list[str]:
    """What is wrong with the Japanese texts of ``app``, one line each."""
    found = texts_of(app)
    known = _known(*_catalogue_paths(app))
    problems = list(found.problems)
    for text, places in sorted(found.places.items()):
        strings, fuzzy = known.get(text, (("",), False))
        where = f"{app.name}/{min(places)}"
        if not strings[0]:
            problems.append(f"{where}: no Japanese for {text.singular!r}")
        elif fuzzy:
            problems.append(f"{where}: doubtful (fuzzy) Japanese for {text.singular!r}")
        else:
            wanted = _placeholders(text.plural or text.singular)
            if wanted != _placeholders(strings[0]):
                problems.append(
                    f"{where}: other placeholders in the Japanese for {text.singular!r}"
                )
    problems += [
        f"{path.relative_to(ENISHI)}: nobody uses {text.singular!r}"
        for path in _catalogue_paths(app)
        for text in sorted(_known(path))
        if text not in found.places
    ]
    return problems


def contradictions(apps: list[Path]) -> list[str]:
    """The same English with different Japanese in two files: only one of them would be shown."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    problems = []
    for app, path in ((one, path) for one in apps for path in _catalogue_paths(one)):
        here = f"{app.name}/{path.name}"
        for text, (strings, _fuzzy) in sorted(_known(path).items()):
            key = (text.context, text.singular)
            other, first = seen.setdefault(key, (here, strings[0]))
            if strings[0] and first and strings[0] != first:
                problems.append(
                    f"{here}: {text.singular!r} is {strings[0]!r} here, but {first!r} in"
                    f" {other}; use one, or tell them apart with a context"
                )
    return problems


def _placeholders(text: str) -> set[str]:
    percent = re.findall(r"%\(\w+\)[sd]|%[sd]", text)
    return {*percent, *re.findall(r"\{\w*\}", text)}


def compile_app(app: Path) -> bool:
    """Write the .mo file of ``app`` unless it is newer than its .po files; says whether it did."""
    sources = _catalogue_paths(app)
    target = catalogue_path(app).with_suffix(".mo")
    if not sources or (
        target.exists()
        and target.stat().st_mtime_ns > max(source.stat().st_mtime_ns for source in sources)
    ):
        return False
    catalogue = Catalog(locale=LANGUAGE)
    for source in sources:
        for message in _read(source):
            if message.id and message.string:
                catalogue.add(message.id, message.string, context=message.context)
    fresh = target.with_suffix(".mo.new")
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    fresh.replace(target)
    return True


def main(arguments: list[str]) -> int:
    """Run one of the three commands; returns the exit code."""
    command, *names = arguments or [""]
    apps = sorted(path.parent for path in ENISHI.glob("*/__init__.py"))
    if names:
        apps = [app for app in apps if app.name in names]
    if command == "extract":
        for app in apps:
            print(extract(app))
        return 0
    if command == "compile":
        for app in apps:
            compile_app(app)
        return 0
    if command == "check":
        problems = [problem for app in apps for problem in problems_of(app)]
        problems += contradictions(sorted(path.parent for path in ENISHI.glob("*/__init__.py")))
        print("\n".join(problems) or "Every text has its Japanese.")
        return 1 if problems else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
