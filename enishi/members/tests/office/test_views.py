"""Saved views: chosen, kept, changed, shared, shown first, deleted and taken back."""

import json
import re

import pytest
from django.urls import reverse

from enishi.members import actions
from enishi.members.conditions import RuleFaults
from enishi.members.listing import Listing, rule_of
from enishi.members.models import SavedView

pytestmark = pytest.mark.django_db

LIST = "/office/members/"
TOKYO = {"field": "prefecture", "op": "in", "value": ["東京都"]}


@pytest.fixture
def people(sato):
    def add(name, **values):
        return actions.add(
            {"member_type": "正会員", "family_name": name, "given_name": "某", **values}, by=sato
        )

    return {
        "tokyo": add("東", prefecture="東京都", birth_date="1990-02-10"),
        "osaka": add("西", prefecture="大阪府", birth_date="1985-11-21"),
        "nowhere": add("無"),
    }


def test_filters_are_kept_as_a_rule_and_come_back(office, people):
    asked = {"prefecture": "東京都", "sort": "-kana", "search": "某"}
    url = f"{reverse('members:view_new')}?prefecture=東京都&sort=-kana&search=某"
    answer = office.post(url, {"name": "東京の会員"})
    view = SavedView.objects.get()
    assert answer.url == f"{LIST}?view={view.pk}"
    assert (view.rule, view.sort, view.search) == (TOKYO, "-kana", "某")
    assert not view.shared
    page = office.get(answer.url).content.decode()
    assert "東京の会員" in page
    assert "都道府県が東京都" in page
    assert "東 某" in page
    assert "西 某" not in page
    assert "変更あり" not in page
    assert set(Listing(asked).matching) == set(Listing({"view": view.pk}).matching)


@pytest.mark.parametrize("rule", [{"all": [TOKYO]}, {"all": []}, {"all": [TOKYO, TOKYO]}, TOKYO])
def test_a_view_that_was_only_opened_is_not_marked(office, people, sato, rule):
    view = actions.save_view(name="東京", rule=rule, by=sato)
    assert "変更あり" not in office.get(LIST, {"view": view.pk}).content.decode()


def test_two_views_of_one_name_are_not_made(office, people, sato, suzuki):
    actions.save_view(name="東京", rule=TOKYO, by=suzuki)  # hers alone: nobody else sees it
    url = f"{reverse('members:view_new')}?prefecture=東京都"
    assert office.post(url, {"name": "東京"}).status_code == 302
    again = office.post(url, {"name": "東京 "})
    assert again.status_code == 422
    assert "同じ名前のビューがあります" in again.content.decode()
    mine = SavedView.objects.get(owner=sato)
    edit = reverse("members:view_edit", args=[mine.pk])
    assert office.post(edit, {"name": "東京", "density": "dense"}).status_code == 302


def test_a_change_is_marked_and_kept(office, people, sato):
    view = actions.save_view(name="東京", rule=TOKYO, by=sato)
    changed = office.get(LIST, {"view": view.pk, "sort": "kana"}).content.decode()
    assert "変更あり" in changed
    assert "「東京」に変更を保存" in changed
    wide = office.get(LIST, {"view": view.pk, "rule": ""}).content.decode()
    assert "西 某" in wide
    office.post(f"{reverse('members:view', args=[view.pk])}?view={view.pk}&status=active&sort=kana")
    view.refresh_from_db()
    assert view.sort == "kana"
    assert view.rule == {"all": [TOKYO, {"field": "status", "op": "in", "value": ["active"]}]}
    off = office.get(LIST, {"view": view.pk}).content.decode()
    rest = "status%22%2C%22value%22%3A%5B%22active%22%5D%7D"
    assert rest in off  # the chip that takes 東京都 off
    assert "変更あり" not in off


def read_of(page: str) -> str:
    return page.split('name="read" value="')[1].partition('"')[0]


def test_two_people_change_one_view(office, people, sato, suzuki):
    view = actions.save_view(name="東京", rule=TOKYO, shared=True, by=sato)
    url = reverse("members:view", args=[view.pk])
    office.get(LIST, {"view": view.pk})  # sato opens it
    actions.change_view(view, sort="-kana", search="某", by=sato)  # in another browser
    changed = office.get(LIST, {"view": view.pk, "rule": "", "sort": "-number"}).content.decode()
    query = f"{url}?view={view.pk}&rule=&sort=-number"
    said = office.post(query, {"read": read_of(changed)})
    assert said.status_code == 409
    page = said.content.decode()
    assert "会員番号 (降順)" in page
    assert "氏名 (降順)" in page
    view.refresh_from_db()
    assert (view.rule, view.sort) == (TOKYO, "-kana"), "nothing is saved before one has chosen"
    body = {"read": read_of(page), "clashing": "sort", "keep:sort": "theirs"}
    assert office.post(query, body).url == f"{LIST}?view={view.pk}"
    view.refresh_from_db()
    assert (view.rule, view.sort, view.search) == (None, "-kana", "某")
    quiet = office.get(LIST, {"view": view.pk}).content.decode()
    assert "変更あり" not in quiet


