"""Roles give rights, and nobody can be locked out or climb up."""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from enishi.accounts import actions
from enishi.accounts.actions.refusals import (
    LastAdministrator,
    MoreThanOwnRights,
    OnTheStaff,
    ReadyMadeRole,
    RoleInUse,
)
from enishi.accounts.models import Role, User
from enishi.accounts.permissions import AREAS, every_right
from enishi.accounts.roles import put_ready_roles
from enishi.audit.models import HistoryEntry
from enishi.messaging.models import Message

from .conftest import PASSWORD, made

pytestmark = pytest.mark.django_db


def changed(user, **fields):
    now = {
        "name": user.name,
        "email": user.email,
        "roles": list(user.roles.all()),
        "is_active": user.is_active,
    }
    return now | fields


def test_ready_made_roles_are_there_once(db):
    put_ready_roles()
    put_ready_roles()
    assert set(Role.objects.values_list("key", flat=True)) == {
        "administrator",
        "office",
        "read_only",
    }


def test_what_the_ready_made_roles_may(sato, suzuki):
    assert sato.rights == every_right()
    assert suzuki.has_right("members.edit")
    assert not suzuki.has_right("accounts.view")
    assert not suzuki.has_right("members.configure")
    reader = made("reader@example.jp", "読む人", "read_only")
    assert all(right.endswith(".view") for right in reader.rights)
    assert reader.has_right("members.view")


def test_an_area_of_a_later_version_belongs_to_the_ready_made_roles(sato, suzuki, monkeypatch):
    from enishi.accounts.permissions import area

    monkeypatch.setattr("enishi.accounts.permissions.AREAS", dict(AREAS))
    area("later", "Later", actions=("view", "configure"))
    assert User.objects.get(pk=sato.pk).has_right("later.configure")
    assert User.objects.get(pk=suzuki.pk).has_right("later.view")


def test_who_may_not_sign_in_has_no_rights(sato):
    sato.is_active = False
    assert not sato.rights


def test_the_last_administrator_stays(sato):
    with pytest.raises(LastAdministrator):
        actions.change_staff(sato, by=sato, **changed(sato, is_active=False))
    with pytest.raises(LastAdministrator):
        actions.change_staff(sato, by=sato, **changed(sato, roles=[]))
    assert User.objects.administrators().get() == sato


def test_the_last_but_one_may_go(sato):
    tanaka = made("tanaka@example.jp", "田中", "administrator")
    actions.change_staff(tanaka, by=sato, **changed(tanaka, is_active=False))
    assert User.objects.administrators().get() == sato


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_put_each_other_out_at_once():
    put_ready_roles()
    one = made("one@example.jp", "一", "administrator")
    two = made("two@example.jp", "二", "administrator")
    outcome = []

    def put_out(whom, by):
        try:
            actions.change_staff(whom, by=by, **changed(whom, is_active=False))
            outcome.append("done")
        except LastAdministrator:
            outcome.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=put_out, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["done", "refused"]


def test_nobody_gives_more_than_they_have(suzuki):
    own = actions.add_role(name="人事", rights=["accounts.view", "accounts.configure"], by=None)
    suzuki.roles.add(own)
    clerk = User.objects.get(pk=suzuki.pk)
    everything = Role.objects.get(key="administrator")
    with pytest.raises(MoreThanOwnRights):
        actions.change_staff(clerk, by=clerk, **changed(clerk, roles=[everything]))
    with pytest.raises(MoreThanOwnRights):
        actions.add_staff(email="x@example.jp", name="x", roles=[everything], by=clerk)
    with pytest.raises(MoreThanOwnRights):
        actions.add_role(name="x", rights=["tokens.configure"], by=clerk)
    with pytest.raises(MoreThanOwnRights):
        actions.change_role(
            own, name="人事", rights=["accounts.view", "members.configure"], by=clerk
        )


def test_ready_made_roles_and_roles_in_use_stay(sato, suzuki):
    office = Role.objects.get(key="office")
    with pytest.raises(ReadyMadeRole):
        actions.change_role(office, name="x", rights=[], by=sato)
    with pytest.raises(ReadyMadeRole):
        actions.delete_role(office, by=sato)
    own = actions.add_role(name="会計", rights=["members.view"], by=sato)
    suzuki.roles.add(own)
    with pytest.raises(RoleInUse):
        actions.delete_role(own, by=sato)
    suzuki.roles.remove(own)
    actions.delete_role(own, by=sato)
    assert not Role.objects.filter(pk=own.pk).exists()


def test_a_role_of_ones_own_opens_the_office(sato):
    own = actions.add_role(name="会計", rights=["members.view", "no.such"], by=sato)
    assert sorted(own.rights) == ["members.view", "office.view"]


def test_every_change_is_in_history(sato, suzuki):
    actions.change_staff(suzuki, by=sato, **changed(suzuki, name="鈴木 二郎"))
    entry = HistoryEntry.objects.about(suzuki).first()
    assert entry.values["changes"] == {"name": ["鈴木", "鈴木 二郎"]}
    assert entry.sentence == "佐藤さんが鈴木 二郎さんの氏名を変更"
    actions.change_staff(suzuki, by=sato, **changed(User.objects.get(pk=suzuki.pk)))
    assert HistoryEntry.objects.about(suzuki).count() == 1


def test_who_is_on_the_staff_is_not_added_again_with_other_roles(sato, suzuki):
    clerk = made("clerk@example.jp", "係", "office")
    office = Role.objects.get(key="office")
    with pytest.raises(OnTheStaff):
        actions.add_staff(email=sato.email, name="x", roles=[office], by=clerk)
    sato.refresh_from_db()
    assert (sato.name, sato.has_right("accounts.configure")) == ("佐藤", True)


def test_a_former_address_opens_nothing(client, sato, suzuki):
    client.post(reverse("account_reset_password"), {"email": suzuki.email})
    old = suzuki.email
    actions.change_staff(suzuki, by=sato, **changed(suzuki, email="new@example.jp"))
    before = Message.objects.count()

    client.post(reverse("account_reset_password"), {"email": old})
    assert Message.objects.count() == before == 1
    client.post(reverse("account_login"), {"login": old, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    client.post(reverse("account_login"), {"login": "new@example.jp", "password": PASSWORD})
    assert "_auth_user_id" in client.session
