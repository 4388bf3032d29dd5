"""The builder in a real browser: rules put together by somebody who has never seen it."""

import os
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.activity import actions as activity
from enishi.activity.kinds import put_registered
from enishi.activity.partitions import ahead
from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.actions import add_field
from enishi.members.models import Member, MemberType
from enishi.records import actions as records
from enishi.records.models import Database
from enishi.segments.conditions import members_of
from enishi.segments.models import Group, Score, Segment

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def endo(transactional_db):
    put_ready_roles()
    put_registered()
    ahead()
    MemberType.objects.get_or_create(name="正会員")
    user = User.objects.create_user("endo@example.jp", name="遠藤 実", is_staff=True)
    user.roles.add(Role.objects.get(key="office"))
    year = clock.today().year
    for n, (town, age) in enumerate(
        [("東京都", 35), ("神奈川県", 38), ("東京都", 50), ("大阪府", 33), ("東京都", 31)]
    ):
        member = roll.add(
            {
                "member_type": "正会員",
                "family_name": "会員",
                "given_name": f"{n}号",
                "prefecture": town,
                "birth_date": f"{year - age}-01-01",
            },
            by=None,
        )
        if n == 4:
            activity.record(member.pk, "mail.opened")
    return user


def add(page, name, group=None):
    """A condition about ``name``, found by the search of the list."""
    (group or page).get_by_role("button", name="条件を追加").last.click()
    page.get_by_role("combobox", name="項目・行動・セグメントを検索").fill(name)
    page.get_by_role("option", name=name, exact=True).first.click()


def test_a_nested_rule_is_built_counted_explained_and_saved(endo, desk_of):
    page = desk_of(endo)
    page.goto("/office/segments/")
    page.get_by_role("link", name="セグメントを作る").first.click()
    count = page.locator("#builder-count")
    expect(count).to_have_text("5人")

    # 東京か神奈川の30代で、この90日メールを一度も開いていない正会員
    page.get_by_label("名称").fill("首都圏30代・未開封")
    add(page, "都道府県")
    page.locator("summary.rule-chosen").click()
    page.get_by_role("searchbox", name="選択肢を検索").fill("東京")
    page.get_by_label("東京都").check()
    page.get_by_role("searchbox", name="選択肢を検索").fill("神奈川")
    page.get_by_label("神奈川県").check()
    expect(count).to_have_text("4人")
    add(page, "年齢")
    expect(page.get_by_text("入力の途中です").locator("visible=true")).to_have_count(1)
    page.get_by_label("から", exact=True).fill("３０")
    page.get_by_label("まで", exact=True).fill("39")
    expect(count).to_have_text("3人")
    add(page, "メール開封")
    page.get_by_label("数", exact=True).fill("90")
    page.get_by_label("回数").select_option("一度もない")
    expect(count).to_have_text("2人")
    add(page, "会員種別")
    page.get_by_label("正会員").check()
    expect(count).to_have_text("2人")
    expect(page.locator("#builder-sentence")).to_contain_text("東京都")
    expect(page.locator("#builder-sentence")).to_contain_text("正会員")

    # who, and why; who not, and why not
    sample = page.locator("#builder-sample")
    sample.locator("li", has_text="会員 1号").get_by_role("button", name="なぜ？").click()
    expect(sample.locator(".why-yes").first).to_be_visible()
    page.locator("summary", has_text="この人は入る？").click()
    page.get_by_label("氏名か会員番号").fill("会員 4号")
    page.get_by_label("氏名か会員番号").press("Enter")
    expect(page.locator("#builder-person-why")).to_contain_text("入りません")

    # a group within, moved by the keyboard
    page.get_by_role("button", name="グループを追加").last.click()
    inner = page.locator(".rule-group .rule-group")
    add(page, "名", inner)
    inner.get_by_label("値", exact=True).fill("1号")
    inner.get_by_label("比べ方").last.select_option("を含む")
    expect(count).to_have_text("1人")
    expect(sample.get_by_role("button", name="なぜ？")).to_have_count(1)
    expect(sample.locator(".why-yes").first).to_be_visible()  # told anew, by the rule as it is now
    grip = inner.locator(".rule-grip").last
    grip.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".rule-root > .rule-nodes > li")).to_have_count(6)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".rule-root > .rule-nodes > li")).to_have_count(5)
    page.keyboard.press("Delete")
    expect(count).to_have_text("2人")
    page.get_by_role("button", name="元に戻す").click()
    expect(count).to_have_text("1人")

    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("首都圏30代・未開封")
    saved = Segment.objects.get()
    assert {"prefecture", "birth_date", "member_type"} <= set(saved.fields)
    assert saved.kinds == ["mail.opened"]
    assert saved.rule["all"][2]["times"] == {"op": "eq", "value": 0}


