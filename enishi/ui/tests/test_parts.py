"""The parts pages are drawn with."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.messages.storage.base import Message
from django.core.checks import run_checks
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from enishi.ui import assets, drawn, fields, gallery

ROOT = Path(__file__).parents[3]
BUILT = {
    "src/office.ts": {"file": "assets/office-1.js", "css": ["assets/a.css"], "imports": ["_s.js"]},
    "_s.js": {"file": "assets/s-1.js", "css": ["assets/shared.css"]},
    "icons.svg": {"file": "assets/icons-1.svg"},
}


def draw(source: str, **values: Any) -> str:
    request = RequestFactory().get("/office/members/", {"sort": "kana", "cursor": "abc"})
    return Template("{% load ui %}" + source).render(Context({"request": request, **values}))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "manifest", lambda: BUILT)


@pytest.mark.usefixtures("built")
def test_an_entry_brings_its_styles_imports_and_script():
    html = draw('{% asset "office.ts" %}')

    assert html.index("shared.css") < html.index("a.css") < html.index("office-1.js")
    assert '<link rel="modulepreload" href="/static/enishi/assets/s-1.js">' in html
    assert "&lt;" not in html


def test_before_the_first_build_pages_are_bare_and_a_check_says_so(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(assets, "manifest", dict)
    monkeypatch.setattr("enishi.ui.checks.manifest", dict)

    assert draw('{% asset "office.ts" %}').strip() == ""
    assert [message.id for message in run_checks(tags=["ui"])] == ["ui.W001"]


def test_the_manifest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(assets, "ROOT", tmp_path)
    assert assets._read() == {}
    (tmp_path / "manifest.json").write_text(json.dumps(BUILT))
    assert assets._read() == BUILT


@pytest.mark.usefixtures("built")
def test_an_icon_points_into_the_sprite():
    assert 'href="/static/enishi/assets/icons-1.svg#users"' in draw('{% icon "users" %}')


def test_every_icon_that_is_named_is_built():
    known = set((ROOT / "frontend" / "icons.txt").read_text().split())
    named = {
        (name, path.name)
        for path in (ROOT / "enishi").rglob("*.html")
        for name in re.findall(r'{% (?:icon|empty_state) "([^"]+)"', path.read_text())
    }
    assert {(name, file) for name, file in named if name not in known} == set()


def test_no_template_breaks_the_content_security_policy():
    inside = re.compile(r"<script(?![^>]*(src=|application/json))|<style|\sstyle=|\son[a-z]+=\"")
    wrong = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in (ROOT / "enishi").rglob("templates/**/*.html")
        if "mail" not in path.parts and (found := inside.search(path.read_text()))
    ]
    assert wrong == []


class Card(forms.Form):
    name = forms.CharField(label="氏名", help_text="姓と名のあいだを空けます。")
    born = forms.DateField(label="生年月日", required=False)
    kind = forms.ChoiceField(
        label="種別", choices=[("a", "正会員"), ("b", "賛助会員")], widget=forms.RadioSelect
    )
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_label_help_and_error_to_its_input():
    html = draw("{% field form.name %}", form=Card({"name": ""}))

    assert '<label class="form-label" for="id_name">' in html
    assert 'aria-describedby="id_name-error id_name-help"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name-error"' in html
    assert 'id="id_name-help"' in html


def test_a_date_is_typed_as_text_and_echoed():
    html = draw("{% field form.born %}", form=Card())
    assert "data-date-echo" in html
    assert 'type="text"' in html
    assert fields.parts(Card()["born"])["kind"] == "date"


def test_choices_stand_in_a_fieldset_with_a_legend():
    html = draw("{% field form.kind %}", form=Card())
    assert "<fieldset" in html
    assert "<legend" in html
    assert html.count('type="radio"') == 2


def test_a_hidden_field_is_only_an_input():
    assert draw("{% field form.secret %}", form=Card()).strip().startswith("<input")


def test_all_errors_stand_on_top_and_lead_to_their_fields():
    html = draw("{% errors_summary form %}", form=Card({}))
    assert 'href="#id_name"' in html
    assert 'role="alert"' in html
    assert draw("{% errors_summary form %}", form=Card()).strip() == ""


def test_paging_keeps_the_filters():
    html = draw("{% pager page %}", page=SimpleNamespace(next="n1", previous=""))
    assert "?sort=kana&amp;cursor=n1" in html
    assert 'href="?sort=kana"' in html  # the first page
    assert 'rel="prev"' not in html


def test_a_sorted_column_says_so_and_turns_round():
    html = draw('{% sort_head "kana" "フリガナ" "kana" %}')
    assert 'aria-sort="ascending"' in html
    assert 'href="?sort=-kana"' in html


def test_progress_shows_numbers():
    assert "1,240 / 3,087 (40%)" in draw('{% meter 1240 3087 label="取り込み" %}')
    assert "value=" not in draw('{% meter 0 0 label="取り込み" %}')


def test_undo_is_offered_only_where_there_is_one():
    assert draw("{{ m|undo_url }}", m=Message(25, "x", "undo:/office/imports/3/undo/")) == (
        "/office/imports/3/undo/"
    )
    assert draw("{{ m|undo_url }}", m=Message(25, "x")) == ""


def test_drawings_need_no_javascript():
    assert drawn.sparkline([1]) == ""
    assert 'points="0.0,30.0 60.0,2.0 120.0,30.0"' in drawn.sparkline([1, 2, 1])
    assert 'width="25.0"' in drawn.ratio(1, 4)
    assert 'width="0.0"' in drawn.ratio(1, 0)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "405", "500"])
def test_error_pages_need_no_database(page: str, language: str):
    with override(language):
        html = Template(f'{{% include "{page}.html" %}}').render(Context())
    assert f'lang="{language}"' in html
    assert ("事務局の画面へ" in html) == (language == "ja")


@pytest.mark.django_db
@pytest.mark.urls("enishi.ui.tests.urls")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_gallery_shows_every_part(language: str):
    user = SimpleNamespace(
        is_authenticated=True, is_staff=True, name="佐藤", email="s@example.jp",
        has_right=lambda right: True,
    )  # fmt: skip
    request = RequestFactory().get("/office/components/")
    request.user = user  # type: ignore[assignment]
    with override(language):
        html = Template('{% include "ui/components/gallery.html" %}').render(
            Context({"request": request, "user": user, **gallery.context()})
        )
    assert "株式会社あおい製作所" in html
    assert ("会員を追加" in html) == (language == "ja")
