from datetime import date

import pytest

from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.members.fields import BUILT_IN, Wrong, clean, every_field
from enishi.members.models import UNKNOWN_DAY, Field, Member, MemberType, Status
from enishi.members.timeline import problem

from .conftest import TODAY

pytestmark = pytest.mark.django_db


def spans(member):
    return [(p.status, p.since, p.to_on) for p in member.periods.all()]


def refused(values, **more):
    with pytest.raises(actions.Invalid) as caught:
        actions.add(values, by=None, **more)
    return caught.value.errors


def test_a_new_member_joins_today_with_the_next_number(sato):
    hanako = actions.add({"family_name": "山田", "given_name": "花子"}, by=sato)
    assert hanako.number == "M202600001"
    assert (hanako.status, hanako.joined_on, hanako.type.name) == ("active", TODAY, "正会員")
    assert spans(hanako) == [("active", TODAY, None)]
    assert HistoryEntry.objects.about(hanako).get().fact == "members.MemberAdded"


def test_a_company_is_known_by_its_name(sato):
    aoi = actions.add({"organisation_name": "株式会社あおい"}, by=sato)
    assert (aoi.kind, aoi.type.name, aoi.name) == ("organisation", "法人会員", "株式会社あおい")


def test_text_is_cleaned_as_an_office_writes_it(sato):
    member = actions.add(
        {
            "family_name": "　山田 ",
            "family_name_kana": "ﾔﾏﾀﾞ",
            "birth_date": "昭和60年4月1日",
            "email": "Ｈａｎａｋｏ＠Example.JP",
            "mobile": "９０１２３４５６７８",
            "postal_code": "〒980-0811",
            "gender": "女",
            "country": "",
        },
        by=sato,
    )
    member.refresh_from_db()
    assert member.family_name == "山田"
    assert member.family_name_kana == "ヤマダ"
    assert member.birth_date == date(1985, 4, 1)
    assert member.email == "hanako@example.jp"
    assert member.mobile == "09012345678"
    assert member.postal_code == "9800811"
    assert (member.gender, member.country) == ("female", "JP")


def test_a_former_member_has_left(taro):
    assert taro.status == "left"
    assert spans(taro) == [
        ("active", date(2018, 10, 1), date(2024, 4, 1)),
        ("left", date(2024, 4, 1), None),
    ]


def test_nobody_knows_when_somebody_joined(sato):
    member = actions.add({"family_name": "林", "joined_on": None}, by=sato)
    assert (member.status, member.joined_on) == ("active", None)
    assert member.periods.get().from_on == UNKNOWN_DAY