def test_dropping_the_changes_drops_columns_too(office, people, sato):
    view = actions.save_view(name="短い", columns=["name", "email"], by=sato)
    wish = {"columns": ["name", "city"], "view": view.pk, "back": f"{LIST}?view={view.pk}"}
    office.post(reverse("members:columns"), wish)
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "変更あり" in page
    [form] = [part for part in page.split("<form") if "変更を取り消す" in part]
    hidden = dict(re.findall(r'name="(usual|view|back)" value="([^"]*)"', form))
    answer = office.post(reverse("members:columns"), hidden)
    assert "変更あり" not in office.get(answer.url).content.decode()


def test_columns_belong_to_the_view(office, people, sato):
    view = actions.save_view(name="短い", columns=["name", "email"], by=sato)
    assert "フリガナ</th>" not in office.get(LIST, {"view": view.pk}).content.decode()
    back = f"{LIST}?view={view.pk}"
    wish = {"columns": ["name", "city"], "view": view.pk, "back": back}
    assert office.post(reverse("members:columns"), wish).url == back
    page = office.get(back).content.decode()
    assert "変更あり" in page
    office.post(f"{reverse('members:view', args=[view.pk])}?view={view.pk}")
    view.refresh_from_db()
    assert view.columns == ["name", "city"]


def test_a_role_sees_its_view_first(office, people, sato):
    key = sato.roles.first().key
    view = actions.save_view(name="みんなの一覧", rule=TOKYO, default_for=[key], by=sato)
    assert view.shared
    assert "みんなの一覧" in office.get(LIST).content.decode()
    assert "西 某" not in office.get(LIST).content.decode()
    assert "西 某" in office.get(LIST, {"view": "all"}).content.decode()
    assert "西 某" in office.get(LIST, {"search": "西"}).content.decode()


def test_delete_and_undo(office, people, sato):
    view = actions.save_view(name="東京", rule=TOKYO, by=sato)
    assert office.post(reverse("members:view_deletion", args=[view.pk])).url == LIST
    page = office.get(LIST, {"view": view.pk}).content.decode()
    assert "そのビューはないか、削除されています" in page
    assert office.post(reverse("members:view_restoration", args=[view.pk])).status_code == 302
    assert "そのビューは" not in office.get(LIST, {"view": view.pk}).content.decode()


def test_views_of_others_do_not_exist(office, people, sato, suzuki):
    theirs = actions.save_view(name="鈴木の", rule=TOKYO, by=suzuki)
    assert office.get(reverse("members:view_edit", args=[theirs.pk])).status_code == 404
    assert "鈴木の" not in office.get(LIST).content.decode()
    with pytest.raises(actions.Refused):
        actions.change_view(theirs, name="わたしの", by=sato)
    with pytest.raises(actions.Refused):
        actions.save_view(name="全員", shared=True, by=suzuki)


def test_a_rule_in_the_address_is_a_chip(office, people):
    rule = {"all": [TOKYO, {"not": {"has": "contact", "within": {"last": 90, "unit": "day"}}}]}
    page = office.get(LIST, {"rule": json.dumps(rule)}).content.decode()
    assert "「直近90日間の応対履歴がある」ではない" in page
    assert "東 某" in page
    wrong = office.get(LIST, {"rule": '{"field": "x"}'}).content.decode()
    assert "「x」という項目はありません" in wrong
    assert "東 某" not in wrong, "a rule that cannot be read is not everybody"


def test_a_wrong_rule_is_not_kept(sato):
    with pytest.raises(RuleFaults):
        actions.save_view(name="x", rule={"field": "x", "op": "eq"}, by=sato)


@pytest.mark.parametrize(
    "asked",
    [
        {"birth_month": "2"},
        {"birth_month": ["2", "11"]},
        {"age_from": "30", "age_to": "40"},
        {"has_email": "no"},
        {"owner": "none"},
        {"city_empty": "yes"},
        {"family_name": "東"},
        {"number_is": "x"},
        {"birth_date_from": "1990/1/1"},
        {"member_type": "正会員", "status": "active,left"},
    ],
)
def test_every_filter_has_its_rule(people, asked):
    listing = Listing(asked)
    assert not listing.problems
    tree = rule_of(listing)
    assert set(Listing({"rule": json.dumps(tree)}).matching) == set(listing.matching), tree
