"""A mail or an SMS to one member: what leaves, what does not, and what the office is told."""

import re
import threading
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enishi.accounts.models import Role, User
from enishi.campaigns import actions
from enishi.core import clock
from enishi.members import actions as roll
from enishi.members.models import Consent, LeaveReason, Member, Topic
from enishi.messaging import actions as messaging
from enishi.messaging.models import KeptMail, MailSettings, Message

pytestmark = pytest.mark.django_db
Letter = actions.Letter


def page_of(member: Member, channel: str = "email") -> str:
    return f"{reverse('campaigns:write_to', args=[member.pk])}?channel={channel}"


def form(**more: Any) -> dict[str, Any]:
    return {
        "channel": "email",
        "token": str(uuid4()),
        "to": "own",
        "subject": "書類の件",
        "text": "山田 花子 様\n\n会員番号 {{ member.number }} の書類が届きました。",
        "about": "",
        **more,
    }


def post(client: Client, member: Member, said: dict[str, Any]) -> Any:
    return client.post(reverse("campaigns:write_to", args=[member.pk]), said)


@pytest.fixture
def sms(settings: Any) -> None:
    settings.SMS_PROVIDER = "twilio"


def test_from_the_karte_to_the_mailbox_and_back(
    office: Client, hanako: Member, sato: User, run_jobs: Any
) -> None:
    karte = reverse("members:karte", args=[hanako.pk])
    assert reverse("campaigns:write_to", args=[hanako.pk]) in office.get(karte).content.decode()
    page = office.get(page_of(hanako)).content.decode()
    assert "hanako@example.jp" in page
    assert "山田 花子 様" in page
    preview = reverse("campaigns:letter_preview", args=[hanako.pk])
    assert "会員番号 M202100001 の書類" in office.post(preview, form()).content.decode()
    answer = post(office, hanako, form())
    assert answer["Location"] == f"{karte}#timeline"
    shown = office.get(karte).content.decode()
    assert "書類の件 (メール · 送信待ち)" in shown
    run_jobs()
    assert "書類の件 (メール · 送信済み)" in office.get(karte).content.decode()
    mail = KeptMail.objects.get()
    assert (mail.to, mail.subject) == ("hanako@example.jp", "書類の件")
    assert b"Auto-Submitted: no\r\n" in bytes(mail.source)
    sent = Message.objects.get()
    assert "会員番号 M202100001 の書類が届きました。" in sent.text
    assert (sent.by, sent.message_class, sent.state) == (sato, "transactional", "sent")
    assert "書類の件" in office.get(reverse("messaging:sent")).content.decode()
    shown = office.get(reverse("messaging:message", args=[sent.pk])).content.decode()
    assert f'href="{karte}"' in shown


def test_what_failed_is_told_as_it_is(office: Client, hanako: Member) -> None:
    post(office, hanako, form())
    Message.objects.update(state="bounced", reason="550 5.1.1 no such user")
    shown = office.get(reverse("members:karte", args=[hanako.pk])).content.decode()
    assert "書類の件 (メール · 不達)" in shown
    assert "550 5.1.1 no such user" in shown
    assert "宛先なし: 550" in shown, "and what that means"


