"""Sensitive fields of databases: sealed like those of members, and on no surface without a look."""

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from enishi.accounts.models import Role, User
from enishi.audit.models import HistoryEntry
from enishi.core import sealing
from enishi.core.sealing import is_sealed
from enishi.members.actions import Invalid, add_field, edit_field
from enishi.members.conditions import RuleFaults, parse
from enishi.members.fields.sealed import opened, reseal
from enishi.members.importing.actions import Quiet
from enishi.members.models import Field
from enishi.records import actions
from enishi.records.importing import actions as importing
from enishi.records.importing import preview
from enishi.records.models import Database, Record

SECRET = "持病は甲乙丙"
pytestmark = pytest.mark.django_db


@pytest.fixture
def care(requests: Database, keys: Any, sato: User) -> Field:
    return add_field(
        table="requests", key="care", label_ja="配慮", type="text", personal="sensitive", by=sato
    )


@pytest.fixture
def record(requests: Database, care: Field, sato: User) -> Record:
    return actions.add_record(requests, {"subject": "一", "care": SECRET}, by=sato)


def stored(record: Record) -> Any:
    return Record.objects.get(pk=record.pk).data.get("care")


def value_of(record: Record) -> Any:
    return opened(record.pk, {"care": stored(record)}, "requests")["care"]


def clerk() -> Client:
    user = User.objects.create_user("clerk@example.jp", name="係", is_staff=True)
    rights = ["office.view", "records.view", "records.edit", "records.export"]
    user.roles.add(Role.objects.create(key="clerk", name="係", rights=rights))
    client = Client()
    client.force_login(user)
    return client


def test_the_database_holds_it_sealed_for_this_record(record):
    assert is_sealed(stored(record))
    assert value_of(record) == SECRET
    assert opened(record.pk + 1, {"care": stored(record)}, "requests")["care"] != SECRET
    assert opened(record.pk, {"care": stored(record)})["care"] != SECRET, "no member has it"
    row = Record.objects.get(pk=record.pk)
    assert SECRET not in row.search + row.title
    told = json.dumps(list(HistoryEntry.objects.values_list("values", flat=True)), default=str)
    assert SECRET not in told


def test_an_edit_of_another_field_keeps_it_as_it_is(record, sato):
    before = stored(record)
    actions.change_record(record, {"subject": "二"}, by=sato)
    assert stored(record) == before, "not even sealed anew"
    actions.change_record(record, {"care": "別"}, by=sato)
    assert value_of(record) == "別"
    actions.change_record(record, {"care": None}, by=sato)
    assert stored(record) is None


def test_the_office_sees_dots_until_somebody_looks_and_each_look_is_told(record, office):
    url = f"/office/databases/requests/{record.pk}/"
    page = office.get(url).content.decode()
    assert SECRET not in page
    assert "••••••" in page
    assert SECRET not in office.get("/office/databases/requests/").content.decode()
    assert SECRET in office.post(f"{url}sensitive/").content.decode()
    assert HistoryEntry.objects.filter(fact="members.SensitiveSeen").count() == 1
    form = office.get(f"{url}edit/").content.decode()
    assert SECRET in form
    assert HistoryEntry.objects.filter(fact="members.SensitiveSeen").count() == 2
    exported = office.get("/office/databases/requests/export/?format=csv").content.decode()
    assert SECRET not in exported
    assert "配慮" not in exported, "only where somebody asks for it"
    assert SECRET not in office.get("/office/search/?q=持病").content.decode()


def test_two_people_change_it(record, office, sato):
    url = f"/office/databases/requests/{record.pk}/edit/"
    read = office.get(url).content.decode().split('name="read" value="')[1].split('"')[0]
    actions.change_record(record, {"care": "相手の言葉"}, by=sato)
    body = {"own_subject": "一", "own_care": "私の言葉", "read": read}
    said = office.post(url, body)
    assert said.status_code == 409
    assert "相手の言葉" in said.content.decode()
    read = said.content.decode().split('name="read" value="')[1].split('"')[0]
    body |= {"read": read, "clashing": "own_care", "keep:own_care": "mine"}
    assert office.post(url, body).status_code == 302
    assert value_of(record) == "私の言葉"


def test_without_the_right_the_field_does_not_exist(record, program):
    other = clerk()
    url = f"/office/databases/requests/{record.pk}/"
    page = other.get(url).content.decode()
    assert "配慮" not in page
    assert "••••••" not in page
    assert other.post(f"{url}sensitive/").status_code == 404
    assert "own_care" not in other.get(f"{url}edit/").content.decode()
    assert other.post(f"{url}edit/", {"own_subject": "二"}).status_code == 302
    assert value_of(record) == SECRET


