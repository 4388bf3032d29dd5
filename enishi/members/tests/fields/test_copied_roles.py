"""A role that is copied from another sees and changes the same fields."""

import pytest
from django.test import Client

from enishi.accounts import actions as accounts
from enishi.accounts.models import Role, User
from enishi.members import actions
from enishi.members.actions.field_rights import EDIT, HIDDEN, SEE, level_of
from enishi.members.models import Field, FieldRight

pytestmark = pytest.mark.django_db


def level(role: Role, key: str) -> str:
    found = Field.objects.filter(table="", key=key.removeprefix("data.")).first()
    return level_of(found or FieldRight.objects.filter(group=key).first(), role)


def test_a_copy_made_in_the_office_has_the_field_rights_of_its_source(sato):
    for key in ("blood", "shoe", "pet"):
        actions.add_field(key=key, label_ja=key, type="text", by=sato)
    rights = ["office.view", "members.view", "members.edit"]
    source = accounts.add_role(name="窓口", rights=rights, by=sato)
    other = accounts.add_role(name="経理", rights=rights, by=sato)
    wanted = {"data.blood": HIDDEN, "data.shoe": SEE, "phone": HIDDEN, "email": SEE}
    actions.set_field_rights(source, wanted, by=sato)
    actions.set_field_rights(other, dict.fromkeys(wanted, HIDDEN), by=sato)
    office = Client()
    office.force_login(sato)
    body = {"name": "窓口 2", "rights": rights}
    assert office.post(f"/office/settings/roles/new/?copy={source.pk}", body).status_code == 302
    copy = Role.objects.get(name="窓口 2")
    assert {key: level(copy, key) for key in wanted} == wanted
    assert level(copy, "data.pet") == EDIT
    fresh = accounts.add_role(name="新規", rights=rights, by=sato)
    assert level(fresh, "data.shoe") == HIDDEN, "a role that is not copied begins closed"


def test_a_copy_of_the_administrator_sees_what_only_administrators_see(sato):
    actions.add_field(
        key="blood", label_ja="血液型", type="text", seen_by=["administrator"], by=sato
    )
    chief = Role.objects.get(key="administrator")
    copy = accounts.add_role(name="副", rights=chief.all_rights, copied_from=chief, by=sato)
    assert level(copy, "data.blood") == EDIT


def test_nobody_gives_more_than_they_see(sato):
    rights = ["office.view", "members.view", "members.edit", "accounts.configure", "accounts.view"]
    source = accounts.add_role(name="窓口", rights=rights, by=sato)
    deputy = accounts.add_role(name="代理", rights=rights, by=sato)
    actions.add_field(key="blood", label_ja="血液型", type="text", seen_by=[source.key], by=sato)
    user = User.objects.create_user("deputy@example.jp", name="代理", is_staff=True)
    user.roles.add(deputy)
    copy = accounts.add_role(name="写し", rights=rights, copied_from=source, by=user)
    assert level(copy, "data.blood") == HIDDEN
