"""Pages of settings and of one's own account."""

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from enishi.accounts.jobs import password_link
from enishi.accounts.models import ApiToken, Role, User
from enishi.audit.models import HistoryEntry
from enishi.core.models import Organisation
from enishi.messaging.models import KeptMail
from enishi.messaging.providers.mailbox.keeping import reading

from .conftest import PASSWORD, made

pytestmark = pytest.mark.django_db
PAGES = (
    "settings",
    "organisation",
    "staff",
    "new_staff",
    "roles",
    "new_role",
    "tokens",
    "new_token",
    "own",
)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_in_both_languages(office, sato, page, language):
    sato.language = language
    sato.save()
    response = office.get(reverse(f"accounts:{page}"))
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()


def test_a_person_is_invited_and_chooses_a_password(office, client, run_jobs):
    response = office.post(
        reverse("accounts:new_staff"),
        {
            "name": "高橋 花",
            "email": "Takahashi@Example.jp",
            "roles": [Role.objects.get(key="office").pk],
            "language": "ja",
        },
    )
    assert response.status_code == 302
    user = User.objects.get(email="takahashi@example.jp")
    assert not user.has_usable_password()
    run_jobs()
    letter = KeptMail.objects.get()
    assert letter.to == "takahashi@example.jp"
    text = reading(bytes(letter.source)).text
    assert "パスワードを設定" in text
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", text)[1]
    client.logout()
    page = client.get(link, follow=True)
    secret = "asagao-no-hana-77"
    page = client.post(
        page.redirect_chain[-1][0], {"password1": secret, "password2": secret}, follow=True
    )
    assert User.objects.get(pk=user.pk).check_password(secret)
    assert client.get(link, follow=True).context["token_fail"], "the link works once"


def test_a_refusal_is_a_sentence_and_nothing_is_lost(office, sato):
    response = office.post(
        reverse("accounts:person", args=[sato.pk]),
        {"name": "佐藤 新", "email": sato.email, "roles": [Role.objects.get(key="office").pk]},
    )
    text = response.content.decode()
    assert response.status_code == 200
    assert "最後の管理者" in text
    assert "佐藤 新" in text
    assert User.objects.get(pk=sato.pk).name == "佐藤"


def test_the_matrix_makes_a_role(office):
    office.post(reverse("accounts:new_role"), {"name": "会計", "rights": ["members.view"]})
    role = Role.objects.get(name="会計")
    assert set(role.rights) == {"members.view", "office.view"}
    office.post(
        reverse("accounts:role", args=[role.pk]), {"name": "経理", "rights": ["members.edit"]}
    )
    role.refresh_from_db()
    assert (str(role), set(role.rights)) == ("経理", {"members.edit", "office.view"})
    office.post(reverse("accounts:role_deletion", args=[role.pk]))
    assert not Role.objects.filter(pk=role.pk).exists()


def test_a_role_without_a_right_is_a_sentence(office):
    response = office.post(reverse("accounts:new_role"), {"name": "会計"})
    assert "権限を1つ以上選んでください。" in response.content.decode()


def test_a_token_is_shown_once(office):
    response = office.post(
        reverse("accounts:new_token"),
        {"name": "店", "days": "365", "scopes": ["members:read"]},
    )
    secret = re.search(r'value="(eni_[^"]+)"', response.content.decode())[1]
    token = ApiToken.objects.get(hash=ApiToken.hash_of(secret))
    assert token.scopes == ["members:read"]
    assert token.expires_at is not None
    assert secret not in office.get(reverse("accounts:tokens")).content.decode()
    assert secret not in str(list(HistoryEntry.objects.values_list("values", "about_label")))
    office.post(reverse("accounts:revocation", args=[token.pk]))
    token.refresh_from_db()
    assert not token.is_live


def test_a_reader_sees_staff_but_cannot_change(client, sato):
    role = Role.objects.create(key="x", name="x", rights=["accounts.view", "office.view"])
    reader = made("reader@example.jp", "読む人")
    reader.roles.add(role)
    client.force_login(reader)
    page = reverse("accounts:person", args=[sato.pk])
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": "x"}).status_code == 403


