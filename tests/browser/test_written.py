"""A computer that several people share: what was not saved is nobody else's to read."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.campaigns.models import Campaign
from enishi.members.models import Topic

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KEYS = "Object.keys(localStorage).filter((key) => key.startsWith('enishi:written:'))"
KEPT = f"() => {KEYS}"


@pytest.fixture
def staff(transactional_db):
    put_ready_roles()
    Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報・お知らせ"})
    made = []
    for name in ("sato", "nakano"):
        one = User.objects.create_user(f"{name}@example.jp", name=name, is_staff=True)
        one.roles.add(Role.objects.get(key="administrator"))
        made.append(one)
    return made


def sign_in_as(page, user, live_server):
    """What the sign-in page does to a browser: another session."""
    client = Client()
    client.force_login(user)
    word = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": word, "url": live_server.url}])


def write(page, words):
    page.goto("/office/campaigns/new/")
    page.get_by_label("件名", exact=True).fill(words)
    page.wait_for_function(f"() => {KEYS}.length === 1")


def test_unsaved_words_go_with_a_sign_out_and_with_somebody_else(staff, desk_of, live_server):
    sato, nakano = staff
    page = desk_of(sato)
    page.on("dialog", lambda dialog: dialog.accept())
    write(page, "内緒の件名")
    other = page.context.new_page()
    other.goto("/office/campaigns/")
    other.locator(".top-button", has_text="sato").click()
    other.get_by_role("button", name="ログアウト").click()
    other.wait_for_url(lambda url: "/office/" not in url)
    assert page.evaluate(KEPT) == []
    page.get_by_label("件名", exact=True).fill("まだ開いているタブ")
    page.wait_for_timeout(1500)  # as long as it takes to be kept
    assert page.evaluate(KEPT) == []

    sign_in_as(page, sato, live_server)
    write(page, "また内緒の件名")
    page.context.clear_cookies(name="sessionid")  # the session has ended by itself
    other.goto("/accounts/login/")
    assert len(page.evaluate(KEPT)) == 1
    sign_in_as(page, nakano, live_server)
    other.goto("/office/")
    assert page.evaluate(KEPT) == []


def test_words_are_kept_until_they_have_arrived(staff, desk_of, live_server):
    sato, _nakano = staff
    page = desk_of(sato)
    page.on("dialog", lambda dialog: dialog.accept())
    write(page, "秋の催し")
    page.get_by_label("名称", exact=True).fill("秋の催し")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="保存する").click()
    page.wait_for_url("**/accounts/login/**")
    sign_in_as(page, sato, live_server)
    page.goto("/office/campaigns/?view=calendar")
    page.goto("/office/campaigns/new/")
    page.get_by_role("button", name="続きから書く").click()
    expect(page.get_by_label("件名", exact=True)).to_have_value("秋の催し")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("h1")).to_contain_text("秋の催し")
    page.wait_for_function(f"() => {KEYS}.length === 0")
    assert "#" not in page.url
    assert Campaign.objects.get().subject == "秋の催し"
