"""A field is put aside: what used it is told before, and says so after."""

import pytest

from enishi.members import actions
from enishi.members.listing import Listing
from enishi.members.models import Field, Member
from enishi.segments import actions as segments

from .conftest import signed_in

pytestmark = pytest.mark.django_db
LIST = "/office/members/"


@pytest.fixture
def stage(sato):
    made = actions.add_field(label_ja="段階", key="stage", type="text", by=sato)
    actions.add({"family_name": "東", "data": {"stage": "済"}}, by=sato)
    actions.add({"family_name": "西"}, by=sato)
    return made


@pytest.fixture
def view(stage, sato):
    rule = {"field": "data.stage", "op": "eq", "value": "済"}
    return actions.save_view(name="済んだ人", rule=rule, sort="data.stage", shared=True, by=sato)


def test_who_would_miss_it_is_told(office, stage, view, sato, suzuki):
    segments.create(name="済の区分", rule=view.rule, by=sato)
    actions.add_field(label_ja="まとめ", type="computed", expression='{stage} & "。"', by=sato)
    actions.save_view(name="自分の", columns=["name", "data.stage"], by=suzuki)
    page = office.get(f"/office/settings/member-fields/{stage.pk}/").content.decode()
    for name in ("済んだ人", "済の区分", "まとめ", ": 個人用"):
        assert name in page
    assert "自分の" not in page, "views of others have no name here"
    other = actions.add_field(label_ja="別", type="text", by=sato)
    page = office.get(f"/office/settings/member-fields/{other.pk}/").content.decode()
    assert "この項目は次のところで" not in page


@pytest.mark.parametrize("way", ["retired", "deleted"])
def test_a_view_whose_field_is_gone_is_not_everybody(office, stage, view, sato, way):
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "東" in page
    if way == "retired":
        actions.retire_field(stage, by=sato)
    else:
        actions.delete_field(stage, by=sato)
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "項目「段階」は使用を停止しています" in page
    assert "data.stage" not in page.split('role="alert"')[-1][:400]
    for member in Member.objects.all():
        assert f"/office/members/{member.pk}/" not in page
    actions.change_view(view, name="別の名前", by=sato)  # the rest of it can be changed
    if way == "retired":
        actions.retire_field(stage, retired=False, by=sato)
    else:
        actions.restore_field(Field.objects.get(pk=stage.pk), by=sato)
    assert "東" in office.get(LIST, {"view": view.pk}).content.decode()


def test_a_field_that_was_hidden_is_not_named_when_it_is_gone(office, sato, view, stage):
    actions.edit_field(stage, seen_by=["administrator"], by=sato)
    actions.retire_field(stage, by=sato)
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "「段階」" not in page


def test_an_order_that_is_gone_is_told_without_keys(office, sato, stage, view):
    actions.change_view(view, rule=None, by=sato)
    actions.retire_field(stage, by=sato)
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "会員番号の順に表示しています" in page
    assert "birth_date, updated_at" not in page


def test_a_view_does_not_tell_of_a_field_that_is_hidden(sato, view, stage, kimura):
    actions.edit_field(stage, seen_by=["administrator"], by=sato)
    page = signed_in(kimura).get(LIST, {"view": view.pk}).content.decode()
    assert "このビューの条件には、閲覧できない項目か" in page
    for told in ("data.stage", "段階」", "/office/members/1/"):
        assert told not in page
    listing = Listing({"view": view.pk}, by=kimura)
    assert "stage" not in " ".join(listing.problems.values())
