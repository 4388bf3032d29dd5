"""A mail to one member, from the karte and back to it, by somebody who has never done it."""

import pytest
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.activity.kinds import put_registered
from enishi.activity.partitions import ahead
from enishi.members import actions as roll
from enishi.members.models import Member, MemberType
from enishi.messaging.models import KeptMail, Message

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sato(transactional_db: None) -> User:
    put_ready_roles()
    put_registered()
    ahead()
    user = User.objects.create_user("sato@example.jp", name="佐藤 由美子", is_staff=True)
    user.roles.add(Role.objects.get(key="administrator"))
    return user


@pytest.fixture
def hanako(transactional_db: None) -> Member:
    MemberType.objects.get_or_create(name="正会員")
    values = {"member_type": "正会員", "family_name": "山田", "given_name": "花子"}
    more = {"email": "hanako@example.jp", "mobile": "09000010001"}
    return roll.add({**values, **more}, by=None)


def test_a_mail_from_the_karte(sato, hanako, desk_of, run_jobs):
    page = desk_of(sato)
    page.goto(f"/office/members/{hanako.pk}/")
    page.locator(".karte-quick").get_by_role("link", name="メール", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("山田 花子 宛に送る")
    expect(page.locator(".letter-to")).to_contain_text("hanako@example.jp")
    send = page.get_by_role("button", name="メールを送信する")
    expect(send).to_be_disabled()

    # What one writes is seen at once as the member will read it, mistakes at their place.
    text = page.get_by_role("textbox", name="本文")
    expect(text).to_have_value("山田 花子 様\n\n")
    text.fill("山田 花子 様\n\n会員番号 {{ member.numbr }} の書類が届きました。")
    preview = page.locator(".letter .card").nth(1)
    expect(preview).to_contain_text("3行目")
    page.get_by_role("textbox", name="件名").fill("書類の件")
    send.click()
    expect(page.locator(".errors-summary")).to_be_visible()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_value("山田 花子 様\n\n会員番号 {{ member.numbr }} の書類が届きました。")
    text.fill("山田 花子 様\n\n会員番号 {{ member.number }} の書類が届きました。")
    expect(preview).to_contain_text(f"会員番号 {hanako.number} の書類が届きました。")
    expect(preview).to_contain_text("書類の件")

    # A double click sends once; the timeline tells what became of it.
    send.dblclick()
    expect(page).to_have_url(f"{page.url.split('/office')[0]}/office/members/{hanako.pk}/#timeline")
    expect(page.get_by_text("メールの送信を受け付けました")).to_be_visible()
    line = page.locator(".timeline li", has_text="書類の件")
    expect(line).to_contain_text("送信待ち")
    assert Message.objects.count() == 1
    run_jobs()
    page.reload()
    expect(line).to_contain_text("送信済み")
    assert KeptMail.objects.get().to == "hanako@example.jp"

    # From the line to the message with its text, and from there back to whom it was sent.
    line.get_by_role("link", name="書類の件").click()
    expect(page.get_by_role("main")).to_contain_text(f"会員番号 {hanako.number} の書類")
    page.get_by_role("link", name="山田 花子").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("山田 花子")


def test_an_sms_counts_its_letters(sato, hanako, desk_of, settings):
    settings.SMS_PROVIDER = "twilio"
    page = desk_of(sato)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/office/members/{hanako.pk}/")
    page.locator(".karte-quick").get_by_role("link", name="SMS").click()
    text = page.get_by_role("textbox", name="本文")
    text.fill("あ" * 70)
    expect(page.locator(".letter-length")).to_have_text("70文字・SMS 1通分")
    text.fill("あ" * 71)
    expect(page.locator(".letter-length")).to_have_text("71文字・SMS 2通分")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="SMSを送信する").click()
    expect(page.locator(".timeline li", has_text="SMS")).to_contain_text("送信待ち")
    assert Message.objects.get().to == "09000010001"
