"""Sensitive fields: the database holds no plain value, and whoever may not see none does."""

import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import translation

from enishi.accounts.models import ApiToken, Role, User
from enishi.audit.models import HistoryEntry
from enishi.core import sealing
from enishi.core.bulk import rows
from enishi.members import actions
from enishi.members.conditions import RuleFaults, parse
from enishi.members.exporting.actions import prepare, write_to
from enishi.members.facts import SensitiveSeen
from enishi.members.fields import visible_fields
from enishi.members.fields.sealed import opened, reseal
from enishi.members.importing import actions as importing
from enishi.members.importing.actions import Quiet
from enishi.members.importing.undoing import run_undo
from enishi.members.listing import Listing
from enishi.members.models import Field, Member

SECRET = "そばアレルギー甲乙丙"
pytestmark = pytest.mark.django_db


@pytest.fixture
def care(keys: Any) -> Field:
    return actions.add_field(
        key="care", label_ja="健康上の配慮", type="long_text", personal="sensitive", by=None
    )


@pytest.fixture
def member(care: Field) -> Member:
    made = actions.add({"family_name": "縁", "given_name": "花", "data.care": SECRET}, by=None)
    return Member.objects.get(pk=made.pk)


def value_of(member: Member) -> Any:
    now = Member.objects.get(pk=member.pk)
    return opened(now.pk, now.data).get("care")


