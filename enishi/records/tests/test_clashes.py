"""Two people at one form: a record, the settings of a database, its columns, a field, a reason."""

import re

import pytest
from django.test import Client

from enishi.members.actions import edit_field
from enishi.members.models import Field, LeaveReason, Tag
from enishi.records import actions
from enishi.records.models import Database

pytestmark = pytest.mark.django_db


def body_of(page, **values):
    read = re.search(r'name="read" value="([^"]+)"', page.content.decode())
    assert read, "the form says what it was filled with"
    return {**values, "read": read[1]}


def test_the_settings_of_a_database_clash_field_by_field(office, requests):
    url = "/office/databases/requests/settings/"
    page = office.get(url)
    assert "presence" in page.content.decode()
    mine = {"name": "私の名前", "of_member": "may", "icon": "database", "in_menu": "on"}
    body = body_of(page, **mine)
    Database.objects.update(name="相手の名前", description="相手の説明")
    said = office.post(url, body)
    assert said.status_code == 409
    assert "相手の名前" in said.content.decode()
    assert Database.objects.get().name == "相手の名前"
    page = office.get(url)
    Database.objects.update(description="別の説明")
    assert office.post(url, body_of(page, **mine, description="相手の説明")).status_code == 302
    kept = Database.objects.get()
    assert (kept.name, kept.description) == ("私の名前", "別の説明"), "nothing of theirs is lost"


@pytest.mark.parametrize(
    ("model", "path", "more"),
    [(LeaveReason, "leave-reasons", {}), (Tag, "tags", {"colour": "blue"})],
)
def test_a_reason_and_a_tag_clash(office: Client, model, path, more):
    row = model.objects.create(name="初め", **more)
    url = f"/office/settings/{path}/{row.pk}/"
    page = office.get(url)
    assert "presence" in page.content.decode()
    model.objects.filter(pk=row.pk).update(name="相手")
    said = office.post(url, body_of(page, name="私", **more))
    assert said.status_code == 409
    row.refresh_from_db()
    assert row.name == "相手"


def test_a_record_asks_only_about_what_both_changed(office, requests, sato):
    made = actions.add_record(
        requests, {"subject": "最初", "copies": 1, "state": "未対応"}, by=None
    )
    url = f"/office/databases/requests/{made.pk}/edit/"
    body = body_of(office.get(url), own_subject="私の件名", own_copies="1", own_state="未対応")
    theirs = {"subject": "相手の件名", "copies": 5, "remarks": "至急"}
    actions.change_record(made, theirs, by=sato)
    said = office.post(url, body)
    assert said.status_code == 409
    page = said.content.decode()
    assert set(re.findall(r'name="(keep:\w+)"', page)) == {"keep:own_subject"}
    assert "私の件名" in page
    assert "相手の件名" in page
    besides = page[page.index("clash-besides") :]
    assert "部数" in besides, "what only the other changed is told quietly"
    assert "至急" in besides
    assert "状態" not in besides
    again = body_of(said, **{**body, "clashing": "own_subject"})
    assert office.post(url, again).status_code == 409, "nothing is saved without a choice"
    assert office.post(url, {**again, "keep:own_subject": "mine"}).status_code == 302
    made.refresh_from_db()
    kept = {key: made.data[key] for key in ("subject", "copies", "remarks", "state")}
    assert kept == {"subject": "私の件名", "copies": 5, "remarks": "至急", "state": "未対応"}


def test_what_only_the_other_changed_is_kept_and_told(office, requests, sato):
    made = actions.add_record(requests, {"subject": "最初"}, by=None)
    url = f"/office/databases/requests/{made.pk}/edit/"
    body = body_of(office.get(url), own_subject="最初", own_remarks="私の備考")
    actions.change_record(made, {"subject": "相手の件名"}, by=sato)
    said = office.post(url, body, follow=True)
    assert "編集中に" in said.content.decode()
    assert "（件名）" in said.content.decode()
    made.refresh_from_db()
    assert made.data == {"subject": "相手の件名", "remarks": "私の備考"}


def test_a_choice_of_an_earlier_round_is_not_forgotten(office, requests, sato):
    made = actions.add_record(requests, {"subject": "最初", "remarks": "最初"}, by=None)
    url = f"/office/databases/requests/{made.pk}/edit/"
    body = body_of(office.get(url), own_subject="私", own_remarks="私")
    actions.change_record(made, {"subject": "相手"}, by=sato)
    first = office.post(url, body)
    mine = {"own_subject": "私", "own_remarks": "私", "clashing": "own_subject"}
    actions.change_record(made, {"remarks": "相手"}, by=sato)
    second = office.post(url, body_of(first, **mine, **{"keep:own_subject": "theirs"}))
    assert second.status_code == 409
    page = second.content.decode()
    assert 'type="hidden" name="keep:own_subject" value="theirs"' in page
    chosen = {"keep:own_subject": "theirs", "keep:own_remarks": "mine", "clashing": "own_remarks"}
    done = office.post(url, body_of(second, **{**mine, **chosen}))
    assert done.status_code == 302
    made.refresh_from_db()
    assert (made.data["subject"], made.data["remarks"]) == ("相手", "私")


def test_two_choices_of_one_field_are_changed_by_two_people(office, requests, sato):
    field = Field.objects.get(table="requests", key="state")
    url = f"/office/databases/requests/fields/{field.pk}/"
    rows = {}
    for order, one in enumerate(field.known_choices):
        rows |= {f"choice-{order}-value": one.value, f"choice-{order}-label": one.label}
    plain = {"label_ja": "状態", "personal": "ordinary", "new_choices": ""}
    body = body_of(office.get(url), **plain, **{**rows, "choice-0-label": "まだ"})
    theirs = [{"value": c.value, "label": c.label} for c in field.known_choices]
    theirs[2]["label"] = "済み"
    edit_field(field, choices=[*theirs, "保留"], by=sato)
    assert office.post(url, body).status_code == 409, "both changed the list of choices"
    said = office.post(url, body)
    page = said.content.decode()
    assert page.count("checked") >= 3, "each line is settled by who changed it"
    keeps = dict(re.findall(r'name="(keep:[^"]+)" value="(mine|theirs)"[^>]*checked', page))
    done = office.post(url, body_of(said, **{**body, **keeps}))
    assert done.status_code == 302, done.content.decode()
    field.refresh_from_db()
    assert [c.label for c in field.known_choices] == ["まだ", "対応中", "済み", "保留"]


def test_columns_chosen_by_two_people(office, requests):
    url = "/office/databases/requests/"
    body = body_of(office.get(url), columns=["subject", "state"])
    actions.change_database(requests, columns=["code"], by=None)
    assert office.post(f"{url}columns/", body).status_code == 409
