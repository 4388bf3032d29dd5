"""Walk the URL resolver, so a new page cannot be forgotten. Fails closed."""

import pytest
from django.conf import settings

from enishi.accounts.models import User
from enishi.accounts.permissions import every_right

from .urls import every_url, ours

URLS = ours()
MARKS = {"public", "signed_in"}
GUARDED = [url for url in URLS if url.permission not in {"public", None}]
WITH_RIGHT = [url for url in GUARDED if url.permission != "signed_in"]
METHODS = ("get", "post", "put", "patch", "delete")
OPEN = {  # what everybody may open; a new one is put here on purpose
    "home",
    "live",
    "ready",
    "metrics",
    "api",
    "api_docs",
    "api_nothing",
    "set_language",
    "members:preferences",  # the signed word in the link is the permission
    "members:unsubscribe",
    "members:confirm_consent",
    "messaging:push_worker",
    "campaigns:my_notices",  # by the word in the member's own link, as the next one
    "campaigns:my_reading",
    "campaigns:archive",  # campaigns that the office has made public
    "campaigns:archived_mail",
    "campaigns:mail",  # a mail in the browser, by the word in its link
    "campaigns:picture",  # of mails, which programs fetch without signing in; not to be guessed
}


def test_there_is_something_to_sweep():
    assert len(WITH_RIGHT) > 30


@pytest.mark.parametrize("url", URLS, ids=str)
def test_names_a_permission(url):
    assert url.permission, f"{url} does not say who may open it."
    assert url.permission in MARKS | every_right(), f"{url} names no right: {url.permission}"


def test_nothing_is_open_by_mistake():
    assert {url.name for url in URLS if url.permission == "public"} <= OPEN


def test_names_stand_for_one_page():
    names = [url.name for url in URLS]
    assert len(names) == len(set(names)), sorted(n for n in set(names) if names.count(n) > 1)


def test_office_pages_ask_for_a_right():
    """Only one's own account is for everybody who has signed in."""
    free = {url.name for url in URLS if url.path().startswith("/office/") and url not in WITH_RIGHT}
    assert free <= {"accounts:own", "accounts:own_sessions"}


def test_addresses_without_a_name_lead_elsewhere(client):
    for url in every_url():
        if url.pattern.name is None and not url.name.startswith("api-1"):
            assert url.permission, url.pattern


@pytest.mark.django_db
@pytest.mark.parametrize("url", GUARDED, ids=str)
def test_signed_out_is_sent_to_sign_in(client, url):
    for method in METHODS:
        response = getattr(client, method)(url.path())
        assert response.status_code == 302, method
        assert response.url.startswith(settings.LOGIN_URL) or "/accounts/login/" in response.url


@pytest.mark.django_db
@pytest.mark.parametrize("url", WITH_RIGHT, ids=str)
def test_staff_without_the_right_are_refused(client, url):
    nobody = User.objects.create_user("nobody@example.jp", name="誰でもない", is_staff=True)
    client.force_login(nobody)
    for method in METHODS:
        assert getattr(client, method)(url.path()).status_code == 403, method


@pytest.mark.django_db
@pytest.mark.parametrize("url", WITH_RIGHT, ids=str)
def test_members_who_sign_in_are_not_staff(client, url):
    hanako = User.objects.create_user("hanako@example.jp", name="花子", is_staff=False)
    client.force_login(hanako)
    assert client.get(url.path()).status_code == 403