def everything() -> str:
    """All that the tables of the database hold, as text."""
    names = rows("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                 " current_schema()::regnamespace", [])  # fmt: skip
    with connection.cursor() as cursor:
        told = []
        for (name,) in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")
            told.append(cursor.fetchone()[0])
    return "\n".join(told)


def staff(key: str, *rights: str) -> User:
    role = Role.objects.create(key=key, name=key, rights=["office.view", *rights])
    user = User.objects.create_user(f"{key}@example.jp", name=key, is_staff=True)
    user.roles.add(role)
    return user


def test_the_database_holds_no_plain_value(member):
    actions.change(member, {"data.care": SECRET + "二"}, by=None)
    assert value_of(member) == SECRET + "二"
    assert SECRET not in everything()
    assert sealing.MARK in everything()


def test_it_is_bound_to_member_and_field(member):
    other = actions.add({"family_name": "他", "given_name": "人"}, by=None)
    Member.objects.filter(pk=other.pk).update(data=member.data)
    assert sealing.is_sealed(value_of(other)), "moved to another row it cannot be opened"


def test_a_wrong_key_is_a_sentence_and_nothing_is_lost(member, keys):
    right = keys.FIELD_KEYS
    keys.FIELD_KEYS = (sealing.new_key(),)
    with pytest.raises(sealing.CannotBeOpened, match=r"鍵|key"):
        sealing.unseal(member.data["care"], f"member:{member.pk}:care")
    assert sealing.is_sealed(value_of(member))
    actions.change(member, {"city": "石巻市"}, by=None)
    user = staff("nurse", "members.view", "members.edit", "sensitive.view", "sensitive.edit")
    client = Client()
    client.force_login(user)
    for path in ("", "edit/", "sensitive/"):
        page = client.get(f"/office/members/{member.pk}/{path}")
        assert page.status_code == 200, path
        assert sealing.MARK not in page.content.decode(), path
    keys.FIELD_KEYS = right
    assert value_of(member) == SECRET


def test_keys_are_rotated(member, keys):
    old = member.data["care"]
    keys.FIELD_KEYS = (sealing.new_key(), *keys.FIELD_KEYS)
    assert value_of(member) == SECRET, "all keys open"
    assert reseal() == 1 and reseal() == 0
    keys.FIELD_KEYS = keys.FIELD_KEYS[:1]
    assert Member.objects.get(pk=member.pk).data["care"] != old
    assert value_of(member) == SECRET


def test_a_field_that_becomes_sensitive_is_sealed_and_back(keys, run_jobs):
    field = actions.add_field(key="care", label_ja="配慮", type="text", searched=True, by=None)
    member = actions.add({"family_name": "縁", "given_name": "花", "data.care": SECRET}, by=None)
    actions.edit_field(field, personal="specific", searched=False, by=None)
    run_jobs()
    assert SECRET not in json.dumps(Member.objects.get(pk=member.pk).data, ensure_ascii=False)
    assert value_of(member) == SECRET
    assert not Member.objects.search(SECRET)
    actions.edit_field(field, personal="ordinary", by=None)
    run_jobs()
    assert Member.objects.get(pk=member.pk).data == {"care": SECRET}


def test_nothing_can_be_asked(member, care):
    for name in ("unique", "searched"):
        with pytest.raises(actions.Invalid, match="") as refused:
            actions.edit_field(care, **{name: True}, by=None)
        assert "encrypted" in refused.value.errors[name] or "暗号" in refused.value.errors[name]
    listing = Listing({"data.care": SECRET, "sort": "data.care"})
    assert "data.care" not in listing.conditions and "sort" in listing.problems
    assert Listing({"rule": json.dumps({"field": "data.care", "op": "not_empty"})}).problems
    with pytest.raises(actions.Invalid):
        actions.add_field(key="f", label_ja="式", type="computed", expression="{care}", by=None)
    with pytest.raises(actions.Refused):
        actions.set_on_many("data.care", "x", filters={}, by=None)
    assert not Member.objects.search(SECRET)


def test_a_rule_about_it_is_refused_with_the_reason(member, care):
    with pytest.raises(RuleFaults) as refused:
        parse({"all": [{"field": "data.care", "op": "not_empty"}]})
    (fault,) = refused.value.faults
    assert (fault.path, fault.reason) == (
        "all[0].field",
        "「健康上の配慮」は暗号化されている項目なので、条件には使えません。",
    )
    with translation.override("en"), pytest.raises(RuleFaults) as refused:
        parse({"field": "data.care", "op": "not_empty"})
    assert "is encrypted and cannot be used in conditions" in refused.value.faults[0].reason
    nobody = staff("nobody", "members.view", "segments.view")
    with pytest.raises(RuleFaults) as refused:
        parse({"field": "data.care", "op": "not_empty"}, by=nobody)
    assert "という項目はありません" in refused.value.faults[0].reason, "it does not even exist"


def test_only_with_the_right_and_each_look_is_told(member):
    without = staff("desk", "members.view", "members.edit", "members.export")
    nurse = staff("nurse", "members.view", "sensitive.view")
    assert "data.care" not in visible_fields(without)
    assert actions.see_sensitive(member, by=without) == {}
    looks = HistoryEntry.objects.filter(fact__endswith=SensitiveSeen.__name__)
    assert not looks.exists()
    for user, sees in ((without, False), (nurse, True)):
        token, secret = ApiToken.mint(name=user.name, scopes=["*"], by=user)
        token.save()
        api = Client(headers={"authorization": f"Bearer {secret}"})
        answer = api.get(f"/api/v1/members/{member.pk}").json()
        assert (answer["data"].get("care") == SECRET) is sees
        assert all("care" not in one["data"] for one in api.get("/api/v1/members").json()["items"])
        client = Client()
        client.force_login(user)
        karte = client.get(f"/office/members/{member.pk}/").content.decode()
        assert SECRET not in karte and ("••••" in karte) is sees
        shown = client.get(f"/office/members/{member.pk}/sensitive/")
        assert (SECRET in shown.content.decode()) is sees
    assert looks.count() == 2
    assert SECRET not in json.dumps([one.values for one in looks], ensure_ascii=False)


def test_an_import_seals_and_equal_values_change_nothing(member, tmp_path):
    text = f"会員番号,姓,名,健康上の配慮\n{member.number},縁,花,{SECRET}\nX9,新,人,乳アレルギー丁\n"
    made = [_imported(text)]
    assert (made[0].counts["new"], made[0].counts["changed"]) == (1, 0)
    new = Member.objects.get(number="X9")
    assert value_of(new) == "乳アレルギー丁"
    made.append(_imported(text.replace(SECRET, "別の配慮戊")))
    assert made[1].counts["changed"] == 1 and value_of(member) == "別の配慮戊"
    told = everything()
    for word in (SECRET, "乳アレルギー丁", "別の配慮戊"):
        assert word not in told
    run_undo(made[1], Quiet())
    assert value_of(member) == SECRET
    export = prepare(columns=["number", "data.care"], filters={}, as_of=None, format="csv",
                     encoding="utf-8", reason="", name="x", by=None)  # fmt: skip
    write_to(export, tmp_path / "x.csv", Quiet())
    written = (tmp_path / "x.csv").read_text("utf-8-sig")
    assert SECRET in written and "乳アレルギー丁" in written and sealing.MARK not in written
    assert _imported(written).counts["same"] == 2


def _imported(text: str) -> Any:
    file = SimpleUploadedFile("a.csv", text.encode())
    of = importing.start(file, "a.csv", by=None)
    of = importing.set_mapping(of)
    assert SECRET not in json.dumps(of.found, ensure_ascii=False)
    importing.run_check(of, Quiet())
    assert SECRET not in everything()
    importing.run_commit(of, Quiet())
    of.refresh_from_db()
    return of


def test_a_merge_keeps_them_and_its_undo_too(member):
    other = actions.add(
        {"family_name": "縁", "given_name": "花", "data.care": "相手の配慮己"}, by=None
    )
    merge = actions.merge(member, other, choices={"data.care": "drop"}, by=None)
    assert value_of(member) == "相手の配慮己"
    assert "相手の配慮己" not in everything()
    reseal()
    actions.undo_merge(merge, by=None)
    assert (value_of(member), value_of(other)) == (SECRET, "相手の配慮己")


def test_a_dump_does_not_hold_it(member):
    """What pg_dump would write, of the one table that holds values."""
    with connection.cursor() as cursor, io.BytesIO() as dump:
        with cursor.copy("COPY members_member TO STDOUT") as copy:
            for part in copy:
                dump.write(part)
        assert SECRET.encode() not in dump.getvalue()
        assert json.dumps(SECRET).encode() not in dump.getvalue()
