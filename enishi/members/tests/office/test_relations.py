"""Relations in the office: dialogs of the karte, households, the search box that picks."""

from datetime import date

import pytest
from django.urls import reverse

from enishi.accounts.models import Presence
from enishi.members import actions
from enishi.members.models import Affiliation, Guardianship, Household, HouseholdMember

from .conftest import signed_in


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def text(response):
    return response.content.decode()


@pytest.fixture
def aoi(regular):
    return actions.add({"kind": "organisation", "organisation_name": "株式会社あおい"}, by=None)


@pytest.fixture
def taro(regular):
    values = {
        "family_name": "山田",
        "given_name": "太郎",
        "family_name_kana": "ヤマダ",
        "given_name_kana": "タロウ",
        "birth_date": date(2015, 4, 1),
    }
    return actions.add(values, by=None)


def test_the_search_box_finds_a_few_and_only_the_kind_asked_for(office, hanako, taro, aoi):
    asked = {"name": "person", "person-search": "やまだ", "kind": "person"}
    page = text(office.get(at("choices"), asked))
    assert f'value="{hanako.pk}"' in page
    assert f'value="{taro.pk}"' in page
    assert 'name="person"' in page
    asked = {"name": "person", "person-search": "あおい", "kind": "person"}
    assert "株式会社あおい" not in text(office.get(at("choices"), asked))


def test_a_household_is_made_and_filled(office, hanako, taro):
    response = office.post(at("new_household", hanako.pk), {"name": "", "from_on": ""})
    household = Household.objects.get()
    assert response.url == at("household", household.pk)
    said = {"member-search": "タロウ", "kinship": "child", "primary": "on"}
    assert office.post(at("household_members", household.pk), said).status_code == 302
    page = text(office.get(at("karte", taro.pk)))
    assert "山田家" in page
    assert "支払者" in page
    assert "山田 花子" in text(office.get(at("households"), {"search": "たろう"}))
    link = HouseholdMember.objects.get(member=taro)
    edit = {"kinship": "other", "primary": "on", "to_on": "2026/4/1", "from_on": "2027/4/1"}
    assert office.post(at("place", taro.pk, link.pk), edit).status_code == 422
    office.post(at("place_removal", taro.pk, link.pk))
    assert household.links.count() == 1
    assert office.post(at("household_deletion", household.pk)).status_code == 302
    assert not Household.objects.exists()


def test_several_that_fit_are_shown_to_choose_from(office, hanako, taro):
    household = actions.make_household(hanako, by=None)
    said = {"member-search": "山田", "kinship": "child", "primary": "on"}
    response = office.post(at("household_members", household.pk), said)
    assert response.status_code == 422
    assert f'value="{taro.pk}"' in text(response)


def test_people_of_an_organisation(office, hanako, aoi):
    assert office.post(at("seats", aoi.pk), {"seats": "1"}).status_code == 302
    said = {"person": hanako.pk, "posts": ["contact"], "title": "課長", "has_seat": "on"}
    assert office.post(at("affiliations", aoi.pk), said).status_code == 302
    for member in (aoi, hanako):
        page = text(office.get(at("karte", member.pk)))
        assert "課長" in page
        assert "担当" in page
    assert "1人" in text(office.get(at("people", aoi.pk)))
    other = actions.add({"family_name": "別"}, by=None)
    full = office.post(at("affiliations", aoi.pk), {"person": other.pk, "has_seat": "on"})
    assert full.status_code == 422
    assert "登録枠" in text(full)


def test_an_adult_needs_a_confirmation(office, hanako, taro):
    assert office.post(at("guardianships", taro.pk), {"other": hanako.pk, "tie": "mother"}).url
    response = office.post(
        at("guardianships", taro.pk) + "?of=ward", {"other": hanako.pk, "tie": "other"}
    )
    assert response.status_code == 422
    assert "even_if_adult" in text(response)
    said = {"other": hanako.pk, "tie": "other", "even_if_adult": "on"}
    assert office.post(at("guardianships", taro.pk) + "?of=ward", said).status_code == 302
    assert Guardianship.objects.count() == 2


def read_of(page):
    return page.split('name="read" value="')[1].split('"')[0]


def test_two_edit_one_place(office, endo, hanako, aoi):
    link = actions.affiliate(aoi, hanako, title="課長", by=None)
    url = at("affiliation", aoi.pk, link.pk)
    read = read_of(text(office.get(url)))
    mine = {"title": "部長", "has_seat": "on", "read": read}
    theirs = {"title": "係長", "posts": ["billing"], "has_seat": "on", "read": read}
    assert signed_in(endo).post(url, theirs).status_code == 302
    clash = office.post(url, mine)
    assert clash.status_code == 409
    page = text(clash)
    assert "部長" in page
    assert "係長" in page
    assert "遠藤" in page
    again = {**mine, "read": read_of(page), "keep:title": "mine"}
    assert office.post(url, again).status_code == 302
    link = Affiliation.objects.get()
    assert (link.title, link.posts) == ("部長", ["billing"])  # what only the other changed stays


@pytest.mark.parametrize("name", ["karte", "edit"])
def test_pages_tell_who_is_here(office, hanako, name):
    assert reverse("accounts:presence") in text(office.get(at(name, hanako.pk)))


def test_presence_is_told_and_ends(office, endo, hanako):
    from django.core import signing

    def thing(*, editing):
        return {
            "thing": signing.dumps(["members.member", str(hanako.pk), editing], salt="presence")
        }

    url = reverse("accounts:presence")
    other = signed_in(endo)
    assert "遠藤" not in text(office.post(url, thing(editing=False)))
    assert other.post(url, thing(editing=True)).status_code == 200
    assert "遠藤 実さんが編集中" in text(office.post(url, thing(editing=False)))
    assert "佐藤 花さんが閲覧中" in text(other.post(url, thing(editing=True)))
    Presence.objects.update(seen_at="2020-01-01T00:00Z")
    assert "遠藤" not in text(office.post(url, thing(editing=False)))
    assert office.post(url, {"thing": "forged"}).status_code == 400


@pytest.mark.parametrize("name", ["affiliations", "guardianships", "new_household", "places"])
def test_read_only_staff_look_but_do_not_touch(kimura, hanako, name):
    assert signed_in(kimura).get(at(name, hanako.pk)).status_code == 403
    assert signed_in(kimura).get(at("households")).status_code == 200


def test_two_edit_one_contact_and_one_note(office, endo, hanako, sato):
    contact = actions.add_contact(hanako, channel="phone", direction="in", subject="相談", by=sato)
    url = at("contact", hanako.pk, contact.pk)
    page = text(office.get(url))
    said = {"on": "2026/4/1", "channel": "phone", "direction": "in", "read": read_of(page)}
    said["on"] = f"{contact.at.astimezone():%Y/%m/%d}"
    said["time"] = page.split('name="time" value="')[1].split('"')[0]
    assert signed_in(endo).post(url, {**said, "subject": "問合せ"}).status_code == 302
    assert office.post(url, {**said, "subject": "相談", "outcome": "解決"}).status_code == 302
    contact.refresh_from_db()
    assert (contact.subject, contact.outcome) == ("問合せ", "解決")
    assert office.post(url, {**said, "subject": "苦情"}).status_code == 409
    note = actions.add_note(hanako, text="朝に", by=sato)
    url = at("note", hanako.pk, note.pk)
    read = read_of(text(office.get(url)))
    assert signed_in(endo).post(url, {"text": "昼に", "read": read}).status_code == 302
    assert office.post(url, {"text": "夜に", "read": read}).status_code == 409
    note.refresh_from_db()
    assert note.text == "昼に"
