"""A list asks the database as often for fifty rows as for five."""

from datetime import timedelta

from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enishi.accounts.models import ApiToken, Role
from enishi.activity import actions as activity
from enishi.core import clock
from enishi.members import actions
from enishi.members.models import Member

from .conftest import members, staff

MOST = 30  # queries of a page, sign-in, rights and menu included


def asked(client, address):
    caches["local"].clear()  # else what is remembered for seconds may end between the two
    client.get(address)  # what is remembered between requests is remembered now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200, address
    return len(queries)


def grows(client, addresses, grow):
    """Addresses whose pages ask more after ``grow``, or ask too much."""
    before = {address: asked(client, address) for address in addresses}
    grow()
    after = {address: asked(client, address) for address in addresses}
    return {
        address: (before[address], after[address])
        for address in addresses
        if after[address] > before[address] or after[address] > MOST
    }


def test_lists_of_members(office):
    def grow():
        for member in members(30, by=office.administrator):
            actions.add_note(member, text="続き", by=office.administrator)
        for member in Member.objects.order_by("-pk")[:10]:
            actions.delete(member, by=office.administrator)

    lists = [
        "/office/members/",
        "/office/members/?q=ヤマダ",
        "/office/members/bin/",
        "/office/",
        "/office/history/",
        "/office/search/?q=花",
        "/office/imports/",
        "/office/exports/",
        "/office/jobs/",
    ]
    assert grows(office.client(), lists, grow) == {}


def test_a_karte(office):
    hanako = office.members[0]
    by = office.administrator

    def grow():
        for number in range(20):
            actions.add_note(hanako, text=f"メモ {number}", by=by)
            actions.add_contact(
                hanako, channel="phone", direction="in", subject=f"電話 {number}", by=by
            )

        now = clock.now()
        activity.record_many(
            activity.Happened(hanako.pk, kind, at=now - timedelta(days=3 * n), object="/news")
            for n in range(200)
            for kind in ("mail.opened", "site.viewed")
        )

    # A karte draws many panels; each may ask, none may ask once a row.
    grow()  # a timeline that fills its page asks for the rest of the last instant as well
    before = asked(office.client(), f"/office/members/{hanako.pk}/")
    grow()
    after = asked(office.client(), f"/office/members/{hanako.pk}/")
    assert after <= before
    assert after < 56


def test_lists_of_settings(office):
    def grow():
        for number in range(15):
            staff(f"staff{number}@example.jp", f"職員 {number}", "office")
            Role.objects.create(key=f"role-{number}", name=f"役割 {number}", rights=[])
            ApiToken.mint(name=f"連携 {number}", scopes=["*"], by=office.administrator)[0].save()
            actions.add_tag(name=f"タグ {number}", by=office.administrator)
            actions.add_leave_reason(name=f"理由 {number}", by=office.administrator)

    lists = [
        "/office/settings/staff/",
        "/office/settings/roles/",
        "/office/settings/tokens/",
        "/office/settings/tags/",
        "/office/settings/leave-reasons/",
    ]
    assert grows(office.client(), lists, grow) == {}


def test_lists_of_the_api(office):
    lists = ["/api/v1/members?limit=100", "/api/v1/members?search=ヤマダ"]
    assert grows(office.program(), lists, lambda: members(30)) == {}
