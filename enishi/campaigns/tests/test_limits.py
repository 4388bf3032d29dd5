"""The page and the API of sending limits, and campaigns that begin with them."""

import json
from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import ApiToken, User
from enishi.audit.models import HistoryEntry
from enishi.campaigns import actions
from enishi.campaigns.models import SendingLimits
from enishi.members.models import Topic

from .conftest import write

pytestmark = pytest.mark.django_db
PAGE = "/office/settings/sending/"
GIVEN = {
    "per_second": "20",
    "per_sender": "5",
    "connections": "2",
    "domains": "",
    "quiet_from": "21:00",
    "quiet_to": "08:00",
    "late_hours": "3",
}


def test_the_office_sets_them_and_new_campaigns_begin_with_them(sato: User, topic: Topic) -> None:
    office = Client()
    office.force_login(sato)
    before = write(topic=topic)
    assert office.get(PAGE).status_code == 200
    given = {**GIVEN, "domains": "docomo.ne.jp 5\n\n ＡＵ．ｃｏｍ ２"}
    assert office.post(PAGE, given).status_code == 302
    row = SendingLimits.current()
    assert (row.per_second, row.per_sender, row.connections) == (20, 5, 2)
    assert row.domains == {"docomo.ne.jp": 5, "au.com": 2}
    assert "docomo.ne.jp 5" in office.get(PAGE).content.decode()
    assert HistoryEntry.objects.filter(fact__endswith="SendingLimitsChanged").count() == 1
    made = write(topic=topic)
    assert (made.quiet_from, made.quiet_to, made.late_hours) == (time(21), time(8), 3)
    own = write(topic=topic, late_hours=24, quiet_from=None, quiet_to=None)
    assert (own.quiet_from, own.late_hours) == (None, 24)
    before.refresh_from_db()
    assert (before.quiet_from, before.late_hours) == (None, 6)
    assert 'value="21:00' in office.get(reverse("campaigns:new")).content.decode()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("domains", "docomo.ne.jp", "docomo.ne.jp"),
        ("domains", "docomo 5", "docomo"),
        ("domains", "docomo.ne.jp fast", "docomo.ne.jp"),
        ("quiet_to", "", "両方"),
        ("connections", "0", "1"),
    ],
)
def test_what_cannot_be_is_told_beside_it(sato: User, name: str, value: str, said: str) -> None:
    office = Client()
    office.force_login(sato)
    given = {**GIVEN, name: value}
    answer = office.post(PAGE, given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SendingLimits.objects.filter(per_second=20).exists()


def test_by_api(db: None) -> None:
    token, secret = ApiToken.mint(name="t", scopes=["campaigns:read", "campaigns:configure"])
    token.save()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    path = "/api/v1/sending-limits"
    assert client.get(path).json()["per_second"] == 0

    def change(body: object) -> tuple[int, dict[str, object]]:
        answer = client.patch(path, json.dumps(body), content_type="application/json")
        return answer.status_code, answer.json()

    status, limits = change({"domains": {"softbank.ne.jp": 3}, "quiet_from": "22:00"})
    assert status == 422, limits  # one end only
    status, limits = change({"domains": {"softbank.ne.jp": 3}, "per_second": 50})
    assert (status, limits["domains"], limits["per_second"]) == (200, {"softbank.ne.jp": 3}, 50)
    assert change({"per_second": -1})[0] == 422
    assert change({"speed": 1})[0] == 422
    with pytest.raises(actions.Invalid):
        actions.change_limits({"domains": {"x": 1}}, by=None)
