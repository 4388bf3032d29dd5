"""Signing in: what works, what is slowed down, what history keeps of it."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

from enishi.audit.models import HistoryEntry

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def sign_in(client, email, password):
    return client.post(LOGIN, {"login": email, "password": password})


def told():
    return list(HistoryEntry.objects.order_by("pk").values_list("fact", flat=True))


def test_in_and_out(client, sato):
    assert sign_in(client, "SATO@example.jp", PASSWORD).url == "/office/"
    assert client.get("/office/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/office/").url == "/accounts/login/?next=/office/"
    assert told() == ["accounts.SignedIn", "accounts.SignedOut"]


def test_a_failure_is_kept_without_what_was_typed(client, sato):
    assert sign_in(client, sato.email, "wrong-password-1").status_code == 200
    sign_in(client, "stranger@example.com", "wrong-password-1")
    known, unknown = HistoryEntry.objects.order_by("pk")
    assert (known.fact, known.about_label) == ("accounts.SignInFailed", "佐藤")
    assert unknown.about_label == ""
    assert "stranger" not in str(unknown.values)
    assert known.by is None


def test_guessing_is_slowed_down(client, sato):
    for _ in range(5):
        sign_in(client, sato.email, "wrong-password-1")
    page = sign_in(client, sato.email, PASSWORD)
    assert page.status_code == 200
    assert "ログインの失敗が続きました" in page.content.decode()


def test_two_factor(client, sato):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(sato, secret)
    assert sign_in(client, sato.email, PASSWORD).url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/office/").status_code == 302
    counters = list(totp.yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]  # the first of them ends with this half minute
    near = range(now - 5, now + 6)
    codes = {one: totp.format_hotp_value(totp.hotp_value(secret, one)) for one in near}
    none = next(
        code for code in map(totp.format_hotp_value, range(99)) if code not in codes.values()
    )
    wrong = client.post("/accounts/2fa/authenticate/", {"code": none})
    assert wrong.status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": codes[now]}).url == "/office/"
    assert client.get("/office/").status_code == 200
    assert told()[-1] == "accounts.SignedIn"


def test_second_steps_are_in_history(client, sato):
    client.force_login(sato)
    authenticator = Authenticator(user=sato, type=Authenticator.Type.TOTP, data={})
    authenticator.save()
    from allauth.mfa.signals import authenticator_added, authenticator_removed

    for signal in (authenticator_added, authenticator_removed):
        signal.send(sender=Authenticator, request=None, user=sato, authenticator=authenticator)
    assert told()[-2:] == ["accounts.TwoFactorOn", "accounts.TwoFactorOff"]


def test_a_page_that_was_open_too_long_says_so(sato):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    page = strict.post(LOGIN, {"login": sato.email, "password": PASSWORD})
    assert page.status_code == 403
    assert "<h1" in page.content.decode()
