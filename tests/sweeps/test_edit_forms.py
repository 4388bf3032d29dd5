"""Whoever edits something is told who else does, and never overwrites what another has saved: no
form of the office forgets it."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from .conftest import Office, staff
from .test_every_page import walk

APPS = Path(__file__).parents[2] / "enishi"
# Forms that do not edit a thing that others may have open.
WITHOUT = {
    "accounts/office/new_staff.html": "makes something new",
    "accounts/office/new_token.html": "makes something new",
    "accounts/office/own.html": "one's own account",
    "campaigns/office/draft.html": "pieces of a page, shown with the form around them",
    "campaigns/office/single.html": "makes something new",
    "members/office/bulk_field.html": "writes one value into many members",
    "members/office/consents/topics.html": "makes something new",
    "members/office/panels/notes.html": "makes something new",
    "members/office/settings/reasons.html": "makes something new",
    "members/office/settings/tags.html": "makes something new",
    "messaging/office/lifting.html": "adds a decision",
    "messaging/office/suppressions.html": "makes something new",
    "segments/office/act.html": "begins a deed",
    "ui/components/gallery.html": "shows parts",
}
OWN_WAY = {
    "members/office/member_form.html": "the form of members compares for itself",
    "members/office/panels/field_rights.html": "stands on the page of the role",
}
_TYPES = re.compile(r'{% (own_)?field |<textarea|type="text"|type="radio" name="field_')


# Views whose form makes something new, though it comes filled with what is usual.
MAKES = {
    *("members:new", "members:task_new", "members:member_tasks", "members:contacts"),
    *("members:status", "members:consent_new"),
}


def forms() -> list[Path]:
    """Templates with a form into which one types, or that warns before what was typed is lost."""
    found = sorted(APPS.glob("*/templates/**/office/**/*.html"))
    found += sorted(APPS.glob("ui/templates/ui/components/*.html"))
    return [path for path in found if _edits(path.read_text())]


def _edits(text: str) -> bool:
    return "data-guard" in text or ('method="post"' in text and bool(_TYPES.search(text)))


def name_of(path: Path) -> str:
    return str(path).split("/templates/")[1]


@pytest.mark.parametrize("path", forms(), ids=name_of)
def test_it_shows_who_else_edits_and_can_clash(path: Path) -> None:
    text, name = path.read_text(), name_of(path)
    tells, compares = "{% presence " in text, "{% was_read " in text
    if name in WITHOUT:
        assert not tells and not compares, "take it off the list"
        return
    if name not in OWN_WAY:
        assert compares, "add {% was_read form %} and save with enishi.ui.clashes.saved"
    if name != "members/office/panels/field_rights.html":
        assert tells, "add {% presence thing editing=True %}"


def test_the_lists_name_forms_that_there_are() -> None:
    assert {name_of(path) for path in forms()} >= {*WITHOUT, *OWN_WAY}


# Two people at every form


@dataclass
class Input:
    name: str
    kind: str
    value: str
    on: bool = True
    options: list[tuple[str, bool]] = field(default_factory=list)


@dataclass
class Form:
    action: str
    inputs: list[Input] = field(default_factory=list)

    def body(self) -> dict[str, list[str]]:
        """What a browser would send."""
        said: dict[str, list[str]] = {}
        for one in self.inputs:
            chosen = [value for value, on in one.options if on]
            if one.kind == "select":
                said.setdefault(one.name, []).extend(chosen or [v for v, _on in one.options[:1]])
            elif one.on:
                said.setdefault(one.name, []).append(one.value)
        return said


class Forms(HTMLParser):
    """The POST forms of a page with what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self._form: Form | None = None
        self._area: Input | None = None
        self._select: Input | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(has.get("action", "")) if has.get("method") == "post" else None
            if self._form is not None:
                self.found.append(self._form)
        if self._form is None or "disabled" in has or (not has.get("name") and tag != "option"):
            return
        if tag == "input" and has.get("type") not in {"submit", "file", "button"}:
            kind = has.get("type", "text")
            on = kind not in {"checkbox", "radio"} or "checked" in has
            self._form.inputs.append(
                Input(
                    has["name"],
                    kind,
                    has.get("value", "on" if kind in {"checkbox", "radio"} else ""),
                    on,
                )
            )
        elif tag in {"textarea", "select"}:
            made = Input(has["name"], tag, "")
            self._form.inputs.append(made)
            self._area, self._select = (made, None) if tag == "textarea" else (None, made)
        elif tag == "option" and self._select is not None:
            self._select.options.append((has.get("value", ""), "selected" in has))

    def handle_data(self, text: str) -> None:
        if self._area is not None:
            self._area.value += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None


