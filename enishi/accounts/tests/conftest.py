"""The cast, as far as accounts know it."""

import pytest
from django.test import Client

from enishi.accounts.models import Role, User

PASSWORD = "yuki-no-asa-2026"


def made(email, name, *roles, **fields):
    user = User.objects.create_user(email, PASSWORD, name=name, is_staff=True, **fields)
    user.roles.set(Role.objects.filter(key__in=roles))
    return user


@pytest.fixture
def sato(db):
    """Administers."""
    return made("sato@example.jp", "佐藤", "administrator")


@pytest.fixture
def suzuki(db):
    """Works in the office."""
    return made("suzuki@example.jp", "鈴木", "office")


@pytest.fixture
def nobody(db):
    """Has no rights."""
    return made("nobody@example.jp", "誰")


@pytest.fixture
def office(client, sato):
    client.force_login(sato)
    return client


@pytest.fixture
def client_of():
    """A browser in which somebody has signed in with their password."""

    def signed_in(user):
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in
