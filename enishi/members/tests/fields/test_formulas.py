"""Formulas give the same whatever their fields are called, and in whatever language one works."""

import pytest
from django.utils import translation

from enishi.accounts.models import Role, User
from enishi.members import actions
from enishi.members.fields import visible_fields
from enishi.members.fields.computing import shown_formula
from enishi.members.models import Field, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako(sato):
    said = {"family_name": "山田", "number": "M1", "gender": "female", "joined_on": "2020-04-01"}
    return actions.add(said, by=sato)


def now(member: Member) -> dict:
    return Member.objects.get(pk=member.pk).data


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_language_of_who_saves_changes_no_value(made, sato, hanako, language):
    made("choice", "stage", choices=[{"value": "a", "label": "未対応", "label_en": "Open"}])
    made("integer", "n")
    with translation.override("ja"):
        made("computed", "year", expression="year({入会日})")
        made("computed", "open", expression='if({stage} = "未対応", 1, 2)')
        made("computed", "she", expression='if({性別} = "女性", concat({stage}, "です"), "")')
    with translation.override(language):
        actions.change(hanako, {"data": {"n": 1, "stage": "a"}}, by=sato)
    after = now(hanako)
    assert (after["year"], after["open"], after["she"]) == ("2020", "1", "未対応です")


def test_a_field_that_is_called_something_else_still_counts(made, sato, hanako, run_jobs):
    fee = made("money", "fee")
    actions.edit_field(fee, label_ja="年会費", by=sato)
    twice = made("computed", "twice", expression="{年会費} * 2")
    bare = made("computed", "bare", expression='if(年会費 > 5, "年会費", "")', result="text")
    actions.edit_field(fee, label_ja="会費の額", by=sato)
    actions.change(hanako, {"data": {"fee": 1000}}, by=sato)
    assert now(hanako)["twice"] == "2000"
    assert now(hanako)["bare"] == "年会費"
    twice.refresh_from_db()
    bare.refresh_from_db()
    with translation.override("ja"):
        assert shown_formula(twice) == "{会費の額} * 2"
        assert shown_formula(bare) == 'if({会費の額} > 5, "年会費", "")'


def test_a_formula_that_was_kept_by_label_is_kept_by_key_before_the_label_goes(made, sato, hanako):
    fee = made("money", "fee")
    old = made("computed", "old", expression="{fee} * 2")
    type(old).objects.filter(pk=old.pk).update(expression="{独自fee} * 2")
    actions.edit_field(fee, label_ja="会費の額", by=sato)
    actions.change(hanako, {"data": {"fee": 1000}}, by=sato)
    assert now(hanako)["old"] == "2000"


def test_a_choice_that_is_called_something_else_is_still_the_same(made, sato, hanako, run_jobs):
    stage = made("choice", "stage", choices=[{"value": "a", "label": "未対応"}])
    made("computed", "open", expression='if({stage} = "未対応", "まだ: " & {stage}, "-")')
    actions.change(hanako, {"data": {"stage": "a"}}, by=sato)
    for label in ("対応待ち", "これから"):
        actions.edit_field(stage, choices=[{"value": "a", "label": label}], by=sato)
        run_jobs()
        assert now(hanako)["open"] == f"まだ: {label}"


def test_a_choice_is_found_in_either_language(made, sato, hanako):
    made(
        "choice", "stage", choices=[{"value": "a", "label": "未対応", "label_en": "Waiting"}],
        searched=True,
    )  # fmt: skip
    with translation.override("en"):
        actions.change(hanako, {"data": {"stage": "a"}}, by=sato)
    for words in ("未対応", "waiting"):
        assert [m.pk for m in Member.objects.search(words)] == [hanako.pk]


@pytest.mark.parametrize(
    ("formula", "day"),
    [
        ("addmonths({joined_on}, 12)", "2021-03-31"),
        ("addmonths({joined_on}, 1)", "2020-04-30"),
        ("addmonths({joined_on}, 0 - 1)", "2020-02-29"),
        ("addmonths({joined_on}, -13)", "2019-02-28"),
        ("adddays({joined_on}, 1)", "2020-04-01"),
        ("adddays({joined_on}, 1 / 0)", None),
        ("addmonths({joined_on}, 100000000)", None),
        ("adddays({joined_on}, 10000000000000)", None),
        ("addmonths({left_on}, 1)", None),
    ],
)
def test_days_are_counted_on(made, sato, hanako, formula, day):
    made("computed", "next", expression=formula, result="date")
    actions.change(hanako, {"joined_on": "2020-03-31"}, by=sato)
    assert now(hanako).get("next") == day


@pytest.fixture
def suzuki(db):
    """May not see what is for administrators."""
    user = User.objects.create_user("suzuki@example.jp", name="鈴木", is_staff=True)
    user.roles.add(Role.objects.get(key="office"))
    return user


class TestWhatFormulasTellOfHiddenFields:
    """Old values stay until a job has worked them out anew: nobody sees what they tell."""

    @pytest.fixture
    def pay(self, made, sato, hanako):
        pay = made("money", "pay", seen_by=["administrator"])
        made("money", "fee")
        made("computed", "double", expression="{pay} * 2")
        made("computed", "more", expression="{double} + 1")
        actions.change(hanako, {"data": {"pay": 300, "fee": 5}}, by=sato)
        return pay

    def seen(self, user, key):
        user = User.objects.get(pk=user.pk)
        return f"data.{key}" in visible_fields(user)

    @pytest.mark.parametrize("gone", [actions.retire_field, actions.delete_field])
    def test_of_one_that_is_put_aside(self, pay, sato, suzuki, hanako, gone):
        assert not self.seen(suzuki, "double")
        gone(pay, by=sato)
        assert now(hanako)["double"] == "600", "the job has not run yet"
        for key in ("double", "more"):
            assert not self.seen(suzuki, key)
            assert self.seen(sato, key)

    def test_of_one_that_the_formula_asks_for_no_more(self, pay, sato, suzuki, hanako, run_jobs):
        double = Field.objects.get(key="double")
        actions.edit_field(double, expression="{fee} * 2", by=sato)
        assert now(hanako)["double"] == "600"
        assert not self.seen(suzuki, "double")
        assert not self.seen(suzuki, "more")
        run_jobs()
        assert now(hanako)["double"] == "10"
        assert self.seen(suzuki, "double")
        assert self.seen(suzuki, "more")

    def test_a_second_change_before_the_job(self, pay, sato, suzuki):
        double = Field.objects.get(key="double")
        for expression in ("{fee} * 2", "{fee} * 3"):
            actions.edit_field(double, expression=expression, by=sato)
        assert not self.seen(suzuki, "double")

    def test_of_a_hidden_group(self, made, sato, suzuki, hanako, run_jobs):
        year = made("computed", "year", expression="year({joined_on})")
        born = made("computed", "born", expression="year({birth_date})")
        actions.set_group_rights("birth", seen_by=["administrator"], edited_by=[], by=sato)
        assert self.seen(suzuki, "year")
        assert not self.seen(suzuki, "born")
        actions.edit_field(born, expression="1 + 1", by=sato)
        actions.edit_field(year, expression="1 + 1", by=sato)
        assert not self.seen(suzuki, "born")
        assert self.seen(suzuki, "year")
