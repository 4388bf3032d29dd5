"""Links in mails: nobody is unsubscribed by a scanner, everybody by one click."""

import re

import pytest
from django.test import Client

from enishi.members import actions
from enishi.members.models import Consent, ConsentState, Member, Topic
from enishi.messaging.models import KeptMail
from enishi.messaging.providers.mailbox.keeping import reading

pytestmark = pytest.mark.django_db
OFFICE = Consent.Source.OFFICE


@pytest.fixture
def news(db):
    return Topic.objects.get_or_create(key="newsletter", defaults={"name": "会報"})[0]


@pytest.fixture
def visitor():
    return Client(enforce_csrf_checks=True)


def path(link):
    return link.partition("testserver")[2] or re.sub(r"^https?://[^/]+", "", link)


def state(member, topic):
    return ConsentState.objects.get(member=member, topic=topic, channel="email").state


def test_one_click_needs_no_cookie_and_says_which_mail(hanako, news, visitor):
    actions.give_consent(hanako, news, source=OFFICE)
    word = actions.consent_word(hanako.pk, news.pk, ref="c1f3")
    url = path(actions.unsubscribe_link(word))
    answer = visitor.post(url, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (200, b"")
    line = hanako.consents.first()
    assert (line.state, line.source, line.ref) == ("withdrawn", "one_click", "c1f3")


def test_a_scanner_changes_nothing(hanako, news, visitor):
    actions.give_consent(hanako, news, source=OFFICE)
    word = actions.consent_word(hanako.pk, news.pk)
    for link in (actions.unsubscribe_link(word), actions.preferences_link(word)):
        for method in (visitor.get, visitor.head):
            assert method(path(link)).status_code == 200
        assert visitor.put(path(link)).status_code in {403, 405}
    assert state(hanako, news) == "given"


@pytest.mark.parametrize("how", ["", "x", "e.1.1.-aaaaaaaaaaaaaaaa", "e.1.1.", "あ-い"])
def test_nobody_makes_up_a_link(how, visitor, hanako):
    assert visitor.get(f"/mail/unsubscribe/{how or 'a'}/").status_code == 404


def test_another_members_number_does_not_fit_the_signature(hanako, jiro, news, visitor):
    mine, other = actions.consent_word(hanako.pk), actions.consent_word(jiro.pk)
    mixed = other.rpartition("-")[0] + "-" + mine.rpartition("-")[2]
    assert visitor.post(f"/mail/unsubscribe/{mixed}/").status_code == 404
    assert actions.read_consent_word(mine.upper()) == actions.read_consent_word(mine)


def test_the_page_chooses_by_topic(hanako, news):
    client = Client()
    url = path(actions.preferences_link(actions.consent_word(hanako.pk)))
    page = client.get(url).content.decode()
    assert news.name in page
    assert hanako.email not in page, "whoever finds the link does not learn the address"
    client.post(url, {f"t{news.pk}.email": "on"})
    assert state(hanako, news) == "given"
    line = hanako.consents.first()
    assert (line.source, line.wording.form) == ("preferences", "preferences")
    assert news.name in line.wording.text
    client.post(url, {"nothing": "yes", f"t{news.pk}.email": "on"})
    assert state(hanako, news) == "withdrawn"


def test_everything_at_once_also_what_was_never_chosen(hanako, news, visitor):
    actions.give_consent(hanako, news, source=OFFICE)
    word = actions.consent_word(hanako.pk)
    visitor.post(f"/mail/unsubscribe/{word}/", {"List-Unsubscribe": "One-Click"})
    states = ConsentState.objects.filter(member=hanako, channel="email")
    assert {one.state for one in states} == {"withdrawn"}
    assert states.count() == Topic.objects.count()


def test_double_opt_in_by_a_mail_and_a_button(hanako, news, sato, run_jobs):
    actions.change_topic(news, double_opt_in=True, by=sato)
    client = Client()
    url = path(actions.preferences_link(actions.consent_word(hanako.pk)))
    client.post(url, {f"t{news.pk}.email": "on"})
    assert state(hanako, news) == "asked"
    run_jobs()
    kept = KeptMail.objects.get()
    assert kept.to == hanako.email
    link = re.search(r"https?://\S+/mail/confirm/\S+/", reading(bytes(kept.source)).text)[0]
    assert client.get(path(link)).status_code == 200
    assert state(hanako, news) == "asked"
    client.post(path(link))
    assert state(hanako, news) == "given"
    assert hanako.consents.first().source == "confirmation"
    actions.withdraw_consent(hanako, news, source=OFFICE)
    client.post(path(link))
    assert state(hanako, news) == "withdrawn", "an old link does not bring it back"


def test_who_is_gone_is_told_so(hanako, news, visitor, sato):
    word = actions.consent_word(hanako.pk, news.pk)
    actions.delete(hanako, by=sato)
    assert visitor.get(f"/mail/unsubscribe/{word}/").status_code == 200
    assert visitor.post(f"/mail/unsubscribe/{word}/").status_code == 200
    Member.objects.filter(pk=hanako.pk).delete()
    assert visitor.get(f"/mail/preferences/{word}/").status_code == 200
