"""A campaign from the first word to the segment of those who clicked, by people new to it."""

import re
from datetime import timedelta
from email import message_from_bytes
from email.policy import default as modern
from urllib.parse import urlsplit

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.activity.kinds import put_registered
from enishi.activity.partitions import ahead
from enishi.campaigns import actions as campaigns
from enishi.campaigns.jobs import minute
from enishi.campaigns.models import Campaign, Hit, Recipient
from enishi.campaigns.sending import telling
from enishi.campaigns.tracking import receiving, storing
from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.models import Member, MemberType, Topic
from enishi.messaging.tests.sink import Sink
from enishi.project.tests.living import wait_until
from enishi.segments.models import Segment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sink(settings):
    with Sink() as sink:
        settings.MAIL_TRANSPORT = "smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.DEFAULT_FROM_ADDRESS = "info@example.jp"  # without one nothing may leave
        yield sink


@pytest.fixture
def office(transactional_db):
    """Sato may approve, Nakano writes and sends, and three of four members agreed to be told."""
    put_ready_roles()
    put_registered()
    ahead()
    sato = User.objects.create_user("sato@example.jp", name="佐藤 由美子", is_staff=True)
    sato.roles.add(Role.objects.get(key="administrator"))
    writers = Role.objects.create(
        key="writers",
        name="配信担当",
        rights=[
            *("office.view", "members.view", "segments.view", "segments.edit", "activity.view"),
            *("campaigns.view", "campaigns.edit", "campaigns.send"),
        ],
    )
    nakano = User.objects.create_user("nakano@example.jp", name="中野 はな", is_staff=True)
    nakano.roles.add(writers)
    MemberType.objects.get_or_create(name="正会員")
    topic = Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報・お知らせ"})[0]
    for number, given in enumerate(("花子", "太郎", "次郎", "葵")):
        values = {"member_type": "正会員", "family_name": "山田", "given_name": given}
        made = roll.add({**values, "email": f"m{number}@example.jp"}, by=None)
        if number < 3:
            roll.give_consent(made, topic, channel="email", source="office")
    return sato, nakano


@pytest.fixture
def spool(tmp_path, settings):
    """Clicks wait in a folder of this test's own."""
    settings.DATA_DIR = tmp_path
    receiving.spool.close()
    receiving.spool._process = 0
    yield
    receiving.spool.close()
    receiving.spool._process = 0


def block(page, name):
    """Add a block of this kind; returns it."""
    page.locator("#campaign-blocks .block-add").last.get_by_role(
        "button", name=name, exact=True
    ).click()
    return page.locator("#campaign-blocks .block-item").last


def letter(sink, address):
    """The newest mail to one address: subject, HTML."""
    mail = message_from_bytes(sink.to(address)[-1].content, policy=modern)
    return mail["Subject"], mail.get_body(("html",)).get_content()


