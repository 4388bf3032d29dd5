"""The cast in the office: Sato administers, Endo works in the office, Kimura may only look."""

from datetime import date

import pytest
from django.test import Client

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.members import actions
from enishi.members.models import Member, MemberType


def staff(email: str, name: str, role: str) -> User:
    put_ready_roles()
    user = User.objects.create_user(email, name=name, is_staff=True)
    user.roles.add(Role.objects.get(key=role))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sato(db):
    return staff("sato@example.jp", "佐藤 花", "administrator")


@pytest.fixture
def endo(db):
    return staff("endo@example.jp", "遠藤 実", "office")


@pytest.fixture
def kimura(db):
    return staff("kimura@example.jp", "木村 誠", "read_only")


@pytest.fixture
def office(sato):
    return signed_in(sato)


@pytest.fixture
def regular(db):
    return MemberType.objects.order_by("order", "pk").filter(for_organisations=False).first() or (
        MemberType.objects.create(name="正会員")
    )


@pytest.fixture
def hanako(regular) -> Member:
    values = {
        "member_type": regular,
        "family_name": "山田",
        "given_name": "花子",
        "family_name_kana": "ヤマダ",
        "given_name_kana": "ハナコ",
        "email": "hanako@example.jp",
        "phone": "0312345678",
        "birth_date": date(1985, 4, 1),
        "joined_on": date(2015, 4, 1),
    }
    return actions.add(values, by=None)


@pytest.fixture
def suzuki(db):
    return User.objects.create_user("suzuki@example.jp", name="鈴木", is_staff=True)