def test_somebody_joins_next_month(sato):
    member = actions.add({"family_name": "林", "joined_on": "2026-12-01"}, by=sato)
    assert member.status == "provisional"
    assert spans(member) == [
        ("provisional", TODAY, date(2026, 12, 1)),
        ("active", date(2026, 12, 1), None),
    ]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "family_name"),
        ({"kind": "organisation"}, "organisation_name"),
        ({"family_name": "林", "birth_date": "昭和66年2月30日"}, "birth_date"),
        ({"family_name": "林", "birth_date": "2030-01-01"}, "birth_date"),
        ({"family_name": "林", "family_name_kana": "林"}, "family_name_kana"),
        ({"family_name": "林", "email": "x@"}, "email"),
        ({"family_name": "林", "phone": "12"}, "phone"),
        ({"family_name": "林" * 101}, "family_name"),
        ({"family_name": "林", "member_type": "名誉会員"}, "member_type"),
        ({"family_name": "林", "joined_on": "2020-1-2", "left_on": "2020-1-1"}, "left_on"),
        ({"family_name": "林", "status": "applicant", "joined_on": "2020-1-2"}, "joined_on"),
        ({"family_name": "林", "nonsense": "1"}, "nonsense"),
        ({"family_name": "林", "data": {"nonsense": "1"}}, "data.nonsense"),
        ({"family_name": "林", "data": "x"}, "data"),
        ({"family_name": "\ud800"}, "family_name"),
        ({"family_name": "a\x00b"}, "family_name"),
        ({"family_name": 5.5}, "family_name"),
        ({"family_name": "林", "birth_date": True}, "birth_date"),
        ({"family_name": "林", "owner": "nobody@example.jp"}, "owner"),
        ({"family_name": "林", "deceased_on": "2020-01-01"}, "deceased_on"),
        ({"family_name": "林", "number": "A B"}, "number"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(values, field):
    errors = refused(values)
    assert set(errors) == {field}
    assert errors[field].endswith((".", "。"))
    assert not Member.objects.exists()


def test_all_mistakes_are_told_at_once():
    assert set(refused({"email": "x", "phone": "y", "given_name": "z"})) == {"email", "phone"}


def test_a_number_is_had_by_one_member_only(hanako):
    assert "number" in refused({"family_name": "林", "number": hanako.number})
    actions.delete(hanako, by=None)
    assert "number" in refused({"family_name": "林", "number": hanako.number})


def test_a_retired_type_is_not_given_any_more(hanako, student):
    actions.retire_type(student, by=None)
    assert "member_type" in refused({"family_name": "林", "member_type": "学生会員"})
    with pytest.raises(actions.Invalid):
        actions.change(hanako, {"member_type": "学生会員"}, by=None)
    actions.retire_type(student, retired=False, by=None)
    assert actions.change(hanako, {"member_type": "学生会員"}, by=None).type == student


class TestOwnFields:
    def test_every_type_is_read_and_kept(self, sato):
        for label, kind in [
            ("年会費", "money"),
            ("DM可否", "boolean"),
            ("趣味", "choices"),
            ("備考 2", "text"),
            ("入金日", "date"),
            ("口数", "integer"),
        ]:
            known = {"choices": ["音楽", "写真", "旅"]} if kind == "choices" else {}
            actions.add_field(label_ja=label, type=kind, **known, by=sato)
        member = actions.add(
            {
                "family_name": "林",
                "data.年会費": "￥10,000",
                "data": {
                    "DM可否": "○",
                    "趣味": "音楽・写真",
                    "備考_2": " 電話は\r\n夜 ",
                    "入金日": "R8.4.1",
                    "口数": 3,
                },
            },
            by=sato,
        )
        member.refresh_from_db()
        assert member.data == {
            "年会費": 10000,
            "DM可否": True,
            "趣味": ["音楽", "写真"],
            "備考_2": "電話は\n夜",
            "入金日": "2026-04-01",
            "口数": 3,
        }
        actions.change(member, {"data.年会費": "", "data": {"DM可否": "×"}}, by=sato)
        member.refresh_from_db()
        assert "年会費" not in member.data
        assert member.data["DM可否"] is False

    def test_choices_are_kept_to(self, sato):
        actions.add_field(label_ja="趣味", type="choices", choices=["音楽", "写真"], by=sato)
        assert "data.趣味" in refused({"family_name": "林", "data": {"趣味": ["釣り"]}})

    def test_a_retired_field_is_hidden_and_comes_back(self, sato):
        field = actions.add_field(label_ja="年会費", type="money", by=sato)
        member = actions.add({"family_name": "林", "data": {"年会費": 1}}, by=sato)
        actions.retire_field(field, by=sato)
        assert "data.年会費" in refused({"family_name": "林", "data": {"年会費": 1}})
        actions.change(member, {"note": "x"}, by=sato)
        actions.retire_field(field, retired=False, by=sato)
        member.refresh_from_db()
        assert member.data == {"年会費": 1}

    def test_two_fields_of_one_label_have_two_keys(self, sato):
        keys = [actions.add_field(label_ja="備考", by=sato).key for _ in range(2)]
        assert keys == ["備考", "備考_2"]
        assert [key for key in every_field() if key.startswith("data.")] == [
            "data.備考",
            "data.備考_2",
        ]
        assert Field.objects.count() == 2


def test_every_built_in_field_takes_nothing_and_its_own_value(hanako):
    for key, definition in BUILT_IN.items():
        value = getattr(hanako, definition.column)
        if value not in (None, ""):
            assert definition.clean(value) == value, key
        if key != "member_type":
            definition.clean("")


def test_a_type_is_chosen():
    with pytest.raises(Wrong):
        clean("member_type", "")
    assert clean("member_type", "ｾｲｶｲｲﾝ".replace("ｾｲｶｲｲﾝ", "正会員")) == MemberType.objects.get(
        name="正会員"
    )


def test_the_periods_of_every_beginning_are_whole(sato):
    for values in (
        {},
        {"status": "applicant"},
        {"status": "suspended", "joined_on": "2020-01-01"},
        {"joined_on": None, "left_on": "2020-01-01"},
        {"joined_on": "2020-01-01", "left_on": "2020-01-01"},
        {"joined_on": "2026-12-01", "left_on": "2027-12-01"},
        {"joined_on": "2020-01-01", "left_on": "2027-12-01"},
        {"status": "left"},
    ):
        member = actions.add({"family_name": "林", **values}, by=sato)
        from enishi.members.actions.roll import spans_of

        made = spans_of(member)
        assert problem(made) == "", values
        today = next(s for s in reversed(made) if s.from_on <= TODAY)
        assert member.status == today.status, values
        assert member.status in Status.values
