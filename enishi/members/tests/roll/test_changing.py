from datetime import date

import pytest

from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.members.models import Member

from .test_entering import spans

pytestmark = pytest.mark.django_db


def test_only_what_changed_is_told(hanako, sato):
    actions.change(hanako, {"city": "仙台市泉区", "prefecture": "宮城県"}, by=sato)
    entry = HistoryEntry.objects.about(hanako).first()
    assert entry.values["changes"] == {"city": ["仙台市青葉区", "仙台市泉区"]}
    assert entry.values["version"] == 2


def test_nothing_changed_makes_no_version(hanako, sato):
    member = actions.change(hanako, {"city": "仙台市青葉区"}, version=1, by=sato)
    assert member.version == 1


def test_the_name_is_found_after_a_marriage(hanako, sato):
    actions.change(hanako, {"family_name": "伊藤", "former_name": "山田"}, by=sato)
    assert Member.objects.search("伊藤花").get() == hanako
    assert Member.objects.search("山田").get() == hanako


class TestTwoPeople:
    def test_different_fields_are_both_kept(self, hanako, sato, suzuki):
        actions.change(hanako, {"city": "仙台市泉区"}, version=1, by=sato)
        member = actions.change(hanako, {"phone": "0221234567"}, version=1, by=suzuki)
        assert (member.city, member.phone, member.version) == ("仙台市泉区", "0221234567", 3)

    def test_the_same_field_is_a_clash_with_both_values(self, hanako, sato, suzuki):
        actions.change(hanako, {"city": "仙台市泉区", "note": "a"}, version=1, by=sato)
        with pytest.raises(actions.Clash) as caught:
            actions.change(
                hanako, {"city": "仙台市太白区", "phone": "0221234567"}, version=1, by=suzuki
            )
        [(name, both)] = caught.value.fields.items()
        assert name == "city"
        assert (both.base, both.theirs, both.mine) == (
            "仙台市青葉区",
            "仙台市泉区",
            "仙台市太白区",
        )
        assert caught.value.version == 2
        hanako.refresh_from_db()
        assert hanako.phone == ""

    def test_the_same_value_is_no_clash(self, hanako, sato, suzuki):
        actions.change(hanako, {"city": "仙台市泉区"}, version=1, by=sato)
        assert actions.change(hanako, {"city": "仙台市泉区"}, version=1, by=suzuki).version == 2

    def test_the_base_is_what_one_began_from(self, hanako, sato, suzuki):
        for city in ("仙台市泉区", "仙台市太白区"):
            actions.change(hanako, {"city": city}, by=sato)
        with pytest.raises(actions.Clash) as caught:
            actions.change(hanako, {"city": "石巻市"}, version=1, by=suzuki)
        assert caught.value.fields["city"].base == "仙台市青葉区"

    def test_own_fields_clash_one_by_one(self, hanako, sato, suzuki):
        for label in ("年会費", "口数"):
            actions.add_field(label_ja=label, type="integer", by=sato)
        actions.change(hanako, {"data.年会費": 5000}, version=1, by=sato)
        actions.change(hanako, {"data.口数": 2}, version=1, by=suzuki)
        with pytest.raises(actions.Clash) as caught:
            actions.change(hanako, {"data": {"年会費": 3000}}, version=1, by=suzuki)
        assert set(caught.value.fields) == {"data.年会費"}

    def test_a_change_that_left_no_trace_counts_as_one_of_everything(self, hanako, suzuki):
        Member.objects.filter(pk=hanako.pk).update(version=5, city="石巻市")
        with pytest.raises(actions.Clash):
            actions.change(hanako, {"city": "仙台市泉区"}, version=1, by=suzuki)

    def test_a_leave_meanwhile_clashes_with_an_edited_day_of_leaving(self, hanako, sato, suzuki):
        actions.leave(hanako, on=date(2026, 11, 21), by=sato)
        with pytest.raises(actions.Clash):
            actions.change(hanako, {"left_on": "2026-11-30"}, version=1, by=suzuki)
        actions.change(hanako, {"city": "石巻市"}, version=1, by=suzuki)


class TestDates:
    def test_a_day_of_leaving_makes_somebody_leave(self, hanako, sato):
        member = actions.change(hanako, {"left_on": "2026-10-31"}, by=sato)
        assert member.status == "left"
        assert spans(member) == [
            ("active", date(2021, 4, 1), date(2026, 10, 31)),
            ("left", date(2026, 10, 31), None),
        ]

    def test_taking_it_away_brings_them_back(self, taro, sato):
        member = actions.change(taro, {"left_on": ""}, by=sato)
        assert member.status == "active"
        assert spans(member) == [("active", date(2018, 10, 1), None)]

    def test_both_days_move(self, taro, sato):
        actions.change(taro, {"joined_on": "2025-01-01", "left_on": "2026-01-01"}, by=sato)
        assert spans(taro) == [
            ("active", date(2025, 1, 1), date(2026, 1, 1)),
            ("left", date(2026, 1, 1), None),
        ]

    def test_an_earlier_joining_keeps_the_suspension(self, jiro, sato):
        actions.change(jiro, {"joined_on": "2010-04-01"}, by=sato)
        assert spans(jiro) == [
            ("active", date(2010, 4, 1), date(2025, 8, 1)),
            ("suspended", date(2025, 8, 1), None),
        ]

    def test_an_applicant_has_not_joined(self, sato):
        member = actions.apply({"family_name": "林"}, by=sato)
        for name in ("joined_on", "left_on"):
            with pytest.raises(actions.Invalid):
                actions.change(member, {name: "2026-01-01"}, by=sato)

    def test_left_before_joined_is_refused(self, hanako, sato):
        with pytest.raises(actions.Invalid) as caught:
            actions.change(hanako, {"left_on": "2020-01-01"}, by=sato)
        assert set(caught.value.errors) == {"left_on"}

    def test_the_type_of_before_stays_in_the_past(self, hanako, student, sato):
        actions.change(hanako, {"member_type": "学生会員"}, by=sato)
        assert [p.type.name for p in hanako.periods.all()] == ["正会員", "学生会員"]


def test_the_status_is_not_edited(hanako, sato):
    with pytest.raises(actions.Invalid) as caught:
        actions.change(hanako, {"status": "left"}, by=sato)
    assert set(caught.value.errors) == {"status"}
    actions.change(hanako, {"status": "active"}, by=sato)


def test_a_member_in_the_bin_is_left_alone(hanako, sato):
    actions.delete(hanako, by=sato)
    for act in (
        lambda: actions.change(hanako, {"city": "石巻市"}, by=sato),
        lambda: actions.leave(hanako, by=sato),
        lambda: actions.delete(hanako, by=sato),
    ):
        with pytest.raises(actions.Refused):
            act()
    actions.restore(hanako, by=sato)
    actions.change(hanako, {"city": "石巻市"}, by=sato)
    with pytest.raises(actions.Refused):
        actions.restore(hanako, by=sato)