def test_the_organisation_is_saved(office):
    response = office.post(
        reverse("accounts:organisation"),
        {
            "name": "縁の会",
            "name_en": "",
            "email": "jimu@example.jp",
            "phone": "",
            "postal_code": "〒231-0005",
            "address": "",
            "zone": "Asia/Tokyo",
            "fiscal_year_start": "4",
        },
    )
    assert response.status_code == 302, response.context["form"].errors
    assert Organisation.current().postal_code == "2310005"


def test_signing_out_everywhere_ends_other_sessions(office, client_of, sato):
    elsewhere = client_of(sato)
    assert elsewhere.get("/office/").status_code == 200
    office.post(reverse("accounts:own_sessions"))
    assert elsewhere.get("/office/").status_code == 302
    assert office.get("/office/").status_code == 200


def test_an_administrator_ends_the_sessions_of_another(office, client_of, suzuki):
    elsewhere = client_of(suzuki)
    response = office.post(reverse("accounts:sessions", args=[suzuki.pk]))
    assert "ログアウト" in str(next(iter(get_messages(response.wsgi_request))))
    assert elsewhere.get("/office/").status_code == 302


def test_who_may_not_sign_in_any_more_is_out_at_once(client_of, suzuki):
    browser = client_of(suzuki)
    User.objects.filter(pk=suzuki.pk).update(is_active=False)
    assert browser.get("/office/").status_code == 302


def test_the_language_is_kept_for_the_user(office, sato):
    response = office.post(reverse("set_language"), {"language": "en", "next": "/office/"})
    assert response.url == "/office/"
    assert User.objects.get(pk=sato.pk).language == "en"
    assert 'lang="en"' in office.get("/office/").content.decode()
    away = office.post(reverse("set_language"), {"language": "ja", "next": "https://evil.example/"})
    assert away.url == "/"


def test_the_language_of_somebody_who_is_not_signed_in(client, db):
    client.post(reverse("set_language"), {"language": "en", "next": "/accounts/login/"})
    assert 'lang="en"' in client.get("/accounts/login/").content.decode()


def test_nobody_signs_up_by_themselves(client, db):
    answer = client.post(
        "/accounts/signup/",
        {"email": "new@example.jp", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert not User.objects.filter(email="new@example.jp").exists()
    assert answer.status_code == 200
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(client, db):
    response = client.get(
        "/office/settings/staff/",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/office/members/?q=a",
        },
    )
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/accounts/login/?next=/office/members/%3Fq%3Da"


def test_who_pressed_a_button_signed_out_comes_back_to_the_page_it_was_on(client, db):
    press = "/office/settings/tokens/1/revocation/"
    page = "http://testserver/office/settings/tokens/?a=1"

    back = client.post(press, headers={"referer": page})
    strange = client.post(press, headers={"referer": "https://elsewhere.example/x"})

    assert back.url == "/accounts/login/?next=/office/settings/tokens/%3Fa%3D1"
    assert strange.url == "/accounts/login/?next=/office/"


def test_a_new_installation_says_how_to_make_the_first_administrator(client, db):
    assert "enishi staff add" in client.get("/accounts/login/").content.decode()


def test_an_office_with_staff_does_not(client, suzuki):
    assert "enishi staff add" not in client.get("/accounts/login/").content.decode()


def test_who_was_invited_chooses_a_password_and_finds_the_sign_in(client, suzuki):
    page = client.get(password_link(suzuki), follow=True)
    assert "パスワードを決める" in page.content.decode()

    new = {"password1": "haru-no-umi-2026", "password2": "haru-no-umi-2026"}
    done = client.post(page.request["PATH_INFO"], new, follow=True)

    assert 'href="/accounts/login/"' in done.content.decode()


def test_a_link_that_was_used_leads_to_a_new_one(client, suzuki):
    page = client.get("/accounts/password/reset/key/1-wrong/", follow=True).content.decode()
    assert "このリンクは使えません" in page
    assert 'href="/accounts/password/reset/"' in page
