"""The cast on the roll: Hanako is regular, Taro has left, Jiro is suspended, Aoi is a company."""

from datetime import date

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.core import clock
from enishi.members import actions
from enishi.members.models import MemberType

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def the_day():
    with clock.at(TODAY):
        yield


@pytest.fixture
def sato(db):
    put_ready_roles()
    user = User.objects.create_user("sato@example.jp", name="佐藤", is_staff=True)
    user.roles.add(Role.objects.get(key="administrator"))
    return user


@pytest.fixture
def suzuki(db):
    return User.objects.create_user("suzuki@example.jp", name="鈴木", is_staff=True)


@pytest.fixture
def regular(db):
    return MemberType.objects.get(name="正会員")


@pytest.fixture
def student(db):
    return MemberType.objects.get(name="学生会員")


@pytest.fixture
def hanako(sato):
    return actions.add(
        {
            "member_type": "正会員",
            "family_name": "山田",
            "given_name": "花子",
            "family_name_kana": "ヤマダ",
            "given_name_kana": "ハナコ",
            "birth_date": date(1985, 4, 1),
            "email": "hanako@example.jp",
            "mobile": "09087654321",
            "prefecture": "宮城県",
            "city": "仙台市青葉区",
            "joined_on": date(2021, 4, 1),
        },
        by=sato,
    )


@pytest.fixture
def taro(sato):
    return actions.add(
        {
            "member_type": "正会員",
            "family_name": "田中",
            "given_name": "太郎",
            "family_name_kana": "タナカ",
            "given_name_kana": "タロウ",
            "phone": "0312345678",
            "joined_on": date(2018, 10, 1),
            "left_on": date(2024, 4, 1),
        },
        by=sato,
    )


@pytest.fixture
def jiro(sato):
    member = actions.add(
        {
            "member_type": "準会員",
            "family_name": "髙橋",
            "given_name": "次郎",
            "family_name_kana": "タカハシ",
            "given_name_kana": "ジロウ",
            "joined_on": date(2019, 4, 15),
        },
        by=sato,
    )
    return actions.suspend(member, on=date(2025, 8, 1), by=sato)


@pytest.fixture
def aoi(sato):
    return actions.add(
        {
            "organisation_name": "株式会社あおい",
            "organisation_name_kana": "カブシキガイシャアオイ",
            "email": "soumu@aoi.example.co.jp",
            "joined_on": date(2020, 6, 1),
        },
        by=sato,
    )


@pytest.fixture
def twice(sato):
    """One who was entered two times: whom to keep, whom to drop."""
    values = {"family_name": "山田", "given_name": "太郎", "joined_on": "2020-04-01"}
    return actions.add(values, by=sato), actions.add(values, by=sato)