def test_from_the_first_word_to_those_who_clicked(office, desk_of, sink, spool, run_jobs):
    sato, nakano = office
    page = desk_of(nakano)
    page.goto("/office/campaigns/")
    page.get_by_role("link", name="配信を作成").first.click()

    # Written with blocks; the mail beside it says what a member would read.
    page.get_by_label("名称", exact=True).fill("秋の催しのご案内")
    page.get_by_label("配信テーマ").select_option(label="会報・お知らせ")
    page.get_by_label("すべての会員").check()
    expect(page.locator("#campaign-reach")).to_contain_text("3人に届きます")
    expect(page.locator("#campaign-reach")).to_contain_text("広告への同意がない")
    page.get_by_label("件名", exact=True).fill("{{ member.name|honorific }} 秋の催し")
    body = page.locator(".block-item").first
    body.locator("textarea").fill("こんにちは、")
    body.get_by_role("combobox", name="差込項目を入れる").select_option(label="氏名")
    expect(body.locator("textarea")).to_have_value("こんにちは、{{ member.name }}")
    button = block(page, "ボタン")
    button.get_by_role("textbox", name="ボタン").fill("申し込む")
    button.get_by_role("textbox", name="リンク先").fill("https://www.example.jp/events/autumn")
    mail = page.frame_locator("#mail-preview")
    expect(mail.get_by_text("こんにちは、山田 花子")).to_be_visible()
    page.get_by_role("combobox", name="この会員として見る").fill("山田 次郎")
    page.get_by_role("option").filter(has_text="山田 次郎").first.click()
    expect(mail.get_by_text("こんにちは、山田 次郎")).to_be_visible()
    phone = page.get_by_role("button", name="スマートフォン")
    phone.click()
    expect(phone).to_have_attribute("aria-pressed", "true")
    assert page.locator("#mail-preview").bounding_box()["width"] <= 390

    # What cannot be filled in is told beside the text, and kept.
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("秋の催しのご案内")
    checks = page.locator(".campaign-checks")
    expect(checks).to_contain_text("3人に届きます")
    campaign = Campaign.objects.get()

    # A test to oneself, as one member.
    page.get_by_role("button", name="自分にテスト送信").click()
    run_jobs()
    subject, _html = letter(sink, "nakano@example.jp")
    assert subject == "【テスト】山田 花子 様 秋の催し"

    # Who may not approve asks; the other one sees it in the menu, and says yes.
    expect(page.get_by_role("button", name="配信する")).to_have_count(0)
    page.get_by_label("メモ").fill("今週中に送りたいです")
    page.get_by_role("button", name="承認を依頼").click()
    expect(page.get_by_text("承認を待っています：佐藤 由美子")).to_be_visible()
    other = desk_of(sato)
    other.goto("/office/campaigns/")
    expect(other.locator(".side-link", has_text="配信")).to_contain_text("1")
    expect(other.get_by_role("row").filter(has_text="秋の催しのご案内")).to_contain_text("承認待ち")
    other.get_by_role("link", name="秋の催しのご案内").click()
    expect(other.locator(".campaign-decision")).to_contain_text("今週中に送りたいです")
    other.get_by_role("button", name="承認する").click()
    page.reload()
    expect(page.get_by_text("佐藤 由美子さんが承認しました")).to_be_visible()

    # Sent now, and watched: the page asks again by itself.
    page.get_by_label("今すぐ").check()
    expect(page.get_by_label("日時", exact=True)).to_be_hidden()
    page.get_by_role("button", name="配信する").click()
    progress = page.locator("#campaign-progress")
    expect(progress).to_be_visible()
    run_jobs()
    minute.enqueue()
    run_jobs()
    expect(progress).to_contain_text("3 / 3")
    assert sorted(to for one in sink.mails for to in one.to if to.startswith("m")) == [
        f"m{number}@example.jp" for number in range(3)
    ]

    # Taro follows the button (not within two seconds: that would be a machine); figures, segment.
    taro = Member.objects.get(given_name="太郎")
    subject, html = letter(sink, "m1@example.jp")
    assert subject == "山田 太郎 様 秋の催し"
    link = urlsplit(re.findall(r'href="(http[^"]*/c/[^"]+\.1)"', html)[0]).path
    Recipient.objects.filter(campaign=campaign).update(sent_at=clock.now() - timedelta(minutes=5))
    followed = Client().get(
        link, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140"}
    )
    assert followed["Location"] == "https://www.example.jp/events/autumn"
    receiving.spool.close()
    receiving.spool.drain(storing.store_hits)
    storing.settle(after=timedelta(0))
    telling.tell()
    assert Hit.objects.filter(campaign_id=campaign.pk, kind="click").exists()
    page.reload()
    figures = page.locator(".campaign-figures")
    expect(figures.locator(".card", has_text="クリック")).to_contain_text("1")
    links = page.get_by_role("region", name="リンク")
    expect(links.get_by_role("row").filter(has_text="申し込む")).to_contain_text("1")
    page.get_by_role("button", name="クリックした人をセグメントにする").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("クリックした人")
    expect(page.get_by_role("link", name="山田 太郎")).to_be_visible()
    expect(page.get_by_role("link", name="山田 花子")).to_have_count(0)
    assert Segment.objects.get().rule["did"] == "mail.clicked"
    assert taro.pk in {one.member_id for one in Recipient.objects.exclude(clicked_at=None)}


