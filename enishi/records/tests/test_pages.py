from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from enishi.accounts.models import Role
from enishi.members import actions as members
from enishi.members.models import Field
from enishi.records import actions
from enishi.records.models import Database, Record

pytestmark = pytest.mark.django_db


def test_a_database_is_made_and_used_with_the_screens_alone(office):
    body = {"name": "備品", "of_member": "may", "icon": "box", "in_menu": "on"}
    said = office.post("/office/databases/new/", body)
    assert said.status_code == 302
    database = Database.objects.get()
    assert unquote(said.url) == f"/office/databases/{database.key}/fields/"
    for type_, label in (("text", "品名"), ("date", "購入日"), ("file", "保証書")):
        body = {"type": type_, "label_ja": label, "personal": "ordinary"}
        assert office.post(f"{said.url}new/", body).status_code == 302
    home = database.get_absolute_url()
    keys = {field.label_ja: field.key for field in Field.objects.filter(table=database.key)}
    body = {
        f"own_{keys['品名']}": "プロジェクター",
        f"own_{keys['購入日']}": "令和元年5月1日",
        f"own_{keys['保証書']}-file": SimpleUploadedFile("保証.pdf", b"%PDF-1.4 x"),
    }
    said = office.post(f"{home}new/", body)
    assert said.status_code == 302, said.content.decode()
    record = Record.objects.get()
    assert record.data[keys["購入日"]] == "2019-05-01"
    page = office.get(said.url).content.decode()
    assert "プロジェクター" in page
    assert "保証.pdf" in page
    file = office.get(f"{said.url}files/{keys['保証書']}/")
    assert b"".join(file.streaming_content) == b"%PDF-1.4 x"
    assert "attachment" in file["Content-Disposition"]
    listed = office.get(home).content.decode()
    assert "プロジェクター" in listed
    assert "備品" in office.get("/office/").content.decode(), "it is in the menu"


def test_databases_stand_in_their_order_everywhere(office, hanako, sato):
    made = [actions.add_database(name=name, by=sato) for name in ("研修", "貸出", "相談", "請求")]
    actions.move_database(made[3], -3, by=sato)
    wanted = ["請求", "研修", "貸出", "相談"]
    listed = office.get("/office/databases/").context["databases"]
    assert [row.name for row in listed] == wanted
    page = office.get("/office/databases/").content.decode()
    menu = page[: page.index("<main")]
    karte = office.get(f"/office/members/{hanako.pk}/").content.decode()
    for said in (menu, karte[karte.index("<main") :]):
        places = [said.index(name) for name in wanted]
        assert places == sorted(places)


def test_what_was_typed_stays_when_something_is_wrong(office, requests):
    said = office.post("/office/databases/requests/new/", {"own_subject": "", "own_copies": "many"})
    assert said.status_code == 422
    page = said.content.decode()
    assert "many" in page
    assert "必ず" in page or "入力" in page


def test_the_karte_shows_the_records_of_a_member(office, requests, hanako):
    actions.add_record(requests, {"subject": "会報を三部"}, member=hanako, by=None)
    page = office.get(f"/office/members/{hanako.pk}/").content.decode()
    assert "会報を三部" in page
    assert f"/office/databases/requests/new/?member={hanako.pk}" in page


def test_exports_hold_what_the_list_shows_and_no_formula(office, requests):
    actions.add_record(requests, {"subject": "=1+1", "state": "完了"}, by=None)
    actions.add_record(requests, {"subject": "b", "state": "未対応"}, by=None)
    said = office.get("/office/databases/requests/export/?f.state=完了")
    text = said.content.decode("utf-8-sig")
    assert "'=1+1" in text
    assert ",b," not in text
    said = office.get("/office/databases/requests/export/?format=xlsx")
    assert said.content[:2] == b"PK"


def test_a_hidden_field_is_on_no_page(requests, suzuki, sato):
    members.edit_field(
        Field.objects.get(table="requests", key="remarks"), seen_by=["administrator"], by=sato
    )
    rights = ["records.view", "records.edit", "records.export", "office.view"]
    role = Role.objects.create(key="desk", name="窓口", rights=rights)
    suzuki.roles.set([role])
    made = actions.add_record(requests, {"subject": "a", "remarks": "ひみつ"}, by=sato)
    client = Client()
    client.force_login(suzuki)
    paths = ("", f"{made.pk}/", f"{made.pk}/edit/", "?search=ひみつ", "?sort=remarks")
    for path in (*paths, "export/",
                 "?f.remarks=ひみつ"):  # fmt: skip
        said = client.get(f"/office/databases/requests/{path}")
        assert said.status_code == 200
        body = b"".join(said.streaming_content) if said.streaming else said.content
        assert "備考" not in body.decode(), path
        assert "ひみつ</" not in body.decode(), path
    before = dict(Record.objects.get().data)
    client.post(f"/office/databases/requests/{made.pk}/edit/",
                {"own_subject": "a", "own_remarks": "x", "version": "1"})  # fmt: skip
    assert Record.objects.get().data == before


def test_a_list_asks_the_database_as_often_for_many_as_for_few(
    office, requests, hanako, django_assert_max_num_queries
):
    for n in range(40):
        actions.add_record(requests, {"subject": f"件{n}"}, member=hanako, by=None)
    office.get("/office/databases/requests/")
    with django_assert_max_num_queries(22):
        office.get("/office/databases/requests/")


def test_every_page_is_there_in_both_languages(office, requests):
    made = actions.add_record(requests, {"subject": "a"}, by=None)
    base = "/office/databases/"
    ways = ["requests/", "requests/new/", "requests/bin/", "requests/fields/"]
    ways += ["requests/fields/new/", "requests/settings/"]
    pages = [base, f"{base}new/", *(base + way for way in ways)]
    pages += [f"{base}requests/{made.pk}/", f"{base}requests/{made.pk}/edit/"]
    for language in ("ja", "en"):
        for path in pages:
            assert office.get(path, headers={"accept-language": language}).status_code == 200, path
