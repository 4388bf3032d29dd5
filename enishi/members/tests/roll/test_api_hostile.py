"""What a careless or hostile program sends: a sentence, never an error of ours."""

import pytest

from enishi.accounts.models import Role
from enishi.members import actions
from enishi.members.exporting.selection import FiltersUnclear, selected
from enishi.members.models import Export

from .test_api import URL, Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(sato):
    return Program(sato, "*")


@pytest.mark.parametrize("reason", ["\x00", "²", "9" * 30, "nothing of the kind"])
def test_a_leave_reason_that_is_none(program, hanako, reason):
    answer = program("post", f"{hanako.pk}/leave", {"reason": reason})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == "reason"


def test_a_remark_that_the_database_cannot_hold(program, hanako):
    answer = program("post", f"{hanako.pk}/leave", {"note": "a\x00b"})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == "note"


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_contact_outside_of_time(program, hanako, at):
    body = {"channel": "phone", "direction": "in", "subject": "x", "at": at}
    answer = program("post", f"{hanako.pk}/contacts", body)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == "at"
    body["at"] = "2026-01-01T09:00:00"  # without a zone it is the organisation's
    made = program("post", f"{hanako.pk}/contacts", body).json()
    assert made["at"] == "2026-01-01T09:00:00+09:00"
    assert program("get", f"{hanako.pk}/contacts").json()[0]["at"] == "2026-01-01T00:00:00Z"


def test_a_colour_that_is_none(program):
    answer = program("post", "/api/v1/tags", {"name": "役員", "colour": "<script>"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "colour")


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"filters": {"stauts": "left"}}, "stauts"),  # or everybody would be handed out
        ({"filters": {"status": "lfet"}}, "status"),
        ({"filters": {"search": "\x00"}}, "filters.search"),
        ({"reason": "\x00"}, "reason"),
    ],
)
def test_an_export_that_cannot_be_read(program, hanako, wish, field):
    answer = program("post", "/api/v1/exports", wish)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["field"] == field
    assert not Export.objects.exists()


def test_an_export_whose_filter_has_gone_hands_out_nobody(hanako, sato):
    tag = actions.add_tag(name="役員", by=sato)
    filters = {"tag": [str(tag.pk)]}
    assert not selected(filters)
    actions.delete_tag(tag, by=sato)
    with pytest.raises(FiltersUnclear):
        selected(filters)


def test_imports_need_the_right_to_see_them(sato, suzuki):
    role = Role.objects.create(key="roll", name="名簿", rights=["office.view", "members.view"])
    suzuki.roles.add(role)
    assert Program(suzuki, "members:read")("get", URL).status_code == 200
    assert Program(suzuki, "members:read")("get", "/api/v1/imports").status_code == 403
    assert Program(sato, "members:read")("get", "/api/v1/imports").status_code == 200