def test_the_api_opens_one_record_and_no_list(record, program):
    listed = program("get", "databases/requests/records").json()["items"]
    assert "care" not in listed[0]["data"]
    one = program("get", f"databases/requests/records/{record.pk}").json()
    assert one["data"]["care"] == SECRET
    changed = program("patch", f"databases/requests/records/{record.pk}", {"data": {"care": "新"}})
    assert changed.status_code == 200
    assert value_of(record) == "新"
    refused = program("get", "databases/requests/records?sort=care")
    assert refused.status_code == 422


def test_a_rule_says_that_it_is_encrypted(record):
    for where in ({"field": "care", "op": "not_empty"},):
        with pytest.raises(RuleFaults) as refused:
            parse({"has": "record.requests", "where": where})
        assert "「配慮」は暗号化されている" in refused.value.faults[0].reason


def test_an_export_with_it_comes_back_unchanged(record, office, sato):
    page = office.get("/office/databases/requests/").content.decode()
    assert "sensitive=yes" in page
    url = "/office/databases/requests/export/?format=csv&sensitive=yes"
    exported = office.get(url).content
    assert SECRET in exported.decode()
    told = HistoryEntry.objects.filter(fact="records.RecordsExported").latest("pk")
    assert "care" in told.values["columns"]
    before = stored(record)
    of = importing.receive(record.database, ContentFile(exported), "r.csv", by=sato)
    assert "data.care" in of.mapping.values()
    importing.run_commit(of, Quiet())
    of.refresh_from_db()
    assert (of.counts["same"], of.counts["changed"], of.counts["wrong"]) == (1, 0, 0)
    assert stored(record) == before


def test_an_import_seals_it_for_its_record(record, sato):
    line = f"{record.pk},一,新しい配慮\n,二,{SECRET}\n"
    text = ContentFile(f"記録番号,件名,配慮\n{line}".encode())
    of = importing.receive(record.database, text, "r.csv", by=sato)
    of = importing.set_mapping(of, mapping={"0": "id", "1": "data.subject"}, key="id", by=sato)
    kept = json.dumps(of.found, ensure_ascii=False)
    assert SECRET not in kept
    assert "新しい配慮" not in kept
    importing.run_check(of, Quiet())
    [changed] = preview.differences(of, "changed", of.database.fields)
    assert {change["new"] for change in changed.changes} == {"••••••"}
    importing.run_commit(of, Quiet())
    assert value_of(record) == "新しい配慮"
    other = Record.objects.exclude(pk=record.pk).get()
    assert is_sealed(stored(other))
    assert value_of(other) == SECRET
    importing.run_undo(of, leave_edited=False)
    assert value_of(record) == SECRET
    assert not Record.objects.filter(pk=other.pk).exists()


def test_a_list_of_hidden_values_is_nobody_elses(record, program, sato):
    text = ContentFile(f"件名,配慮\n二,{SECRET}\n".encode())
    of = importing.receive(record.database, text, "r.csv", by=sato)
    other = clerk()
    for way in ("", "mapping/"):
        page = other.get(f"/office/databases/requests/imports/{of.pk}/{way}")
        assert page.status_code == 403
        assert SECRET not in page.content.decode()
    listed = program("get", "databases/requests/imports").content.decode()
    assert SECRET not in listed
    assert "samples" not in listed


def test_whoever_may_not_see_it_does_not_export_it(record):
    url = "/office/databases/requests/export/?format=csv&sensitive=yes"
    said = clerk().get(url)
    assert said.status_code == 200
    assert SECRET not in said.content.decode()
    assert "配慮" not in said.content.decode()


def test_keys_are_rotated_and_classes_change(record, care, keys, run_jobs, sato):
    old = stored(record)
    keys.FIELD_KEYS = (sealing.new_key(), *keys.FIELD_KEYS)
    assert reseal(table="requests") == 1
    assert stored(record) != old
    assert value_of(record) == SECRET
    edit_field(care, personal="ordinary", by=sato)
    run_jobs()
    assert stored(record) == SECRET
    subject = Field.objects.get(table="requests", key="subject")
    edit_field(subject, personal="sensitive", by=sato)
    run_jobs()
    row = Record.objects.get(pk=record.pk)
    assert is_sealed(row.data["subject"])
    assert "一" not in row.title, "titles hold what is sensitive no more"
    with pytest.raises(Invalid):
        edit_field(subject, unique=True, by=sato)