def test_a_second_press_sends_nothing(office: Client, hanako: Member) -> None:
    said = form()
    first, second = post(office, hanako, said), post(office, hanako, said)
    assert first["Location"] == second["Location"]
    assert Message.objects.count() == 1
    # Whoever went back and wrote another one is asked; the new token sends it.
    other = post(office, hanako, said | {"text": "別の用件です。"})
    assert other.status_code == 422
    assert "すでに送信しています" in other.content.decode()
    assert "別の用件です。" in other.content.decode()
    token = re.search(r'name="token" value="([^"]+)"', other.content.decode())
    assert token is not None
    assert token[1] != said["token"]
    anew = said | {"text": "別の用件です。", "token": token[1]}
    assert post(office, hanako, anew).status_code == 302
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_send_one(hanako: Member, sato: User) -> None:
    said, codes = form(), []

    def press() -> None:
        client = Client()
        client.force_login(sato)
        codes.append(post(client, hanako, said).status_code)
        connection.close()

    threads = [threading.Thread(target=press) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [302] * 4
    assert Message.objects.count() == 1


def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(
    office: Client, hanako: Member
) -> None:
    wrong = {
        "subject": "",
        "text": "{{ member.nobody }} 残る文",
    }
    answer = post(office, hanako, form(**wrong))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "残る文" in shown
    assert "件名を入力してください。" in shown
    answer = post(office, hanako, form(text="{{ member.nobody }} 残る文"))
    assert "1行目" in answer.content.decode()
    for name in ("links.web", "links.notices", "campaign.name"):  # of campaigns alone
        assert post(office, hanako, form(text=f"{{{{ {name} }}}}")).status_code == 422
    empty = post(office, hanako, form(text="旧姓は {{ member.former_name }} ですか。"))
    assert "この会員には次の項目の登録がありません" in empty.content.decode()
    filled = '旧姓は {{ member.former_name|default:"なし" }}'
    assert post(office, hanako, form(text=filled)).status_code == 302
    assert Message.objects.count() == 1


def refused(office: Client, member: Member, words: str, channel: str = "email") -> None:
    shown = office.get(page_of(member, channel))
    assert words in shown.content.decode()
    assert 'id="letter"' not in shown.content.decode()
    assert post(office, member, form(channel=channel)).status_code == 422
    with pytest.raises(actions.CannotBeWrittenTo):
        actions.write_to(member, Letter(subject="x", text="x", channel=channel), by=None)
    assert not Message.objects.exists()


def test_who_cannot_be_written_to(
    office: Client, hanako: Member, taro: Member, jiro: Member, sato: User
) -> None:
    roll.change(taro, {"email": "taro@example.jp"}, by=None)
    refused(office, taro, "退会した会員のため、送れません。")
    roll.change(jiro, {"email": ""}, by=None)
    refused(office, jiro, "メールアドレスが登録されていません。")
    roll.mark_deceased(jiro, by=None)
    refused(office, jiro, "逝去された会員のため、送れません。")
    karte = office.get(reverse("members:karte", args=[jiro.pk])).content.decode()
    assert reverse("campaigns:write_to", args=[jiro.pk]) not in karte
    messaging.suppress("hanako@example.jp", reason="hard", by=None)
    refused(office, hanako, "この宛先は配信停止リストにあるため、送れません。")
    roll.delete(hanako, by=sato)
    assert office.get(page_of(hanako)).status_code == 404


def test_sms_only_where_it_is_set_up_and_a_number_is_known(
    office: Client, hanako: Member, jiro: Member, settings: Any
) -> None:
    karte = reverse("members:karte", args=[hanako.pk])
    assert "?channel=sms" not in office.get(karte).content.decode()
    refused(office, hanako, "SMSサービスが設定されていません", "sms")
    settings.SMS_PROVIDER = "twilio"
    assert "?channel=sms" in office.get(karte).content.decode()
    refused(office, jiro, "携帯電話番号が登録されていません。", "sms")


def test_an_sms_tells_how_long_it_is(office: Client, hanako: Member, sms: None) -> None:
    preview = reverse("campaigns:letter_preview", args=[hanako.pk])

    def told(text: str) -> str:
        said = form(channel="sms", text=text)
        return office.post(preview, said).content.decode()

    assert "5文字・SMS 1通分" in told("こんにちは")
    assert "71文字・SMS 2通分" in told("あ" * 71)
    assert "160文字・SMS 1通分" in told("a" * 160)
    assert "161文字・SMS 2通分" in told("a" * 161)
    assert "10文字・SMS 1通分" in told("{{ member.number }}"), "as it is sent"
    assert "長すぎます" in told("あ" * 661)
    assert post(office, hanako, form(channel="sms", text="あ" * 661)).status_code == 422
    assert post(office, hanako, form(channel="sms", text="届きました。")).status_code == 302
    sent = Message.objects.get()
    assert (sent.channel, sent.to, sent.subject) == ("sms", "09000010001", "")
    shown = office.get(reverse("members:karte", args=[hanako.pk])).content.decode()
    assert "SMS · 送信待ち" in shown


def test_which_of_several_addresses(office: Client, hanako: Member) -> None:
    further = roll.add_further_email(hanako, purpose="billing", email="keiri@example.jp", by=None)
    stopped = roll.add_further_email(hanako, purpose="work", email="work@example.jp", by=None)
    messaging.suppress("work@example.jp", reason="manual", by=None)
    page = office.get(page_of(hanako)).content.decode()
    assert "請求先: keiri@example.jp" in page
    assert f'value="{stopped.pk}"' not in page
    assert post(office, hanako, form(to=str(stopped.pk))).status_code == 422
    assert post(office, hanako, form(to="999999")).status_code == 422
    assert post(office, hanako, form(to=str(further.pk))).status_code == 302
    assert Message.objects.get().to == "keiri@example.jp"


def test_advertising_needs_the_consent_to_its_topic(
    office: Client, hanako: Member, topic: Topic
) -> None:
    assert "広告に同意していません" in office.get(page_of(hanako)).content.decode()
    wanted = form(about=str(topic.pk))
    assert "このテーマの広告に同意していません" in post(office, hanako, wanted).content.decode()
    letter = Letter(subject="x", text="x", message_class="advertising", topic=topic)
    with pytest.raises(actions.Invalid):
        actions.write_to(hanako, letter, by=None)
    assert not Message.objects.exists()
    roll.give_consent(hanako, topic, source=Consent.Source.OFFICE, by=None)
    further = roll.add_further_email(hanako, purpose="work", email="work@example.jp", by=None)
    elsewhere = post(office, hanako, wanted | {"to": str(further.pk)})
    assert "この宛先には広告を送れません" in elsewhere.content.decode()
    assert post(office, hanako, wanted).status_code == 302
    sent = Message.objects.get()
    assert (sent.message_class, sent.topic, sent.state) == ("advertising", topic.key, "waiting")
    link = sent.headers["List-Unsubscribe"].strip("<>")
    assert link in sent.text
    assert Client().post(urlsplit(link).path).status_code < 400
    assert not actions.agreed_topics(hanako, "email")


def test_in_the_name_of_the_owner(office: Client, hanako: Member, sato: User) -> None:
    MailSettings(sender="info@example.jp", sender_name="縁の会").save()
    roll.change(hanako, {"owner": sato}, by=None)
    assert "佐藤 由美子（この会員の担当" in office.get(page_of(hanako)).content.decode()
    post(office, hanako, form(sender_kind="owner"))
    post(office, hanako, form(sender_kind="fixed"))
    mine, ours = Message.objects.order_by("pk")
    assert (mine.sender, mine.sender_name, mine.reply_to) == (
        "sato@example.jp",
        "佐藤 由美子",
        "sato@example.jp",
    )
    assert (ours.sender, ours.sender_name, ours.reply_to) == ("info@example.jp", "縁の会", "")
    User.objects.filter(pk=sato.pk).update(email="sato@elsewhere.example.com")
    post(office, hanako, form(sender_kind="owner"))  # not ours to send from: answers go there
    third = Message.objects.latest("pk")
    assert (third.sender, third.reply_to) == ("info@example.jp", "sato@elsewhere.example.com")


def clerk(*rights: str) -> Client:
    role = Role.objects.create(key="desk", name="窓口", rights=["office.view", *rights])
    user = User.objects.create_user("desk@example.jp", name="窓口", is_staff=True)
    user.roles.add(role)
    client = Client()
    client.force_login(user)
    return client


def test_who_may_not_send_or_see_members(hanako: Member) -> None:
    reader = clerk("members.view", "messages.view")
    assert reader.get(page_of(hanako)).status_code == 403
    karte = reader.get(reverse("members:karte", args=[hanako.pk])).content.decode()
    assert reverse("campaigns:write_to", args=[hanako.pk]) not in karte
    Role.objects.filter(key="desk").update(rights=["office.view", "messages.send"])
    sender = Client()
    sender.force_login(User.objects.get(email="desk@example.jp"))
    preview = reverse("campaigns:letter_preview", args=[hanako.pk])
    assert sender.get(page_of(hanako)).status_code == 403
    assert post(sender, hanako, form()).status_code == 403
    assert sender.post(preview, form()).status_code == 403
    assert not Message.objects.exists()


def test_an_address_that_one_may_not_see_is_not_told(hanako: Member, sms: None) -> None:
    desk = clerk("members.view", "messages.view", "messages.send")
    hidden = dict.fromkeys(("email", "phone"), "hidden")
    roll.set_field_rights(Role.objects.get(key="desk"), hidden, by=None)
    roll.add_further_email(hanako, purpose="billing", email="keiri@example.jp", by=None)
    said = []
    for channel in ("email", "sms"):
        said.append(desk.get(page_of(hanako, channel)))
        preview = reverse("campaigns:letter_preview", args=[hanako.pk])
        said.append(desk.post(preview, form(channel=channel)))
        said.append(desk.post(preview, form(channel=channel, text="{{ member.email }}")))
        said.append(post(desk, hanako, form(channel=channel, text="{{ member.mobile }}")))
        assert said[-1].status_code == 422, "nor is it put into the text"
        assert post(desk, hanako, form(channel=channel)).status_code == 302
    # A mail server names whom it does not know.
    refused = "550 <hanako@example.jp>, +81 90-0001-0001: unknown"
    Message.objects.update(state="refused", reason=refused)
    said.append(desk.get(reverse("members:karte", args=[hanako.pk])))
    rows = Message.objects.all()
    said += [desk.get(reverse("messaging:message", args=[row.pk])) for row in rows]
    for answer in said:
        shown = answer.content.decode()
        assert "hanako@example.jp" not in shown
        assert "keiri@example.jp" not in shown
        assert "0001" not in shown.replace("M202100001", "")
    assert {row.to for row in Message.objects.all()} == {"hanako@example.jp", "09000010001"}


def test_messages_to_somebody_merged_into_a_member_stand_on_the_karte(
    office: Client, hanako: Member, jiro: Member, sato: User
) -> None:
    actions.write_to(jiro, Letter(subject="前の名で", text="x"), by=sato)
    roll.merge(hanako, jiro, by=sato)
    shown = office.get(reverse("members:karte", args=[hanako.pk])).content.decode()
    assert "前の名で" in shown


def test_left_between_writing_and_sending(office: Client, hanako: Member) -> None:
    said = form(text="消えない文")
    office.get(page_of(hanako))
    roll.leave(hanako, on=clock.today(), reason=LeaveReason.objects.first(), by=None)
    answer = post(office, hanako, said)
    assert answer.status_code == 422
    assert "退会した会員のため" in answer.content.decode()
    assert "消えない文" in answer.content.decode()
    assert not Message.objects.exists()
