"""Walk the URL resolver, so a new page cannot be forgotten. Fails closed."""

import pytest
from django.conf import settings

from enishi.accounts.models import User
from enishi.accounts.permissions import every_right

from .urls import ours, path_of

URLS = ours()
MARKS = {"public", "signed_in"}
GUARDED = [
    (n, p) for n, p in URLS if getattr(p.callback, "permission", None) not in {"public", None}
]
WITH_RIGHT = [(n, p) for n, p in GUARDED if p.callback.permission != "signed_in"]
METHODS = ("get", "post", "put", "patch", "delete")


def names(urls):
    return [name for name, _ in urls]


def test_there_is_something_to_sweep():
    assert len(WITH_RIGHT) > 30


@pytest.mark.parametrize(("name", "pattern"), URLS, ids=names(URLS))
def test_names_a_permission(name, pattern):
    permission = getattr(pattern.callback, "permission", None)
    assert permission, f"{name} does not say who may open it."
    assert permission in MARKS | every_right(), f"{name} names an unknown right: {permission}"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "pattern"), GUARDED, ids=names(GUARDED))
def test_signed_out_is_sent_to_sign_in(client, name, pattern):
    for method in METHODS:
        response = getattr(client, method)(path_of(name, pattern))
        assert response.status_code == 302, method
        assert response.url.startswith(settings.LOGIN_URL), method


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "pattern"), WITH_RIGHT, ids=names(WITH_RIGHT))
def test_staff_without_the_right_are_refused(client, name, pattern):
    nobody = User.objects.create_user("nobody@example.jp", name="誰でもない", is_staff=True)
    client.force_login(nobody)
    for method in METHODS:
        assert getattr(client, method)(path_of(name, pattern)).status_code == 403, method


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "pattern"), WITH_RIGHT, ids=names(WITH_RIGHT))
def test_members_who_sign_in_are_not_staff(client, name, pattern):
    hanako = User.objects.create_user("hanako@example.jp", name="花子", is_staff=False)
    client.force_login(hanako)
    assert client.get(path_of(name, pattern)).status_code == 403
