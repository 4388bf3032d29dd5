"""The selection: a tag, an owner, a field; with a way back."""

import re

import pytest
from django.urls import reverse

from enishi.members import actions
from enishi.members.actions import bulk
from enishi.members.models import BulkEdit, Member, MemberTag

pytestmark = pytest.mark.django_db

LIST = "/office/members/"


@pytest.fixture
def people(sato):
    for name, city in (("東", "千代田区"), ("西", "大阪市"), ("北", "")):
        values = {"member_type": "正会員", "family_name": name, "city": city}
        actions.add(values, by=sato)
    return list(Member.objects.order_by("pk"))


def test_a_field_is_chosen_previewed_and_set(office, people):
    url = reverse("members:bulk_field")
    ids = [str(one.pk) for one in people]
    page = office.post(url, {"ids": ids}).content.decode()
    assert "3人を選択しています。" in page
    assert "メールアドレス" not in page.split('id="bulk-field"')[1].split("</select>")[0]
    page = office.post(url, {"ids": ids, "field": "city"}).content.decode()
    page = office.post(url, {"ids": ids, "field": "city", "value": "大阪市", "step": "preview"})
    text = page.content.decode()
    assert "3人のうち、値が異なる2人が変わります。" in text
    seen = re.search('name="seen" value="(.*?)"', text)[1]
    wish = {"ids": ids, "field": "city", "value": "大阪市", "step": "change", "seen": seen}
    other = office.post(url, {**wish, "value": "神戸市"}).content.decode()
    assert "3人のうち、値が異なる3人が変わります。" in other  # another value: counted anew
    assert office.post(url, wish).url == LIST
    assert set(Member.objects.values_list("city", flat=True)) == {"大阪市"}
    page = office.get(LIST).content.decode()
    edit = BulkEdit.objects.get()
    undo = reverse("members:bulk_undo", args=[edit.pk])
    assert undo in page
    assert office.post(undo).url == reverse("members:bulk", args=[edit.pk])
    assert Member.objects.get(pk=people[0].pk).city == "千代田区"
    assert (
        "変更を取り消しました"
        in office.get(reverse("members:bulk", args=[edit.pk])).content.decode()
    )
    assert "取り消し済み" in office.get(reverse("members:bulk_changes")).content.decode()


def test_an_error_stands_beside_the_value(office, people):
    wish = {"ids": [people[0].pk], "field": "postal_code", "value": "12", "step": "preview"}
    answer = office.post(reverse("members:bulk_field"), wish)
    assert answer.status_code == 422
    assert "form-error" in answer.content.decode()


def test_everybody_who_fits(office, people):
    wish = {"all": "yes", "city": "大阪", "tag_name": "関西"}
    office.post(reverse("members:bulk_tags"), {**wish, "do": "on"})
    assert [link.member for link in MemberTag.objects.select_related("member")] == [people[1]]
    office.post(reverse("members:bulk_undo", args=[BulkEdit.objects.get().pk]))
    assert not MemberTag.objects.exists()
    broken = {"all": "yes", "joined_on_from": "soon", "tag_name": "関西", "do": "on"}
    office.post(reverse("members:bulk_tags"), broken)
    assert not MemberTag.objects.exists()


def test_many_are_watched_while_they_change(office, people, monkeypatch, run_jobs):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    wish = {"all": "yes", "field": "source", "value": "紹介", "step": "change", "seen": "紹介"}
    answer = office.post(reverse("members:bulk_field"), wish)
    edit = BulkEdit.objects.get()
    assert answer.url == reverse("members:bulk", args=[edit.pk])
    page = office.get(answer.url).content.decode()
    assert reverse("members:bulk_cancellation", args=[edit.pk]) in page
    run_jobs()
    assert "3人を変更しました。" in office.get(answer.url).content.decode()


def test_a_waiting_change_is_cancelled(office, people, monkeypatch, run_jobs):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    edit = actions.set_on_many("source", "紹介", filters={}, by=None)
    office.post(reverse("members:bulk_cancellation", args=[edit.pk]))
    run_jobs()
    assert not Member.objects.filter(source="紹介").exists()
    assert "中止" in office.get(reverse("members:bulk", args=[edit.pk])).content.decode()
