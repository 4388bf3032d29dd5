"""A wrong value stops the start with one sentence that says what to write."""

from pathlib import Path
from typing import Any

import pytest

from enishi.project.environment import WrongEnvironment, kept_secret, read


def test_without_anything_everything_lies_in_var() -> None:
    found = read({})

    assert found.data == Path("var").absolute()
    assert found.port == 8000
    assert found.base_url == "http://127.0.0.1:8000"
    assert found.embedded
    assert not found.is_secure
    assert found.mail["MAIL_TRANSPORT"] == "mailbox"


def test_a_database_url_takes_the_place_of_the_embedded_server() -> None:
    url = "postgresql://en%40:p%2Fw@db.example:6432/roll?sslmode=require"
    found = read({"DATABASE_URL": url, "DATABASE_REPLICA_URLS": f"{url} {url}"})

    assert not found.embedded
    assert found.database == {
        "NAME": "roll",
        "USER": "en@",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "require"},
    }
    assert len(found.replicas) == 2


def test_mail_goes_to_the_named_server() -> None:
    mail = read({"EMAIL_URL": "smtps://me:secret@mail.example"}).mail

    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_SSL"]) == (
        "mail.example",
        465,
        True,
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"PORT": "８０００"}, "write a number from 1 to 65535"),
        ({"PORT": "70000"}, "write a number from 1 to 65535"),
        ({"ENISHI_BASE_URL": "members.example.jp"}, "such as https://members.example.jp"),
        ({"ENISHI_BASE_URL": "https://example.jp/members"}, "without a path"),
        ({"DATABASE_URL": "mysql://root@localhost/x"}, "postgresql://user:password@host"),
        ({"DATABASE_URL": "postgresql://localhost"}, "names no database"),
        ({"DATABASE_URL": "postgresql://localhost:port/x"}, "cannot be read"),
        ({"EMAIL_URL": "mail.example:25"}, "write smtp://"),
        ({"ENISHI_DATA_DIR": "/dev/null/x"}, "write the path of a folder"),
    ],
)
def test_a_wrong_value_says_what_to_write(values: dict[str, str], sentence: str) -> None:
    with pytest.raises(WrongEnvironment) as wrong:
        read(values)

    assert sentence in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_secret_is_never_repeated_in_the_sentence() -> None:
    with pytest.raises(WrongEnvironment) as wrong:
        read({"DATABASE_URL": "mysql://root:hunter2@localhost/x"})

    assert "hunter2" not in str(wrong.value)


def test_the_key_is_made_once_and_is_ours_alone(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("ENISHI_SECRET_KEY", raising=False)
    found = read({"ENISHI_DATA_DIR": str(tmp_path / "new")})

    assert found.secret_key() == found.secret_key() == kept_secret(found.data, "secret.key")
    assert len(found.secret_key()) > 40
    assert (found.data / "secret.key").stat().st_mode & 0o777 == 0o600

    monkeypatch.setenv("ENISHI_SECRET_KEY", "short")
    with pytest.raises(WrongEnvironment, match="at least 32"):
        found.secret_key()
