"""The list: found by anything one remembers, quick however long, usable without JavaScript."""

from datetime import date

import pytest
from django.urls import reverse

from enishi.members import actions
from enishi.members.models import Member, StatusPeriod, Tag

from .conftest import signed_in

LIST = "/office/members/"


@pytest.fixture(scope="module")
def many(shared):
    names = ("佐々木", "高橋", "田中", "渡辺")

    def build():
        return [
            actions.add(
                {
                    "member_type": "正会員",
                    "family_name": names[n % 4],
                    "given_name": f"第{n}",
                    "family_name_kana": ("ササキ", "タカハシ", "タナカ", "ワタナベ")[n % 4],
                    "given_name_kana": "ダイ",
                    "city": "横浜市" if n % 2 else "川崎市",
                    "joined_on": date(2020, 1 + n % 12, 1),
                },
                by=None,
            )
            for n in range(60)
        ]

    with shared(build) as members:
        yield members


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def names(response):
    return [member.name for member in response.context["page"].items]


def test_the_first_page_and_the_next(office, many):
    first = office.get(LIST)
    assert len(names(first)) == 50
    assert "60人" in text(first)
    second = office.get(LIST, {"cursor": first.context["page"].next})
    assert len(names(second)) == 10
    assert office.get(LIST, {"cursor": "nonsense"}).status_code == 302


def test_fifty_rows_ask_the_database_few_times(office, many, django_assert_max_num_queries):
    tag = Tag.objects.create(name="役員")
    actions.put_tag_on(Member.objects.all(), tag, by=None)
    office.post(reverse("members:columns"), {"columns": ["name", "tags", "owner", "member_type"]})
    office.get(LIST)
    with django_assert_max_num_queries(15):
        office.get(LIST)
    with django_assert_max_num_queries(17):  # a search asks first how common the words are
        office.get(LIST, {"search": "タナカ", "city": "横浜"})


@pytest.mark.parametrize("words", ["田中", "たなか", "ﾀﾅｶ", "タナカ"])
def test_search_finds_any_writing(office, many, words):
    found = names(office.get(LIST, {"search": words}))
    assert len(found) == 15
    assert all("田中" in name for name in found)


def test_filters_read_as_sentences_and_come_off(office, many, regular):
    response = office.get(LIST, {"status": "active", "member_type": regular.pk, "city": "横浜"})
    chips = response.context["chips"]
    assert [str(chip["label"]) for chip in chips] == ["状態", "会員種別", "市区町村"]
    assert len(names(response)) == 30
    off = office.get(chips[2]["off_url"])
    assert len(names(off)) == 50


def test_a_text_filter_is_entered_in_words(office, many):
    editor = text(office.get(LIST, {"filter": "city"}))
    assert 'name="relation"' in editor
    sent = {"filter": "city", "relation": "_is", "value": "川崎市", "status": "active"}
    response = office.get(LIST, sent, follow=True)
    assert "city_is=" in response.redirect_chain[0][0]
    assert len(names(response)) == 30


def test_an_unclear_date_is_said_and_kept(office, many):
    page = text(office.get(LIST, {"joined_on_from": "去年の春"}))
    assert "去年の春" in page
    assert "form-error" in page


def test_the_roster_as_of_a_day(office, many):
    assert len(names(office.get(LIST, {"as_of": "2020/1/15"}))) == 5


def test_columns_are_remembered(office, many):
    sent = {"columns": ["name", "email"], "back": LIST + "?city=横浜"}
    back = office.post(reverse("members:columns"), sent)
    assert back.url == LIST + "?city=%E6%A8%AA%E6%B5%9C"
    assert [column.key for column in office.get(LIST).context["columns"]] == ["name", "email"]
    evil = office.post(reverse("members:columns"), sent | {"back": "https://evil.example/"})
    assert evil.url == LIST


def test_a_tag_goes_on_ticked_rows(office, many):
    sent = {"ids": [many[0].pk, many[1].pk], "tag_name": "役員", "do": "on", "city": "横浜"}
    response = office.post(reverse("members:bulk_tags"), sent)
    assert "city=" in response.url
    assert Tag.objects.get(name="役員").member_links.count() == 2


def test_a_tag_goes_on_everybody_who_fits(office, many):
    sent = {"all": "yes", "ids": [many[0].pk], "city": "横浜", "tag_name": "横浜支部", "do": "on"}
    page = text(office.post(reverse("members:bulk_tags"), sent, follow=True))
    assert Tag.objects.get().member_links.count() == 30
    assert "30人" in page


def test_an_owner_is_given(office, many, endo):
    sent = {"all": "yes", "owner_to": endo.pk}
    office.post(reverse("members:bulk_owner"), sent)
    assert Member.objects.filter(owner=endo).count() == 60


def test_the_empty_roll_says_what_to_do(office):
    StatusPeriod.objects.all().delete()
    Member.objects.all().delete()
    assert "会員はまだいません" in text(office.get(LIST))


def test_nothing_found_says_what_to_do(office, many):
    assert "該当する会員はいません" in text(office.get(LIST, {"search": "どこにもない"}))


def test_read_only_staff_see_the_list_and_change_nothing(kimura, many):
    client = signed_in(kimura)
    page = text(client.get(LIST))
    assert reverse("members:new") not in page
    assert client.post(reverse("members:bulk_tags"), {"all": "yes"}).status_code == 403
    assert client.get(reverse("members:bin")).status_code == 403
    assert client.get(reverse("members:types")).status_code == 403


def test_ctrl_k_offers_the_likeliest_first(office, sato):
    firm = {"kind": "organisation", "family_name": "小田切", "email": "oda@example.jp"}
    for number in range(12):  # firms to which one writes by this name
        actions.add({**firm, "organisation_name": f"印刷所{number}"}, by=sato)
    actions.leave(actions.add({"family_name": "小田切", "given_name": "去"}, by=sato), by=sato)
    there = {"family_name_kana": "オダギリ", "given_name_kana": "キョ"}
    actions.add({"family_name": "小田切", "given_name": "居", **there}, by=sato)
    found = text(office.get("/office/search/", {"q": "小田切"}))
    assert found.index("小田切 居") < found.index("小田切 去") < found.index("印刷所")
    assert "小田切 居" in text(office.get("/office/search/", {"q": "おだぎり きょ"}))