@pytest.fixture
def office_life(endo):
    """Fees and events as databases of the office's own, and what five members did."""
    records.add_database(name="年会費", key="fees", by=None)
    add_field(
        table="fees",
        key="state",
        label_ja="納入状況",
        type="choice",
        choices=["未納", "納入済"],
        by=None,
    )
    records.add_database(name="イベント参加", key="visits", by=None)
    fees, visits = (Database.objects.get(key=key) for key in ("fees", "visits"))
    members = list(Member.objects.order_by("pk"))
    for n, member in enumerate(members):
        state = "未納" if n < 3 else "納入済"
        records.add_record(fees, {"state": state}, member=member, by=None)
        for _ in range(n):
            records.add_record(visits, {}, member=member, by=None)
    today = clock.today()
    last_month = today.replace(day=1) - timedelta(days=1)
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=10)
    Member.objects.update(joined_on=today, birth_date=today.replace(year=1980, day=1))
    Member.objects.filter(pk=members[1].pk).update(joined_on=last_month)
    Member.objects.filter(pk=members[2].pk).update(birth_date=next_month.replace(year=1980))
    activity.record(members[3].pk, "site.viewed")
    for n in (3, 4):
        score = {"activity": 90, "recency": 5, "frequency": 5, "monetary": 5}
        Score.objects.create(member=members[n], group=Group.CHAMPION, at=clock.now(), **score)
    return endo


def look(page, name):
    """A picture at each width in each language where ENISHI_PICTURES names a folder."""
    folder = os.environ.get("ENISHI_PICTURES")
    for width, height in (1440, 900), (390, 844):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})


def saved(page, name, people):
    """Give it a name, save it, and see that it holds whom it should."""
    expect(page.locator("#builder-count")).to_have_text(f"{len(people)}人")
    page.get_by_label("名称").fill(name)
    look(page, name)
    page.get_by_role("button", name="保存する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    found = members_of(Segment.objects.get(name=name)).values_list("given_name", flat=True)
    assert sorted(found) == people


def test_who_joined_last_month(office_life, desk_of):
    page = desk_of(office_life)
    page.goto("/office/segments/new/")
    search(page, "入会", "入会日")
    page.get_by_label("期間").select_option("前の期間（先月など）")
    page.get_by_label("単位").select_option("先月")
    expect(page.locator("#builder-sentence")).to_contain_text("先月")
    saved(page, "先月入会した人", ["1号"])


def test_who_owes_and_came_twice(office_life, desk_of):
    page = desk_of(office_life)
    page.goto("/office/segments/new/")
    search(page, "未納", "年会費")
    page.get_by_role("button", name="内容で絞り込む").click()
    page.get_by_label("未納").check()
    expect(page.locator("#builder-count")).to_have_text("3人")
    search(page, "イベント", "イベント参加")
    page.get_by_label("回数").last.select_option("回以上")
    saved(page, "年会費が未納で、イベントに2回以上参加した人", ["2号"])


def test_whose_birthday_is_next_month(office_life, desk_of):
    page = desk_of(office_life)
    page.goto("/office/segments/new/")
    search(page, "誕生日", "生年月日")
    page.get_by_label("期間").select_option("次の期間（来月など）")
    expect(page.locator("#builder-sentence")).to_contain_text("来月")
    saved(page, "来月誕生日の人", ["2号"])


def test_champions_who_stay_away(office_life, desk_of):
    page = desk_of(office_life)
    page.goto("/office/segments/new/")
    search(page, "優良会員", "スコア区分")
    page.get_by_label("優良").check()
    expect(page.locator("#builder-count")).to_have_text("2人")
    search(page, "サイトに来た", "ページ閲覧")
    page.get_by_label("回数").select_option("一度もない")
    saved(page, "優良会員だが30日サイトに来ていない人", ["4号"])


def search(page, words, name):
    """A condition found by the words that come to mind, with the keyboard alone."""
    page.get_by_role("button", name="条件を追加").last.click()
    page.get_by_role("combobox", name="項目・行動・セグメントを検索").fill(words)
    first = page.locator("#picker-list [role=option]").first
    expect(first).to_contain_text(name)
    page.keyboard.press("Enter")


def test_a_wrong_value_is_told_beside_it(endo, desk_of):
    page = desk_of(endo)
    page.goto("/office/segments/new/")
    add(page, "年齢")
    page.get_by_label("比べ方").last.select_option("以上")
    page.get_by_label("値", exact=True).fill("たくさん")
    expect(page.locator(".rule-leaf-box .form-error")).to_be_visible()
    page.get_by_label("値", exact=True).fill("34")
    expect(page.locator(".rule-leaf-box .form-error")).to_have_count(0)
    expect(page.locator("#builder-count")).to_have_text("3人")


def test_on_a_phone_and_as_json(endo, desk_of):
    page = desk_of(endo)
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/office/segments/new/?starter=unreachable")
    expect(page.locator("#builder-count")).to_have_text("5人")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    page.locator("summary", has_text="条件をJSONで書く").click()
    rule = page.get_by_label("JSON の条件")
    rule.fill('{"any": [{"field": "prefecture", "op": "eq", "value": "大阪府"}]}')
    rule.blur()
    expect(page.locator("#builder-count")).to_have_text("1人")
    expect(page.get_by_role("button", name=re.compile("都道府県"))).to_be_visible()