def test_what_one_writes_is_never_lost(office, desk_of, tmp_path):
    """Moved, deleted, taken back; a picture from the desk; and the tab is closed without saving."""
    _sato, nakano = office
    page = desk_of(nakano)
    page.goto("/office/campaigns/new/?like=newsletter")
    heads = page.locator("#campaign-blocks .block-item > .block-head strong")
    begun = ["見出し", "本文", "ボタン", "区切り線", "本文"]
    expect(heads).to_have_text(begun)
    up = page.locator("#campaign-blocks [data-item='2']").get_by_role("button", name="上へ移動")
    up.press("Enter")
    expect(heads).to_have_text(["見出し", "ボタン", "本文", "区切り線", "本文"])
    expect(page.locator(":focus")).to_have_accessible_name("ボタン: 上へ移動")
    page.keyboard.press("Control+z")
    expect(heads).to_have_text(begun)
    words = page.locator("#campaign-blocks [data-item='1'] textarea")
    words.fill("長い挨拶文")
    page.locator("#campaign-blocks [data-item='1'] [data-tool=delete]").click()
    expect(heads).to_have_count(4)
    page.locator(".block-gone").get_by_role("button", name="元に戻す").click()
    expect(words).to_have_value("長い挨拶文")

    page.locator("#campaign-blocks [data-item='0'] [data-tool=below]").click()
    page.locator(".block-add").first.get_by_role("button", name="画像").click()
    picture = page.locator("#campaign-blocks [data-item='1']")
    no_picture = tmp_path / "図面.svg"
    no_picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    picture.locator("input[type=file]").set_input_files(no_picture)
    expect(picture.get_by_role("alert")).to_contain_text("JPEGかPNGで保存")
    logo = tmp_path / "ロゴ.png"
    Image.new("RGB", (120, 40), "navy").save(logo)
    picture.locator("input[type=file]").set_input_files(logo)
    expect(picture.locator("img")).to_be_visible()
    expect(picture.get_by_role("textbox", name="画像の説明")).to_be_focused()
    page.keyboard.type("縁の会")
    mail = page.frame_locator("#mail-preview")
    expect(mail.get_by_alt_text("縁の会")).to_have_attribute("width", "120")

    block(page, "本文")
    expect(page.locator(":focus")).to_have_js_property("tagName", "TEXTAREA")
    page.keyboard.type("追記")
    wait_until(lambda: "追記" in page.evaluate("JSON.stringify(localStorage)"), 30, "it is kept")
    again = page.context.new_page()
    page.close()
    again.goto("/office/campaigns/new/")
    expect(again.locator("#campaign-kept")).to_contain_text("保存されていない")
    again.get_by_role("button", name="続きから書く").click()
    expect(again.get_by_role("textbox", name="画像の説明")).to_have_value("縁の会")
    again.get_by_role("button", name="保存する").click()
    expect(again.locator("h1")).to_contain_text("会報ができました")
    again.goto("/office/campaigns/new/")
    expect(again.locator("#campaign-kept")).to_be_hidden()


def test_a_member_confirms_and_chooses_by_the_links_of_a_mail(office, live_server, new_context):
    """In a real browser: forms on pages that nobody signs in for must not be refused."""
    del office
    member = Member.objects.order_by("pk").first()
    notice = campaigns.publish_notice(
        {"title": "会則の改定", "body": "4月1日から変わります。", "must_read": True}, by=None
    )
    page = new_context(base_url=live_server.url).new_page()
    page.goto(urlsplit(campaigns.notices_link(member.pk)).path)
    page.get_by_role("button", name="確認しました").click()
    expect(page.locator("main")).to_contain_text("確認済み")
    assert notice.readings.count() == 1
    word = roll.consent_word(member.pk, Topic.objects.get(key="newsletter").pk)
    page.goto(urlsplit(roll.unsubscribe_link(word)).path)
    page.get_by_role("button", name="配信を停止する").click()
    expect(page.locator("main")).to_contain_text("配信を停止しました")
    page.goto(urlsplit(roll.preferences_link(word)).path)
    box = page.get_by_role("checkbox", name="会報・お知らせ")
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_text("配信設定を保存しました")).to_be_visible()
    expect(page.get_by_role("checkbox", name="会報・お知らせ")).to_be_checked()
    states = member.consent_states.values_list("state", flat=True)
    assert list(states.filter(topic__key="newsletter")) == ["given"]
