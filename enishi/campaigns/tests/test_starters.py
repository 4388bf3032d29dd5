"""Beginning with a ready-made mail, or with the words of an earlier one."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from enishi.accounts.models import User
from enishi.campaigns import actions
from enishi.campaigns.checklist import checklist
from enishi.campaigns.models import Campaign
from enishi.campaigns.starters import STARTERS, begun_with
from enishi.members.models import Topic

from .conftest import write

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", STARTERS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_can_be_seen_and_asks_for_its_address(key: str, language: str, topic: Topic) -> None:
    with translation.override(language):
        starter = begun_with(Campaign(), key)
    values = {name: getattr(starter, name) for name in ("subject", "body", "message_class")}
    campaign = actions.create({**values, "topic": topic}, by=None)
    shown = actions.preview(campaign, None, by=None)
    assert starter.subject in shown.html
    missing = {one.key for one in checklist(campaign, by=None) if one.level == "error"}
    assert ("links" in missing) is bool(STARTERS[key].button), "nobody sends it as it is"


def test_the_page_offers_them_and_earlier_campaigns(topic: Topic, sato: User) -> None:
    earlier = write(topic=topic, name="夏の便り", audience={"include": [], "exclude": []})
    client = Client()
    client.force_login(sato)
    url = reverse("campaigns:new")
    page = client.get(url).content.decode()
    assert f"?like={earlier.pk}" in page
    assert "?like=meeting" in page
    begun = client.get(f"{url}?like=meeting")
    assert begun.context["form"]["message_class"].value() == "transactional"
    assert "mail" not in begun.context["form"]["subject"].value()
    again = client.get(f"{url}?like={earlier.pk}").context["form"]
    assert again["subject"].value() == earlier.subject
    assert again["name"].value() == ""
    assert client.get(f"{url}?like=nothing").status_code == 200
    assert client.get(f"{url}?like=999999").status_code == 200
