"""What is printed holds what one reads, and nothing that one presses."""

import pytest

from enishi.accounts.models import Role, User
from enishi.accounts.roles import put_ready_roles
from enishi.members import actions

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(transactional_db, desk_of):
    put_ready_roles()
    user = User.objects.create_user("sato@example.jp", name="佐藤 由美子", is_staff=True)
    user.roles.add(Role.objects.get(key="office"))
    page = desk_of(user)
    page.set_viewport_size({"width": 720, "height": 1000})  # about a sheet of A4
    page.emulate_media(media="print")
    return page


def test_the_list_stays_a_table_on_paper(desk):
    actions.add({"family_name": "山田", "given_name": "花子", "city": "千代田区"}, by=None)
    desk.goto("/office/members/")

    assert desk.locator("thead th", has_text="会員番号").is_visible()
    assert desk.locator("tbody a", has_text="山田 花子").is_visible()
    for pressed in ("#roll-search", ".rows-tools .btn", "tbody .check", ".page-actions", ".side"):
        assert not desk.locator(pressed).first.is_visible(), pressed


def test_the_karte_prints_all_its_parts_and_no_forms(desk):
    hanako = actions.add({"family_name": "山田", "given_name": "花子"}, by=None)
    desk.goto(f"/office/members/{hanako.pk}/")

    assert desk.locator("#timeline").is_visible()
    for part in desk.locator(".karte-part").all():
        assert part.is_visible()
    for pressed in ("#note-text", ".karte-quick", ".karte-tabs", ".page-actions"):
        assert not desk.locator(pressed).first.is_visible(), pressed
