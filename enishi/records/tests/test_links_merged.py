"""Links to a member inside records follow a merge, and go back with its undo."""

import pytest

from enishi.accounts.models import User
from enishi.members import actions as members
from enishi.members.models import Field, Member
from enishi.records import actions
from enishi.records.models import Database, Record

pytestmark = pytest.mark.django_db


def _record(database: Database, to: Member) -> Record:
    return actions.add_record(database, {"introducer": to.number}, by=None)


def test_links_of_records_follow(sato: User, hanako: Member, taro: Member) -> None:
    database = actions.add_database(name="資料請求", by=sato)
    members.add_field(
        table=database.key, key="introducer", label_ja="紹介者", type=Field.Type.MEMBER, by=sato
    )
    members.add_field(key="introducer", label_ja="紹介者", type=Field.Type.MEMBER, by=sato)
    first, second, third = (_record(database, to) for to in (taro, taro, hanako))
    other = members.add({"family_name": "別", "data.introducer": taro.number}, by=sato)
    merge = members.merge(hanako, taro, by=sato)
    assert {_link(one) for one in (first, second, third)} == {hanako.pk}
    assert Member.objects.get(pk=other.pk).data["introducer"] == hanako.pk
    actions.change_record(second, {"introducer": other.number}, by=sato)
    members.undo_merge(merge, by=sato)
    assert (_link(first), _link(second), _link(third)) == (taro.pk, other.pk, hanako.pk)
    assert Member.objects.get(pk=other.pk).data["introducer"] == taro.pk


def _link(record: Record) -> int:
    return int(Record.objects.get(pk=record.pk).data["introducer"])
