"""Programs sign in with tokens, and may what their scopes and their makers may."""

import json
from datetime import timedelta

import pytest
from django.test import RequestFactory
from typer.testing import CliRunner

from enishi.accounts.api import NotAllowed, TooManyRequests, every_scope, needs, right_of
from enishi.accounts.cli import app
from enishi.accounts.models import ApiToken, TokenUse, User
from enishi.accounts.permissions import every_right
from enishi.core import clock
from enishi.core.origin import Origin, coming_from

pytestmark = pytest.mark.django_db


def token(**fields):
    made, secret = ApiToken.mint(**({"name": "店", "scopes": ["members:read"]} | fields))
    made.save()
    return made, secret


def ask(secret, scope="members:read"):
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {secret}"})
    with coming_from(Origin()):
        return needs(scope)(request), request


def test_a_token_that_holds_the_scope(db):
    made, secret = token()
    found, request = ask(secret)
    assert found == made
    assert request.rate_headers["RateLimit-Remaining"] == 5999
    made.refresh_from_db()
    assert made.last_used_at is not None


def test_everything_is_a_scope(db):
    _made, secret = token(scopes=["*"])
    assert ask(secret, "members:delete")[0]


def test_the_wrong_scope(db):
    _made, secret = token()
    with pytest.raises(NotAllowed):
        ask(secret, "members:write")


@pytest.mark.parametrize(
    "fields",
    [
        {"expires_at": clock.now() - timedelta(days=1)},
        {"revoked_at": clock.now()},
    ],
)
def test_a_token_that_no_longer_works(db, fields):
    _made, secret = token(**fields)
    assert ask(secret)[0] is None
    assert ask("eni_no-such-token")[0] is None
    assert ask("")[0] is None


def test_a_program_may_no_more_than_its_maker(suzuki):
    _made, secret = token(scopes=["*"], by=suzuki)
    assert ask(secret, "members:read")[1].user == suzuki
    with pytest.raises(NotAllowed):
        ask(secret, "accounts:configure")
    suzuki.roles.clear()
    with pytest.raises(NotAllowed):
        ask(secret, "members:read")
    User.objects.filter(pk=suzuki.pk).update(is_active=False)
    assert ask(secret, "members:read")[0] is None


def test_requests_are_counted_by_the_minute(db):
    made, secret = token(per_minute=2)
    with clock.at(clock.now().replace(second=30)):
        ask(secret)
        ask(secret)
        with pytest.raises(TooManyRequests) as refused:
            ask(secret)
        assert 25 <= refused.value.retry_after <= 31
    with clock.at(clock.now() + timedelta(minutes=2)):
        ask(secret)
    assert TokenUse.objects.get(token=made).used == 1


def test_last_use_is_written_once_a_minute(db, django_assert_num_queries):
    _made, secret = token()
    with clock.at(clock.now().replace(second=30)):
        ask(secret)
        with django_assert_num_queries(2):  # the token, the count
            ask(secret)


def test_every_scope_stands_for_a_right():
    assert {right_of(scope) for scope in every_scope()} <= every_right()
    assert right_of("members:read") == "members.view"


def test_the_command_prints_the_token_last(db):
    made = CliRunner().invoke(
        app, ["token", "create", "--name", "t", "--scopes", "members:read, members:write"]
    )
    assert made.exit_code == 0
    secret = made.output.splitlines()[-1]
    assert ask(secret, "members:write")[0].scopes == ["members:read", "members:write"]
    wrong = CliRunner().invoke(app, ["token", "create", "--name", "t", "--scopes", "memers:read"])
    assert wrong.exit_code == 2
    assert "Unknown scope: memers:read" in wrong.output


@pytest.mark.parametrize(("name", "days"), [("t", "-1"), (" ", "1")])
def test_no_token_without_a_purpose_or_for_less_than_no_days(db, name, days):
    made = CliRunner().invoke(
        app, ["token", "create", "--name", name, "--scopes", "members:read", "--days", days]
    )
    assert made.exit_code == 2
    assert not ApiToken.objects.exists()


def test_the_command_adds_staff(db):
    added = CliRunner().invoke(
        app,
        ["staff", "add", "a@example.jp", "--name", "A", "--role", "office", "--password-stdin"],
        input="yuki-no-asa-2026\n",
    )
    assert added.exit_code == 0, added.output
    user = User.objects.get(email="a@example.jp")
    assert user.check_password("yuki-no-asa-2026")
    assert user.has_right("members.view")
    weak = CliRunner().invoke(
        app,
        ["staff", "add", "b@example.jp", "--name", "B", "--role", "office", "--password-stdin"],
        input="12345\n",
    )
    assert weak.exit_code == 2
    assert not User.objects.filter(email="b@example.jp").exists()
    link = CliRunner().invoke(app, ["staff", "add", "c@example.jp", "--name", "C", "--role", "no"])
    assert "Write one of: administrator" in link.output


def test_the_secret_is_not_in_the_database(db):
    _made, secret = token()
    kept = json.dumps(list(ApiToken.objects.values()), default=str)
    assert secret not in kept
