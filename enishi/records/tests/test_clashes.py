"""Two people at one form: settings of a database, a leave reason, a tag."""

import re

import pytest
from django.test import Client

from enishi.members.models import LeaveReason, Tag
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
