"""The pages of messages: nothing in a mail can reach the office, and every list stays cheap."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import User
from enishi.core.mail import SYSTEM
from enishi.messaging import actions
from enishi.messaging.models import KeptMail, MailSettings, Message, OwnTemplate, Suppression

pytestmark = pytest.mark.django_db
Run = Callable[[], list[Any]]
EVIL = (
    "<html><head><title>x</title></head><body><script>parent.location='/'</script>"
    '<form action="/office/"><img src="https://track.example/p.gif"></form></body></html>'
)


@pytest.fixture
def office(sato: User) -> Client:
    client = Client()
    client.force_login(sato)
    return client


@pytest.fixture
def kept(run_jobs: Run) -> KeptMail:
    actions.send(
        to="hanako@example.jp",
        to_name="山田 花子",
        subject="会報のご案内",
        text="本文 https://example.jp/a",
        html=EVIL,
        files=[actions.File("請求書.html", b"<script>", "text/html")],
    )
    run_jobs()
    return KeptMail.objects.get()


def test_the_mailbox_finds_by_words(office: Client, kept: KeptMail) -> None:
    url = reverse("messaging:mailbox")
    for words, found in (("会報", True), ("花子 example", True), ("請求 なし", False)):
        page = office.get(url, {"search": words}).content.decode()
        assert ("会報のご案内" in page) == found


def test_a_mail_runs_nothing_and_calls_nobody(office: Client, kept: KeptMail) -> None:
    page = office.get(reverse("messaging:kept_mail", args=[kept.pk])).content.decode()
    assert 'sandbox="allow-popups' in page
    assert "<script>parent" not in page
    frame = office.get(reverse("messaging:kept_html", args=[kept.pk]))
    policy = frame["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "https:" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    seen = office.get(reverse("messaging:kept_html", args=[kept.pk]), {"images": "1"})
    assert "img-src data: https:" in seen["Content-Security-Policy"]
    source = office.get(reverse("messaging:kept_source", args=[kept.pk]))
    assert source["Content-Type"].startswith("text/plain")
    file = office.get(reverse("messaging:kept_attachment", args=[kept.pk, 0]))
    assert file["Content-Disposition"].startswith("attachment")
    assert file["Content-Type"] == "application/octet-stream"
    assert office.get(reverse("messaging:kept_attachment", args=[kept.pk, 9])).status_code == 404


def test_the_mailbox_is_not_for_every_role(kept: KeptMail, suzuki: User) -> None:
    client = Client()
    client.force_login(suzuki)
    assert client.get(reverse("messaging:kept_mail", args=[kept.pk])).status_code == 403


def test_what_opens_a_door_is_shown_to_nobody(office: Client) -> None:
    message = actions.send(to="a@example.jp", subject="x", text="https://e.jp/key", secret=True)
    page = office.get(reverse("messaging:message", args=[message.pk])).content.decode()
    assert "https://e.jp/key" not in page


def test_an_uncertain_message_is_sent_again_by_hand(office: Client, run_jobs: Run) -> None:
    message = actions.send(to="a@example.jp", subject="x", text="y")
    Message.objects.filter(pk=message.pk).update(state="uncertain")
    office.post(reverse("messaging:sending", args=[message.pk]))
    run_jobs()
    message.refresh_from_db()
    assert message.state == "sent"
    again = office.post(reverse("messaging:sending", args=[message.pk]), follow=True)  # other tab
    assert "このメッセージは再送できません" in again.content.decode()


def test_own_words_for_a_system_mail(office: Client, run_jobs: Run) -> None:
    url = reverse("messaging:template", args=["accounts.password_reset", "ja"])
    said = {"subject": "再設定", "text": "{{ user.name }} 様\n{{ lnk }}\n{% for x in y %}"}
    page = office.post(url, said)
    assert page.status_code == 422
    assert "2行目 1文字目" in page.content.decode()
    assert "link" in page.content.decode()
    assert not OwnTemplate.objects.exists()
    assert office.post(url, {"subject": "再設定", "text": "開く: {{ link }}"}).status_code == 302
    actions.send_system(
        "accounts.password_reset", to="a@example.jp", values={"link": "https://e.jp/k"}
    )
    assert Message.objects.get().text == "開く: https://e.jp/k"
    preview = office.post(
        reverse("messaging:preview", args=["accounts.password_reset", "ja"]),
        {"subject": "{{ organisation.name }}", "text": "<b>{{ link }}</b>"},
    ).content.decode()
    assert "&lt;b&gt;" in preview
    office.post(reverse("messaging:default", args=["accounts.password_reset", "ja"]))
    assert not OwnTemplate.objects.exists()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_default_text_is_whole(language: str) -> None:
    assert len(SYSTEM) > 10
    for mail in SYSTEM.values():
        subject, text = mail.default(language)
        fields = actions.system_fields(mail)
        used = actions.merge.parse(text, fields).used | actions.merge.parse(subject, fields).used
        assert used
        assert set(mail.examples) <= set(mail.fields)
        title, body = actions.rendered(mail, subject, text, mail.examples, language)
        assert title
        assert "{{" not in body
        japanese = any("ぁ" <= letter <= "ヿ" for letter in text)
        assert japanese == (language == "ja"), mail.key


def test_a_text_that_no_longer_fits_gives_way_to_the_default(run_jobs: Run) -> None:
    OwnTemplate.objects.create(
        key="accounts.invitation", language="ja", subject="x", text="{{ went.away }}"
    )
    actions.send_system("accounts.invitation", to="a@example.jp", values={"link": "https://e.jp"})
    assert "https://e.jp" in Message.objects.get().text


def test_suppressions_are_looked_up_by_the_whole_address(office: Client) -> None:
    url = reverse("messaging:suppressions")
    office.post(url, {"address": "Ｈａｎａｋｏ@example.jp", "detail": "本人の希望"})
    row = Suppression.objects.get()
    assert row.hash is not None
    assert "hanako" not in str(row.__dict__)
    page = office.get(url, {"address": "hanako@example.jp"}).content.decode()
    assert "本人の希望" in page
    assert "本人の希望" not in office.get(url, {"address": "jiro@example.jp"}).content.decode()
    lift = reverse("messaging:lifting", args=[row.pk])
    assert office.post(lift, {"reason": ""}).status_code == 422
    office.post(lift, {"reason": "再開の希望"})
    row.refresh_from_db()
    assert row.lifted_reason == "再開の希望"
    assert office.post(url, {"address": "no", "detail": "x"}).status_code == 422


def test_mail_settings(office: Client, run_jobs: Run) -> None:
    url = reverse("messaging:settings")
    said = {"sender": "bad@@", "soft_limit": "5", "soft_days": "30"}
    assert office.post(url, said).status_code == 422
    good = {**said, "sender": "info@example.jp", "sender_name": "縁の会"}
    assert office.post(url, good).status_code == 302
    assert MailSettings.current().sender == "info@example.jp"
    office.post(reverse("messaging:trial"))
    run_jobs()
    assert KeptMail.objects.get().sender == "縁の会 <info@example.jp>"


def test_lists_stay_cheap(
    office: Client, run_jobs: Run, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        actions.send(to=f"a{number}@example.jp", subject="x", text="y")
        actions.suppress(f"b{number}@example.jp", reason="manual")
    run_jobs()
    for name in ("mailbox", "sent", "suppressions", "returned", "templates"):
        with django_assert_max_num_queries(12):
            assert office.get(reverse(f"messaging:{name}")).status_code == 200
