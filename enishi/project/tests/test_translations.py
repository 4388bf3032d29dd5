"""Texts are found wherever they stand, and nothing slips through the check."""

from pathlib import Path

import pytest

from enishi.project import translations
from enishi.project.translations import Text

PYTHON = '''
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
from enishi.core.refusals import Refusal
label = _("Members")
def f(count):
    return ngettext("%(n)d member", "%(n)d members", count), pgettext("a list", "Open")
class AlreadyThere(Refusal):
    """There is one
    already."""
'''
TEMPLATE = """{% load i18n %}
<p title="{% translate "Save" %}">{{ name|default:_("Nobody") }}</p>
{% blocktranslate trimmed count n=rows with what=name %}
  {{ n }} row
  of {{ what }}
{% plural %}
  {{ n }} rows of {{ what }}
{% endblocktranslate %}
{% blocktranslate %}100% sure{% endblocktranslate %}{% translate "5%" context "rate" %}
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "enishi" / "shop"
    (folder / "templates" / "shop").mkdir(parents=True)
    (folder / "__init__.py").write_text('"""A shop."""')
    (folder / "views.py").write_text(PYTHON)
    (folder / "templates" / "shop" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(translations, "ENISHI", folder.parent)
    monkeypatch.setattr(translations, "_known_refusals", set())
    return folder


def test_every_kind_of_text_is_found(app: Path) -> None:
    assert set(translations.texts_of(app).places) == {
        Text("Members"),
        Text("%(n)d member", "%(n)d members"),
        Text("Open", context="a list"),
        Text("There is one already."),
        Text("Save"),
        Text("Nobody"),
        Text("%(n)s row of %(what)s", "%(n)s rows of %(what)s"),
        Text("100%% sure"),
        Text("5%%", context="rate"),
    }


def test_missing_other_and_unused_texts_are_told(app: Path) -> None:
    translations.extract(app)
    assert len(translations.problems_of(app)) == 9

    path = translations.catalogue_path(app)
    text = path.read_text()
    text = text.replace('msgid "Members"\nmsgstr ""', 'msgid "Members"\nmsgstr "会員"')
    text = text.replace('msgid_plural "%(n)d members"\nmsgstr[0] ""',
                        'msgid_plural "%(n)d members"\nmsgstr[0] "%(m)d人"')  # fmt: skip
    path.write_text(text + '\nmsgid "Gone"\nmsgstr "ない"\n')
    problems = translations.problems_of(app)

    assert not any("'Members'" in problem for problem in problems)
    assert any("other placeholders" in problem for problem in problems)
    assert any("nobody uses 'Gone'" in problem for problem in problems)

    translations.extract(app)
    assert "会員" in path.read_text()
    assert "Gone" not in path.read_text()


def test_compiling_makes_what_django_reads_and_only_when_needed(app: Path) -> None:
    translations.extract(app)

    assert translations.compile_app(app)
    assert not translations.compile_app(app)
    assert translations.catalogue_path(app).with_suffix(".mo").exists()


def test_a_text_that_cannot_be_read_is_told(app: Path) -> None:
    (app / "bad.py").write_text('from x import gettext\ngettext(f"{1}")\n')

    assert any("bad.py:2" in problem for problem in translations.problems_of(app))


def test_two_files_of_an_app_do_not_contradict_each_other(app: Path) -> None:
    folder = translations.catalogue_path(app).parent
    folder.mkdir(parents=True)
    for name, japanese in (("people.po", "所属者"), ("types.po", "個人")):
        text = f'msgid ""\nmsgstr ""\n\nmsgid "People"\nmsgstr "{japanese}"\n'
        (folder / name).write_text(text)

    (problem,) = translations.contradictions([app])

    assert "People" in problem
    assert "people.po" in problem


def test_two_apps_do_not_contradict_each_other(app: Path) -> None:
    other = app.parent / "other"
    for place, japanese in ((app, "開く"), (other, "未処理")):
        path = translations.catalogue_path(place)
        path.parent.mkdir(parents=True)
        path.write_text(f'msgid ""\nmsgstr ""\n\nmsgid "Open"\nmsgstr "{japanese}"\n')

    (problem,) = translations.contradictions([app, other])
    assert "Open" in problem
