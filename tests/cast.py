"""The one cast of all stories, as fixtures. They come by the front door: actions, not rows.

Hanako pays by card, Taro has lapsed, Jiro is suspended, Aoi KK is a company; Sato administers,
Suzuki may only send mail, Nobody works in the office but has no right.
"""

from datetime import date

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.members import actions
from enishi.members.models import LeaveReason, Member


def _staff(email: str, name: str, *roles: Role) -> User:
    user = User.objects.create_user(email, "a long password", name=name, is_staff=True)
    user.roles.set(roles)
    return user


@pytest.fixture
def sato(db: None) -> User:
    """Administers everything."""
    put_ready_roles()
    return _staff("sato@example.jp", "佐藤 由美子", Role.objects.get(key="administrator"))


@pytest.fixture
def suzuki(db: None) -> User:
    """May only send mail."""
    sender, _ = Role.objects.get_or_create(
        key="senders", defaults={"name": "配信のみ", "rights": ["messages.send"]}
    )
    return _staff("suzuki@example.jp", "鈴木 健一", sender)


@pytest.fixture
def nobody(db: None) -> User:
    """Works in the office and may do nothing there."""
    return _staff("nobody@example.jp", "無名 権兵衛")


@pytest.fixture
def hanako(db: None) -> Member:
    """A regular member who pays by card."""
    return actions.add(
        {
            "number": "M202100001",
            "member_type": "正会員",
            "family_name": "山田",
            "given_name": "花子",
            "family_name_kana": "ヤマダ",
            "given_name_kana": "ハナコ",
            "gender": "female",
            "birth_date": date(1985, 4, 1),
            "email": "hanako@example.jp",
            "mobile": "09000010001",
            "postal_code": "9800811",
            "prefecture": "宮城県",
            "city": "仙台市青葉区",
            "address_line": "一番町3-1-1",
            "joined_on": date(2021, 4, 1),
        },
        by=None,
    )


@pytest.fixture
def taro(db: None) -> Member:
    """Lapsed: he left at the end of a year because of the dues."""
    return actions.add(
        {
            "number": "M201800002",
            "member_type": "正会員",
            "family_name": "田中",
            "given_name": "太郎",
            "family_name_kana": "タナカ",
            "given_name_kana": "タロウ",
            "gender": "male",
            "birth_date": date(1972, 11, 3),
            "phone": "0300120002",
            "joined_on": date(2018, 10, 1),
            "left_on": date(2024, 4, 1),
        },
        by=None,
    )


@pytest.fixture
def jiro(db: None) -> Member:
    """Suspended since last summer."""
    member = actions.add(
        {
            "number": "M201900003",
            "member_type": "準会員",
            "family_name": "髙橋",
            "given_name": "次郎",
            "family_name_kana": "タカハシ",
            "given_name_kana": "ジロウ",
            "email": "jiro@example.com",
            "joined_on": date(2019, 4, 15),
        },
        by=None,
    )
    actions.suspend(member, on=date(2025, 8, 1), note="海外赴任のため", by=None)
    member.refresh_from_db()
    return member


@pytest.fixture
def aoi(db: None) -> Member:
    """Aoi KK, a company with a contact person."""
    return actions.add(
        {
            "number": "C2020-004",
            "member_type": "法人会員",
            "kind": "organisation",
            "organisation_name": "株式会社あおい",
            "organisation_name_kana": "アオイ",
            "family_name": "小林",
            "given_name": "誠",
            "email": "soumu@aoi.example.co.jp",
            "phone": "0220030003",
            "joined_on": date(2020, 6, 1),
        },
        by=None,
    )


@pytest.fixture
def dues_too_high(db: None) -> LeaveReason:
    """A reason for leaving that every office begins with."""
    return LeaveReason.objects.get(name="会費の負担")


@pytest.fixture
def cast(hanako: Member, taro: Member, jiro: Member, aoi: Member) -> dict[str, Member]:
    """The four members at once."""
    return {"hanako": hanako, "taro": taro, "jiro": jiro, "aoi": aoi}
