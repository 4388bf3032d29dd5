"""Two people in one office keep the roll: add, find, edit, clash, leave."""

import re

import pytest
from playwright.sync_api import expect

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.members import actions
from enishi.members.models import LeaveReason, Member, MemberType

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(transactional_db):
    """Sato and Endo, a member type and a reason to leave."""
    put_ready_roles()
    MemberType.objects.get_or_create(name="正会員")
    LeaveReason.objects.get_or_create(name="転居")
    staff = []
    for email, name in (("sato@example.jp", "佐藤 由美子"), ("endo@example.jp", "遠藤 実")):
        user = User.objects.create_user(email, name=name, is_staff=True)
        user.roles.add(Role.objects.get(key="office"))
        staff.append(user)
    return staff


def member(**values):
    start = {"member_type": MemberType.objects.get(name="正会員")}
    return actions.add(start | values, by=None)


def test_a_member_is_added_found_edited_and_leaves(office, desk_of):
    page = desk_of(office[0])
    page.goto("/office/members/")
    page.get_by_role("link", name="会員を登録").first.click()
    save = page.get_by_role("button", name="登録する")
    expect(save).to_be_disabled()  # nothing to save yet

    page.get_by_label("姓", exact=True).fill("髙橋")
    page.get_by_label("名", exact=True).fill("さくら")
    page.locator("#id_family_name_kana").fill("たかはし")
    page.locator("#id_given_name_kana").fill("ｻｸﾗ")
    page.get_by_label("生年月日", exact=True).fill("昭和66年2月30日")
    page.get_by_label("郵便番号").fill("１００－０００１")
    expect(page.get_by_label("市区町村")).to_have_value("千代田区")
    save.click()

    expect(page.locator("#id_birth_date-error")).to_be_visible()  # beside the field, and kept
    expect(page.get_by_label("生年月日", exact=True)).to_have_value("昭和66年2月30日")
    expect(page.get_by_label("姓", exact=True)).to_have_value("髙橋")
    page.get_by_label("生年月日", exact=True).fill("昭和60年4月1日")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("髙橋 さくら")
    made = Member.objects.get()
    assert (made.family_name_kana, made.given_name_kana) == ("タカハシ", "サクラ")
    assert made.prefecture == "東京都"

    page.goto("/office/members/")
    page.get_by_role("searchbox").first.fill("高橋")  # the usual writing finds the rare one
    expect(page).to_have_url(re.compile("search="))
    expect(page.get_by_role("row").filter(has_text="髙橋 さくら")).to_be_visible()
    page.get_by_role("link", name="髙橋 さくら").click()

    page.get_by_text("手続き").click()
    page.get_by_role("link", name="退会").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("理由").select_option("転居")
    dialog.get_by_role("button", name="退会を記録する").click()
    expect(page.locator(".karte-facts")).to_contain_text("退会")
    made.refresh_from_db()
    assert made.status == "left"


def test_two_people_edit_one_member(office, desk_of):
    hanako = member(family_name="山田", given_name="花子", city="千代田区")
    edit = f"/office/members/{hanako.pk}/edit/"
    sato, endo = (desk_of(user) for user in office)
    sato.goto(edit)
    endo.goto(edit)
    endo.get_by_label("市区町村").fill("川崎市")
    endo.get_by_role("button", name="保存する").click()
    expect(endo.get_by_role("heading", level=1)).to_have_text("山田 花子")

    sato.get_by_label("市区町村").fill("横浜市")
    sato.get_by_label("建物名").fill("縁ビル")
    sato.get_by_role("button", name="保存する").click()
    expect(sato.get_by_role("alert")).to_contain_text("遠藤 実")
    row = sato.get_by_role("row").filter(has_text="市区町村")
    expect(row).to_contain_text("横浜市")
    expect(row).to_contain_text("川崎市")
    row.get_by_label("横浜市").check()
    sato.get_by_role("button", name="選んだ値で保存する").click()
    expect(sato.get_by_role("heading", level=1)).to_have_text("山田 花子")
    hanako.refresh_from_db()
    assert (hanako.city, hanako.building) == ("横浜市", "縁ビル")


def test_the_list_works_by_filters_and_the_bulk_bar(office, desk_of):
    for number in range(3):
        member(family_name=f"会員{number}", city="横浜市" if number else "川崎市")
    page = desk_of(office[0])
    page.goto("/office/members/")
    page.get_by_text("絞り込む").click()
    page.get_by_placeholder("項目を探す").fill("市区")
    page.get_by_role("link", name="市区町村").click()
    page.get_by_role("textbox", name="市区町村").fill("横浜")
    page.get_by_role("button", name="適用").click()
    expect(page.locator("#roll-count")).to_have_text("2人")
    expect(page.locator(".chip")).to_contain_text("横浜")

    page.get_by_label("すべての行を選択").check()
    page.locator(".bulk-bar summary").filter(has_text="タグ").click()
    page.get_by_placeholder("選ぶか、新しく入力").fill("横浜支部")
    page.get_by_role("button", name="2人に付ける").click()
    expect(page.get_by_text(re.compile("横浜支部.*2人"))).to_be_visible()

    page.locator(".chip-off").click()
    expect(page.locator("#roll-count")).to_have_text("3人")


def test_the_bin_gives_back(office, desk_of):
    hanako = member(family_name="山田", given_name="花子")
    page = desk_of(office[0])
    page.goto(f"/office/members/{hanako.pk}/")
    page.locator(".page-actions").get_by_text("その他").click()
    page.get_by_role("button", name="ごみ箱に入れる").click()
    expect(page.get_by_text("「山田 花子」をごみ箱に入れました。")).to_be_visible()
    page.get_by_role("button", name="元に戻す").click()
    expect(page.get_by_text("「山田 花子」を名簿に戻しました。")).to_be_visible()


def test_a_double_click_on_a_slow_network_sends_once(office, desk_of):
    hanako = member(family_name="山田", given_name="花子")
    page = desk_of(office[0])
    page.goto(f"/office/members/{hanako.pk}/")
    sent = []

    def slowly(route):
        sent.append(route.request.url)
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/notes/", slowly)
    page.locator("#note-text").fill("折り返し電話")
    page.get_by_role("button", name="メモを追加").dblclick()
    expect(page.locator(".note-text")).to_have_text("折り返し電話")

    assert len(sent) == 1
    assert hanako.notes.count() == 1


def test_menus_stay_on_the_screen_of_a_phone(office, desk_of):
    member(family_name="山田", given_name="花子")
    page = desk_of(office[0])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/office/members/")
    menus = page.locator("main details.menu:visible")
    assert menus.count() >= 3
    for menu in menus.all():
        menu.locator("summary").click()
        menu.locator(".menu-list").wait_for()
        box = menu.locator(".menu-list").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        page.keyboard.press("Escape")
