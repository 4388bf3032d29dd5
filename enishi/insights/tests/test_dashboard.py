"""The first page says what to do first, and shows nobody more than their rights."""

import pytest
from django.urls import reverse

from enishi.accounts.models import Role, User

pytestmark = pytest.mark.django_db


def opened_by(client, *roles):
    user = User.objects.create_user("a@example.jp", name="A", is_staff=True)
    user.roles.set(Role.objects.filter(key__in=roles))
    client.force_login(user)
    return client.get(reverse("insights:dashboard"))


def test_a_new_office_is_told_what_to_do_first(client):
    page = opened_by(client, "administrator")
    assert [step.done for step in page.context["steps"]] == [False, False, False, False]
    assert "会員名簿を取り込む" in page.content.decode()
    assert page.context["cards"] == []  # nothing but zeros yet


def test_steps_that_one_may_not_take_are_not_offered(client):
    page = opened_by(client, "read_only")
    assert page.status_code == 200
    assert page.context["steps"] == []


def test_without_a_role_the_office_stays_closed(client):
    assert opened_by(client).status_code == 403
