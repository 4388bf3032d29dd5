"""Fields of every type on every surface: API, form, karte, list, export and import."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from enishi.members import actions
from enishi.members.exporting.tests.test_round_trip import exported
from enishi.members.fields import homes, type_of
from enishi.members.fields.forms import form_data, form_name
from enishi.members.importing.tests.lists import imported
from enishi.members.listing import Listing
from enishi.members.models import Field, FieldFile, Member
from enishi.members.tests.roll.test_api import Program

from .conftest import CHOICES

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40

VALUES: dict[str, Any] = {
    "text": '=1+1, "引用"',
    "long_text": "一行目\n二行目",
    "integer": -12,
    "decimal": "12.5",
    "money": 12000,
    "date": "2026-04-01",
    "datetime": "2026-04-01T05:30:00Z",
    "time": "09:05",
    "boolean": False,
    "choice": "m",
    "choices": ["l", "s"],
    "email": "a@example.jp",
    "phone": "+12125551234",
    "url": "https://example.jp/?a=b",
    "address": {"postal_code": "9800011", "prefecture": "宮城県", "building": "ハイツ 101"},
}


@pytest.fixture
def program(sato):
    return Program(sato, "*")


@pytest.fixture
def office(sato):
    client = Client()
    client.force_login(sato)
    return client


@pytest.fixture
def filled(every_type, hanako, taro, sato) -> dict[str, Any]:
    """Hanako has a value in every field; returns her data."""
    data = dict(VALUES)
    for kind, name, content in (("file", "願書.pdf", b"%PDF-1.7 x"), ("image", "顔.png", PNG)):
        row = actions.hold_file(every_type[kind], SimpleUploadedFile(name, content), by=sato)
        data[kind] = row.pk
    data["member"] = taro.pk
    return actions.change(hanako, {"data": data}, by=sato).data


def test_every_type_is_stored_as_it_was_said(filled, taro):
    assert {kind: filled[kind] for kind in VALUES} == VALUES
    assert filled["member"] == taro.pk
    assert FieldFile.objects.filter(member__number="M1").count() == 2


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_an_export_comes_back_without_a_change(filled, tmp_path, language, format_):
    path = tmp_path / f"out.{format_}"
    columns = ["number", "family_name", "given_name", *(f"data.{kind}" for kind in filled)]
    with translation.override(language):
        exported(path, columns=columns, format=format_)
        of = imported(path)
    assert not list(of.problems.values_list("column", "value", "msgid"))
    assert (of.counts["new"], of.counts["changed"], of.counts["same"]) == (0, 0, 2)


def test_an_export_makes_the_same_roll_elsewhere(filled, hanako, tmp_path):
    path = tmp_path / "out.csv"
    written = [f"data.{kind}" for kind in filled if kind not in ("file", "image")]
    exported(path, columns=["number", "family_name", "given_name", *written])
    actions.change(hanako, dict.fromkeys(written, ""), by=None)
    of = imported(path)
    assert of.counts["changed"] == 1
    hanako.refresh_from_db()
    assert {k: v for k, v in hanako.data.items() if k not in ("file", "image")} == {
        k: v for k, v in filled.items() if k not in ("file", "image")
    }


def test_the_form_saves_what_it_shows(filled, hanako, office, every_type):
    """Opened and saved untouched, nothing changes: every value survives its input."""
    page = office.get(f"/office/members/{hanako.pk}/edit/")
    form = page.context["form"]
    sent: dict[str, Any] = {}
    for name in form.fields:
        own = next((f for f in form.own if form_name(f"data.{f.key}") == name), None)
        if own is not None:
            sent |= form_data(own, name, filled[own.key])
        else:
            value = form[name].value()
            sent[name] = "" if value is None else str(getattr(value, "pk", value))
    answer = office.post(f"/office/members/{hanako.pk}/edit/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    after = Member.objects.get(pk=hanako.pk)
    assert (after.data, after.version) == (filled, Member.objects.get(pk=hanako.pk).version)
    assert after.version == 2


def test_files_are_chosen_in_the_form_and_opened_through_the_gate(
    office, every_type, hanako, kimura_may_not
):
    page = office.get(f"/office/members/{hanako.pk}/edit/").context["form"]
    sent = {
        name: ""
        if page[name].value() is None
        else str(getattr(page[name].value(), "pk", page[name].value()))
        for name in page.fields
        if not name.startswith("own_")
    }
    sent["own_image-file"] = SimpleUploadedFile("顔.png", PNG)
    sent["own_file-file"] = SimpleUploadedFile("願書.pdf", b"%PDF-1.7 x")
    sent["email"] = "broken"
    url = f"/office/members/{hanako.pk}/edit/"
    again = office.post(url, sent)
    assert again.status_code == 422
    held = again.context["form"]["own_image"].value()
    assert FieldFile.objects.get(pk=held).held
    sent |= {"email": "", "own_image": str(held), "own_file": ""}
    del sent["own_image-file"]
    sent["own_file-file"] = SimpleUploadedFile("願書.pdf", b"%PDF-1.7 x")
    assert office.post(url, sent).status_code == 302
    hanako.refresh_from_db()
    assert hanako.data["image"] == held
    gate = f"/office/members/{hanako.pk}/field-files/image/"
    picture = office.get(f"{gate}?view=small")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert office.get(gate)["Content-Type"] == "application/octet-stream"
    assert gate in office.get(f"/office/members/{hanako.pk}/").content.decode()
    assert office.get(gate.replace("image", "text")).status_code == 404
    actions.edit_field(every_type["image"], seen_by=["administrator"], by=None)
    assert kimura_may_not.get(gate).status_code == 404


@pytest.fixture
def kimura_may_not(sato):
    from enishi.members.tests.office.conftest import signed_in, staff

    return signed_in(staff("kimura@example.jp", "木村", "read_only"))


def test_another_members_file_is_not_taken(filled, taro, hanako):
    with pytest.raises(actions.Invalid) as refused:
        actions.change(taro, {"data": {"file": filled["file"]}}, by=None)
    assert set(refused.value.errors) == {"data.file"}


def test_the_karte_and_the_list_show_every_value(filled, office, hanako, taro, every_type):
    page = office.get(f"/office/members/{hanako.pk}/").content.decode()
    for said in (
        "2026年4月1日(水) 14:30",
        "中(ふつう)",
        "大・特大、小",
        "M2 田中 太郎",
        "願書.pdf",
    ):
        assert said in page, said
    session = office.session
    session["members.columns"] = ["name", *(f"data.{kind}" for kind in filled)]
    session.save()
    rows = office.get("/office/members/").content.decode()
    for said in ("M2 田中 太郎", "中(ふつう)", "¥12,000", "〒980-0011"):
        assert said in rows, said


@pytest.mark.parametrize("kind", list(VALUES))
def test_the_list_is_sorted_by_any_type(filled, kind, hanako, taro):
    up = [m.pk for m in Listing({"sort": f"data.{kind}"}).page().items]
    down = [m.pk for m in Listing({"sort": f"-data.{kind}"}).page().items]
    assert up == [taro.pk, hanako.pk]
    assert down == [hanako.pk, taro.pk]
    first = Listing({"sort": f"data.{kind}"}).page(limit=1)
    rest = Listing({"sort": f"data.{kind}"}).page(cursor=first.next, limit=1)
    assert [m.pk for m in rest.items] == [hanako.pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"data.text": "引用"}, True),
        ({"data.integer_to": "-12"}, True),
        ({"data.decimal_from": "12"}, True),
        ({"data.decimal_from": "13"}, False),
        ({"data.datetime_from": "2026-04-01", "data.datetime_to": "2026-04-01"}, True),
        ({"data.datetime_from": "2026-04-02"}, False),
        ({"data.boolean": "no"}, True),
        ({"data.choice": "m"}, True),
        ({"data.choice": "小"}, False),
        ({"data.choices": "l"}, True),
        ({"data.member": "yes"}, True),
        ({"data.phone": "2125"}, True),
        ({"data.address": "宮城"}, True),
    ],
)
def test_the_list_is_filtered_by_any_type(filled, hanako, query, found):
    listing = Listing(query)
    assert not listing.problems
    assert (hanako.pk in {m.pk for m in listing.page().items}) == found
    assert len(listing.page().items) == found


def test_the_api_makes_and_changes_fields(program, sato):
    wish = {
        "key": "shirt",
        "label": "Tシャツ",
        "type": "choice",
        "choices": [{"value": "s", "label": "小"}, {"value": "m", "label": "中"}],
        "required": True,
        "unique": False,
        "section": "申込",
    }
    answer = program("post", "/api/v1/fields", wish)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert {k: made[k] for k in ("key", "label", "type", "required", "section")} == {
        "key": "shirt", "label": "Tシャツ", "type": "choice", "required": True, "section": "申込",
    }  # fmt: skip
    assert [c["value"] for c in made["choices"]] == ["s", "m"]
    assert [f["key"] for f in program("get", "/api/v1/fields").json()] == ["shirt"]

    refused = program("post", "/api/v1/members", {"family_name": "林"})
    assert refused.status_code == 422
    assert [e["field"] for e in refused.json()["errors"]] == ["data.shirt"]
    wrong = program("post", "/api/v1/members", {"family_name": "林", "data": {"shirt": "xl"}})
    assert [e["field"] for e in wrong.json()["errors"]] == ["data.shirt"]
    unknown = {"family_name": "林", "data": {"shirt": "s", "hat": 1}}
    strange = program("post", "/api/v1/members", unknown)
    assert [e["field"] for e in strange.json()["errors"]] == ["data.hat"]
    member = program("post", "/api/v1/members", {"family_name": "林", "data": {"shirt": "中"}})
    assert member.json()["data"] == {"shirt": "m"}
    path = f"/api/v1/members/{member.json()['id']}"
    assert program("patch", path, {"data": {"shirt": ""}}).status_code == 422
    assert program("patch", path, {"note": "x"}).status_code == 200

    renamed = {"choices": [{"value": "s", "label": "小さめ"}]}
    changed = program("patch", "/api/v1/fields/shirt", renamed).json()
    assert [(c["value"], c["label"], c["retired"]) for c in changed["choices"]] == [
        ("s", "小さめ", False),
        ("m", "中", True),
    ]
    assert program("get", path).json()["data"] == {"shirt": "m"}
    assert program("delete", "/api/v1/fields/shirt").status_code == 204
    assert program("get", "/api/v1/fields").json() == []
    assert program("post", "/api/v1/fields/shirt/restoration").status_code == 200
    assert program("get", f"/api/v1/fields/{made['id']}").json()["key"] == "shirt"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"label": "x", "type": "nonsense"}, "type"),
        ({"key": "1x", "label": "x"}, "key"),
        ({"label": " "}, "label"),
        ({"label_ja": " "}, "label_ja"),
        ({"label": "x", "type": "choice", "choices": [{"value": "a"}, {"value": "a"}]}, "choices"),
        ({"label": "x", "type": "choice"}, "choices"),
        ({"label": "x", "type": "choices", "choices": []}, "choices"),
        ({"label": "x", "type": "choice", "choices": [" "]}, "choices"),
        ({"label": "x", "type": "integer", "least": 5, "most": 1}, "most"),
        ({"label": "x", "type": "integer", "default": "abc"}, "default"),
        ({"label": "x", "type": "text", "pattern": "(a+)+"}, "pattern"),
        ({"label": "x", "type": "text", "pattern": "("}, "pattern"),
        ({"label": "x", "type": "computed", "expression": "1 +"}, "expression"),
        ({"label": "x", "type": "address", "unique": True}, "unique"),
        ({"label": "x", "seen_by": ["nobody-here"]}, "seen_by"),
        ({"label": "x", "longest": -1}, "longest"),
        ({"label": "x", "planet": 1}, "planet"),
        ({"label": "x", "type": "choice", "choices": [{"value": "a", "colour": 1}]}, "colour"),
        ({"label": "x", "type": "record", "links_to": "nowhere"}, "links_to"),
    ],
)
def test_settings_that_cannot_be_are_refused(program, wish, field):
    answer = program("post", "/api/v1/fields", wish)
    assert answer.status_code == 422, answer.content
    assert field in [e["field"].rpartition(".")[2] for e in answer.json()["errors"]]


def test_a_key_that_is_taken_is_told_at_the_key(program):
    assert program("post", "/api/v1/fields", {"key": "shirt", "label": "x"}).status_code == 201
    answer = program("post", "/api/v1/fields", {"key": "shirt", "label": "y"})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == ["key"]


def test_what_was_read_may_be_sent_back(program):
    made = program("post", "/api/v1/fields", {"key": "shirt", "label": "x"}).json()
    answer = program("patch", "/api/v1/fields/shirt", made | {"label": "y", "label_ja": "y"})
    assert answer.status_code == 200, answer.content
    assert answer.json() == made | {"label": "y", "label_ja": "y"}


@pytest.mark.parametrize("kind", ["text", "long_text", "email", "integer", "date", "boolean"])
@pytest.mark.parametrize("value", [{}, []])
def test_an_empty_list_or_object_is_no_value_of_a_single_one(program, hanako, kind, value):
    program("post", "/api/v1/fields", {"key": "one", "label": "x", "type": kind})
    answer = program("patch", f"/api/v1/members/{hanako.number}", {"data": {"one": value}})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == ["data.one"]


def test_every_type_is_made_by_the_api(program, every_type, monkeypatch):
    known = {"inquiries": homes.Home("inquiries")}
    monkeypatch.setattr(homes, "_finders", [known.get])
    for kind in Field.Type.values:
        wish: dict[str, Any] = {"key": f"api_{kind}", "label": kind, "type": kind}
        if kind in ("choice", "choices"):
            wish["choices"] = CHOICES
        if kind == "computed":
            wish["expression"] = "{integer} * 2"
        if kind == "record":
            wish["links_to"] = "inquiries"
        answer = program("post", "/api/v1/fields", wish)
        assert answer.status_code == 201, (kind, answer.content)
        assert answer.json()["value_schema"]


def test_files_by_api(program, every_type, hanako):
    upload = {"file": SimpleUploadedFile("願書.pdf", b"%PDF-1.7 x")}
    token = {"Authorization": f"Bearer {program.secret}"}
    held = program.client.post("/api/v1/fields/file/files", upload, headers=token)
    assert held.status_code == 201, held.content
    change = {"data": {"file": held.json()["id"]}}
    assert program("patch", f"{hanako.pk}", change).status_code == 200
    got = program("get", f"{hanako.pk}/field-files/file")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 x"
    wrong = {"file": SimpleUploadedFile("x.exe", b"MZ")}
    refused = program.client.post("/api/v1/fields/file/files", wrong, headers=token)
    assert refused.status_code == 422


def test_what_a_role_may_not_see_is_on_no_surface_here(made, hanako, sato, kimura_may_not):
    made("text", "secret", seen_by=["administrator"])
    actions.change(hanako, {"data.secret": "内緒"}, by=sato)
    kimura = kimura_may_not
    assert (
        "内緒"
        not in kimura.get(f"/office/members/{hanako.pk}/")
        .content.decode()
        .split('id="timeline"')[0]
    )
    page = kimura.get("/office/members/?data.secret=内緒").content.decode()
    assert "独自secret" not in page
    assert type_of(Field.objects.get(key="secret")).key == "text"
