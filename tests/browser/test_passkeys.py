"""A passkey is added, signs in alone, stands beside the password, and goes again."""

import pytest
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.audit.models import HistoryEntry

from .conftest import PATIENCE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "ichigo-daifuku-88"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def sato(transactional_db):
    put_ready_roles()
    user = User.objects.create_user("sato@example.jp", PASSWORD, name="佐藤 由美子", is_staff=True)
    user.roles.add(Role.objects.get(key="office"))
    return user


def sign_out(page):
    page.context.clear_cookies()
    page.goto("/accounts/login/")


def with_password(page):
    page.get_by_label("メールアドレス").fill("sato@example.jp")
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()


def test_a_passkey_from_first_to_last(sato, new_context, live_server):
    context = new_context(base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto("/accounts/login/")
    with_password(page)
    page.wait_for_url("**/office/")
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="パスキーを追加").click()
    if "reauthenticate" in page.url:
        page.get_by_label("パスワード", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="確認する").click()
    page.get_by_label("パスキーの名前").fill("事務所のパソコン")
    page.get_by_role("button", name="追加", exact=True).click()
    expect(page.get_by_text("パスキーを追加しました。")).to_be_visible()
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("事務所のパソコン")).to_be_visible()

    sign_out(page)
    page.get_by_role("button", name="パスキーでログイン").click()
    page.wait_for_url("**/office/")

    sign_out(page)
    with_password(page)
    page.wait_for_url("**/2fa/authenticate/**")
    page.goto("/office/")
    page.wait_for_url("**/accounts/**")  # the password alone opens nothing
    sign_out(page)
    with_password(page)
    page.get_by_role("button", name="パスキーを使う").click()
    page.wait_for_url("**/office/")

    devtools.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": device["authenticatorId"], "isUserVerified": False},
    )
    sign_out(page)
    page.get_by_role("button", name="パスキーでログイン").click()
    expect(page.get_by_text("パスキーを使えませんでした。")).to_be_visible()
    told = set(HistoryEntry.objects.values_list("fact", flat=True))
    assert {"accounts.TwoFactorOn", "accounts.SignedIn"} <= told


def test_an_address_of_numbers_offers_none(sato, new_context, live_server):
    context = new_context(base_url=live_server.url.replace("localhost", "127.0.0.1"))
    page = context.new_page()
    page.goto("/accounts/login/")
    expect(page.get_by_role("button", name="ログイン", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="パスキーでログイン")).to_be_hidden()