def changes_of(form: Form) -> list[tuple[str, list[str], list[str]]]:
    """Inputs that two people could change, each with what the one and the other sends."""
    found: list[tuple[str, list[str], list[str]]] = []
    for one in form.inputs:
        alike = [other for other in form.inputs if other.name == one.name]
        if one.name in {"read", "csrfmiddlewaretoken", "version", "member"} or one.kind == "hidden":
            continue
        if one.kind in {"text", "textarea"}:
            if one.value.isdecimal():
                number = int(one.value)
                found.append((one.name, [str(number + 1)], [str(number + 2)]))
            else:
                found.append((one.name, [f"{one.value}甲"], [f"{one.value}乙"]))
        elif one.kind == "number":
            found.append((one.name, ["11"], ["12"]))
        elif one.kind == "radio" and one is alike[0] and len(alike) > 2:
            theirs, mine = [other.value for other in alike if not other.on][:2]
            found.append((one.name, [theirs], [mine]))
        elif one.kind == "checkbox" and one is alike[0] and len(alike) > 1:
            on = {other.value for other in alike if other.on}
            found.append((one.name, *(sorted(on ^ {other.value}) for other in alike[:2])))
    return found


def clash_at(first: Client, second: Client, address: str, form: Form) -> str:
    """'' when a clash of two at this form is shown and settled as chosen; else what is wrong."""
    there = urlsplit(urljoin(f"http://testserver{address}", form.action or address)).path
    refused = []
    for name, theirs, mine in changes_of(form):
        body = form.body()
        saved = second.post(there, {**body, name: theirs})
        if saved.status_code != 302:
            refused.append(f"{name}: {saved.status_code}")
            continue
        clash = first.post(there, {**body, name: mine})
        if clash.status_code != 409:
            return f"{name}: the later save answers {clash.status_code}, not with the clash"
        page = clash.content.decode()
        asked = next(f for f in Forms(page).found if any(i.name == "clashing" for i in f.inputs))
        keeps = {i.name for i in asked.inputs if i.kind == "radio"}
        if not keeps or not all(re.fullmatch(f"keep[_:]{re.escape(name)}(:.*)?", k) for k in keeps):
            return f"{name}: the clash asks about {sorted(keeps)}"
        kind = next(one.kind for one in form.inputs if one.name == name)
        for value in (*theirs, *mine):
            last = value.splitlines()[-1]
            if kind in {"text", "textarea"} and html.escape(last) not in page:
                return f"{name}: the clash does not show {value!r}"
        settled = first.post(there, {**asked.body(), **dict.fromkeys(keeps, "mine")})
        if settled.status_code != 302:
            return f"{name}: what was chosen is not saved ({settled.status_code})"
        now = [f.body().get(name, []) for f in Forms(first.get(address).content.decode()).found]
        if not any(
            [v.strip() for v in values] == [v.strip() for v in mine]
            for values in now
            if values or not mine
        ):
            return f"{name}: {mine} was chosen, but there is {now}"
        return ""
    return f"no input could be changed: {refused}"


def more_to_edit(office: Office) -> None:
    """What the filled office lacks: a role, a database with a record, a view, a notice, fields."""
    from enishi.accounts import actions as accounts
    from enishi.campaigns import actions as campaigns
    from enishi.members import actions as members
    from enishi.records import actions as records

    by = office.administrator
    accounts.add_role(name="窓口", rights=["members.view", "office.view"], by=by)
    members.add_field(type="text", label_ja="趣味", by=by)
    members.add_field(type="choice", label_ja="部", choices=["一部", "二部"], by=by)
    members.save_view(name="みんな", by=by, shared=True)
    database = records.add_database(name="資料請求", by=by)
    members.add_field(table=database.key, type="text", label_ja="件名", by=by)
    members.add_field(table=database.key, type="text", label_ja="経路", by=by)
    records.add_record(database, {field.key: "一" for field in database.fields}, by=by)
    campaigns.publish_notice({"title": "休業", "body": "お休みします。"}, by=by)


@pytest.mark.slow
def test_two_people_at_every_form_see_the_clash(office: Office) -> None:
    more_to_edit(office)
    other = staff("tanaka@example.jp", "田中 学", "administrator")
    first, second = office.client(), Client()
    second.force_login(other)
    found: dict[str, list[tuple[str, Form]]] = {}
    for address, name, response in walk(first, "/office/"):
        if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
            continue
        for form in Forms(response.content.decode()).found:
            if name not in MAKES and any(one.name == "read" for one in form.inputs):
                mark = f"{name} {re.sub('[0-9]+', '', form.action)}"
                found.setdefault(mark, []).append((address, form))
    faults = {}
    for mark, those in found.items():
        address, form = next((one for one in those if changes_of(one[1])), those[0])
        if fault := clash_at(first, second, address, form):
            faults[mark] = f"{address}: {fault}"
    assert not faults, "\n".join(f"{mark} → {fault}" for mark, fault in faults.items())
    assert len(found) >= 20, f"only {sorted(found)}"
