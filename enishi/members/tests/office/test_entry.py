"""Entering and editing: what staff type is read kindly and never lost."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from enishi.members import actions
from enishi.members.models import Member

from .conftest import signed_in


def form_of(client, url):
    """What a browser would send back unchanged."""
    form = client.get(url).context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, list):
            sent[bound.name] = value
        elif value not in (None, ""):
            prepared = bound.field.prepare_value(value)
            sent[bound.name] = getattr(prepared, "pk", prepared)
    return sent


@pytest.fixture
def entry(office, regular):
    return form_of(office, reverse("members:new")) | {"member_type": regular.pk}


def test_anything_an_office_types_is_read(office, entry):
    typed = entry | {
        "family_name": "鈴木",
        "given_name": "一郎",
        "family_name_kana": "すずき",
        "given_name_kana": "ｲﾁﾛｳ",
        "birth_date": "昭和60年4月1日",
        "email": "Ｉｃｈｉｒｏ＠Example.JP",
        "phone": "０３－１２３４－５６７８",
        "postal_code": "〒１００－０００１",
        "joined_on": "令和元年5月1日",
    }
    response = office.post(reverse("members:new"), typed)
    member = Member.objects.get()
    assert response.url == reverse("members:karte", args=[member.pk])
    assert (member.family_name_kana, member.given_name_kana) == ("スズキ", "イチロウ")
    assert member.birth_date == date(1985, 4, 1)
    assert member.email == "ichiro@example.jp"
    assert member.phone == "0312345678"
    assert member.postal_code == "1000001"
    assert member.joined_on == date(2019, 5, 1)


def test_what_was_typed_stays_beside_its_error(office, entry):
    typed = entry | {"family_name": "鈴木", "birth_date": "昭和66年2月30日", "email": "ichiro@@"}
    response = office.post(reverse("members:new"), typed)
    assert response.status_code == 422
    assert not Member.objects.exists()
    form = response.context["form"]
    assert form["birth_date"].value() == "昭和66年2月30日"
    assert form["email"].value() == "ichiro@@"
    assert set(form.errors) == {"birth_date", "email"}
    page = response.content.decode()
    assert "昭和66年2月30日" in page
    assert 'id="id_birth_date-error"' in page


def test_a_name_is_needed(office, entry):
    response = office.post(reverse("members:new"), entry)
    assert response.status_code == 422
    assert "family_name" in response.context["form"].errors


def test_ten_megabytes_in_a_field_get_a_sentence(office, entry):
    typed = urlencode(entry | {"family_name": "鈴木", "note": "あ" * 3_400_000})
    sent_as = "application/x-www-form-urlencoded"  # as a browser does: three times as long
    response = office.post(reverse("members:new"), typed, content_type=sent_as)
    assert response.status_code == 422
    assert response.context["form"].errors["note"]
    assert not Member.objects.exists()


def test_pressing_twice_makes_one_member(office, entry):
    typed = entry | {"family_name": "鈴木"}
    first = office.post(reverse("members:new"), typed)
    second = office.post(reverse("members:new"), typed)
    assert Member.objects.count() == 1
    assert first.url == second.url


def test_somebody_who_applies_has_not_joined(office, entry):
    office.post(reverse("members:new"), entry | {"family_name": "鈴木", "status": "applicant"})
    member = Member.objects.get()
    assert (member.status, member.joined_on) == ("applicant", None)


def test_a_likely_duplicate_is_hinted_at_and_not_forbidden(office, entry, hanako):
    url = reverse("members:duplicates")
    for said in (
        {"email": "ＨＡＮＡＫＯ@example.jp"},
        {"mobile": "03-1234-5678"},
        {"family_name_kana": "やまだ", "given_name_kana": "はなこ", "birth_date": "S60.4.3"},
    ):
        assert "山田 花子" in office.get(url, said).content.decode(), said
    assert "山田" not in office.get(url, {"email": "other@example.jp"}).content.decode()
    typed = entry | {"family_name": "別人", "email": "hanako@example.jp"}
    assert office.post(reverse("members:new"), typed).status_code == 302


def test_a_postal_code_gives_the_address(office):
    url = reverse("members:postal_code", args=["１００－０００１"])
    place = office.get(url).json()["places"][0]
    assert (place["prefecture"], place["city"], place["town"]) == ("東京都", "千代田区", "千代田")
    assert office.get(reverse("members:postal_codes"), {"code": "xyz"}).json() == {"places": []}


def test_only_what_was_changed_is_saved(office, endo, hanako):
    url = reverse("members:edit", args=[hanako.pk])
    typed = form_of(office, url)
    actions.change(hanako, {"mobile": "09011112222"}, by=endo)
    response = office.post(url, typed | {"city": "千代田区"})
    assert response.status_code == 302
    hanako.refresh_from_db()
    assert (hanako.city, hanako.mobile) == ("千代田区", "09011112222")


def test_a_clash_shows_both_values_and_saves_the_choice(office, endo, hanako):
    url = reverse("members:edit", args=[hanako.pk])
    mine = form_of(office, url) | {"city": "横浜市", "phone": "0451112222"}
    theirs = form_of(signed_in(endo), url) | {"city": "川崎市", "building": "縁ビル"}
    assert signed_in(endo).post(url, theirs).status_code == 302

    clash = office.post(url, mine)
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "横浜市" in page
    assert "川崎市" in page
    assert "遠藤 実" in page
    assert "相手だけが変更した項目" in page
    assert 'name="clashing" value="city building "' in page
    assert '<input type="hidden" name="keep_building" value="theirs">' in page
    hanako.refresh_from_db()
    assert hanako.city == "川崎市"

    clashing = clash.context["clashing"]
    assert [row.name for row in clashing.rows] == ["city"]
    assert [row.name for row in clashing.besides] == ["building"]
    assert page.count('type="radio" name="keep_') == 2, "only what both changed is asked"
    again = dict(clash.context["posted"]) | {
        "version": clash.context["member"].version,
        "read": clashing.read,
        "clashing": "city building",
        "keep_city": "mine",
        "keep_building": "theirs",
    }
    assert office.post(url, again).status_code == 302
    hanako.refresh_from_db()
    assert (hanako.city, hanako.phone, hanako.building) == ("横浜市", "0451112222", "縁ビル")


def test_a_clash_writes_numbers_and_days_as_people_do(office, endo, hanako):
    url = reverse("members:edit", args=[hanako.pk])
    mine = form_of(office, url) | {"mobile": "09011112222", "birth_date": "S60.4.3"}
    actions.change(hanako, {"mobile": "09033334444", "birth_date": "1985-04-02"}, by=endo)
    rows = office.post(url, mine).context["clashing"].rows
    said = {row.name: (row.mine, row.theirs) for row in rows}
    assert said == {
        "mobile": ("090-1111-2222", "090-3333-4444"),
        "birth_date": ("1985年4月3日(水)", "1985年4月2日(火)"),
    }


def test_a_clash_without_a_choice_asks_again(office, endo, hanako):
    url = reverse("members:edit", args=[hanako.pk])
    mine = form_of(office, url) | {"city": "横浜市"}
    actions.change(hanako, {"city": "川崎市"}, by=endo)
    clash = office.post(url, mine)
    again = dict(clash.context["posted"]) | {
        "version": clash.context["member"].version,
        "read": clash.context["clashing"].read,
        "clashing": "city",
    }
    asked = office.post(url, again)
    assert asked.status_code == 409
    assert asked.context["unchosen"]
    hanako.refresh_from_db()
    assert hanako.city == "川崎市"


def test_a_taken_number_is_said_beside_the_field(office, entry, hanako):
    typed = entry | {"family_name": "鈴木", "number": hanako.number}
    response = office.post(reverse("members:new"), typed)
    assert "山田 花子" in response.context["form"].errors["number"][0]


def test_a_town_with_a_wide_name_is_not_changed_by_looking(office, hanako):
    Member.objects.filter(pk=hanako.pk).update(address_line="西６条北1-2-7")
    url = reverse("members:edit", args=[hanako.pk])
    assert office.post(url, form_of(office, url) | {"city": "横浜市"}).status_code == 302
    hanako.refresh_from_db()
    assert (hanako.city, hanako.address_line) == ("横浜市", "西６条北1-2-7")


def test_the_country_is_chosen_by_its_name(office, entry, hanako):
    url = reverse("members:edit", args=[hanako.pk])
    page = office.get(url).content.decode()
    assert '<option value="JP" selected>日本</option>' in page
    assert '<option value="US">アメリカ合衆国</option>' in page

    office.post(url, form_of(office, url) | {"country": "US"})

    hanako.refresh_from_db()
    assert hanako.country == "US"


def test_a_country_that_nobody_knows_stays(office, hanako):
    Member.objects.filter(pk=hanako.pk).update(country="YU")
    url = reverse("members:edit", args=[hanako.pk])
    assert office.post(url, form_of(office, url) | {"city": "横浜市"}).status_code == 302
    hanako.refresh_from_db()
    assert (hanako.city, hanako.country) == ("横浜市", "YU")
