"""Who the recipients are is for those who may see members: on pages, in files, for programs."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import ApiToken, Role, User
from enishi.campaigns.models import Campaign, Recipient
from enishi.members.models import Member

from .conftest import begin

pytestmark = pytest.mark.django_db
Make = Callable[..., list[Member]]
CAMPAIGNS = ["campaigns:read", "campaigns:write", "campaigns:send"]
READER = ["office.view", "campaigns.view", "campaigns.edit", "campaigns.export"]


def ask(scopes: list[str], method: str, path: str, body: Any = None) -> tuple[int, Any]:
    token, secret = ApiToken.mint(name="test", scopes=scopes)
    token.save()
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    sent = "" if body is None else json.dumps(body)
    answer = client.generic(method, f"/api/v1/{path}", sent, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_program_with_campaigns_alone_reads_no_addresses(
    members: Make, campaign: Campaign
) -> None:
    members(2)
    begin(campaign)
    path = f"campaigns/{campaign.pk}/recipients"
    for scopes, shown in ((CAMPAIGNS, False), ([*CAMPAIGNS, "members:read"], True), (["*"], True)):
        items = ask(scopes, "GET", path)[1]["items"]
        assert [one["member"] for one in items] == ["T000000", "T000001"]
        assert [bool(one["email"]) for one in items] == [shown] * 2


def test_what_servers_said_names_no_address_either(members: Make, campaign: Campaign) -> None:
    members(2)
    begin(campaign)
    said = "550 5.1.1 <m0@example0.jp>: unknown"
    Recipient.objects.filter(email="m0@example0.jp").update(state="failed", reason=said)
    path = f"campaigns/{campaign.pk}/recipients?did=bounced"
    assert ask(["*"], "GET", path)[1]["items"][0]["reason"] == said
    (one,) = ask(CAMPAIGNS, "GET", path)[1]["items"]
    assert one["reason"] == "550 5.1.1 …: unknown"
    assert ask(CAMPAIGNS, "GET", f"{path},clicked")[1]["items"] == []
    assert ask(CAMPAIGNS, "GET", f"campaigns/{campaign.pk}/recipients?did=slept")[0] == 422
    assert (
        "@"
        not in ask(CAMPAIGNS, "GET", f"campaigns/{campaign.pk}/results")[1]["failures"][0]["reason"]
    )


def test_a_program_with_campaigns_alone_sees_no_mail_as_a_member(
    members: Make, campaign: Campaign
) -> None:
    hanako = members(1)[0]
    path = f"campaigns/{campaign.pk}/preview"
    status, problem = ask(CAMPAIGNS, "POST", path, {"member": hanako.number})
    assert (status, "members:read" in problem["detail"]) == (403, True)
    assert ask(CAMPAIGNS, "POST", path, {})[0] == 200
    status, shown = ask([*CAMPAIGNS, "members:read"], "POST", path, {"member": hanako.number})
    assert (status, "花子0" in shown["html"]) == (200, True)


def texts(client: Client, campaign: Campaign) -> Iterator[str]:
    for name in ("recipients", "export", "shown", "campaign"):
        answer: Any = client.get(f"{reverse(f'campaigns:{name}', args=[campaign.pk])}")
        assert answer.status_code == 200
        yield (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_staff_without_members_see_neither_names_nor_addresses(
    members: Make, campaign: Campaign, sato: User
) -> None:
    members(2)
    client = Client()
    reader = User.objects.create_user("kobayashi@example.jp", name="小林", is_staff=True)
    reader.roles.add(Role.objects.create(key="figures", name="数字だけ", rights=READER))
    client.force_login(reader)
    draft = client.get(reverse("campaigns:campaign", args=[campaign.pk])).content.decode()
    assert "花子" not in draft
    assert client.get(reverse("campaigns:edit", args=[campaign.pk])).status_code == 200
    begin(campaign)
    Recipient.objects.update(state="failed", reason="550 <m0@example0.jp>: unknown")
    for text in texts(client, campaign):
        assert "花子" not in text
        assert "example0.jp" not in text
    client.force_login(sato)
    page, file, *_more = texts(client, campaign)
    for text in (page, file):
        assert "花子0" in text
        assert "m0@example0.jp" in text


@pytest.mark.parametrize(
    "path",
    [
        "/mail/unsubscribe/e.a.1.-forged/",
        "/mail/preferences/e.a.1.-forged/",
        "/mail/confirm/e.a.1.-forged/",
        "/notices/a-forged/",
        "/m/forged",
    ],
)
def test_a_link_that_is_not_whole_says_what_to_do(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "このリンクは使えません" in page
    assert "返信してお知らせください" in page
