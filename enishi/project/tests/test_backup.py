"""A backup is whole or is refused; a restore brings back exactly what was saved."""

import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from enishi.core.models import Organisation
from enishi.project import backup as backups
from enishi.project.backup import BadBackup
from enishi.project.postgres.server import binaries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    (settings.DATA_DIR / "files").mkdir(parents=True)
    return Path(settings.DATA_DIR)


def test_everything_comes_back(data: Path, tmp_path: Path) -> None:
    Organisation(name="日本縁結び協会").save()
    (data / "files" / "証明.pdf").write_bytes(b"one")

    backups.backup(tmp_path / "b")
    Organisation(name="changed").save()
    (data / "files" / "証明.pdf").unlink()
    (data / "files" / "later").write_bytes(b"two")
    backups.restore(tmp_path / "b")

    assert Organisation.current().name == "日本縁結び協会"
    assert [path.name for path in (data / "files").iterdir()] == ["証明.pdf"]
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0


def test_a_damaged_backup_is_refused_and_nothing_changes(data: Path, tmp_path: Path) -> None:
    Organisation(name="before").save()
    (data / "files" / "a").write_bytes(b"x" * 5000)
    backups.backup(tmp_path / "b")
    Organisation(name="now").save()
    bytes_of_it = bytearray((tmp_path / "b").read_bytes())
    position = bytes_of_it.index(b"x" * 5000)
    bytes_of_it[position] = ord("y")
    (tmp_path / "b").write_bytes(bytes_of_it)

    with pytest.raises(BadBackup, match="damaged"):
        backups.restore(tmp_path / "b")
    assert Organisation.current().name == "now"


def test_an_older_postgresql_knows_every_setting_of_a_restore(tmp_path: Path) -> None:
    """15 is the oldest that we name; the program that dumps is that of the embedded server."""
    known = {
        *("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "xmloption"),
        *("client_encoding", "standard_conforming_strings", "check_function_bodies"),
        *("client_min_messages", "row_security", "default_tablespace"),
        "default_table_access_method",
    }
    backups.backup(tmp_path / "b")
    with tarfile.open(tmp_path / "b") as tar:
        tar.extract("database.dump", tmp_path)
    program = [binaries() / "pg_restore", "--schema-only", "--file=-", tmp_path / "database.dump"]
    script = subprocess.run(program, capture_output=True, check=True).stdout.splitlines()
    asked = {line for line in script if line.startswith(b"SET ")} - backups._LEFT_OUT
    assert {line.split()[1].decode() for line in asked} <= known
    assert len(asked) > 5


def test_half_a_backup_and_another_file_are_refused(tmp_path: Path) -> None:
    backups.backup(tmp_path / "b")
    (tmp_path / "half").write_bytes((tmp_path / "b").read_bytes()[:20_000])
    (tmp_path / "text").write_text("hello")

    for name in ("half", "text"):
        with pytest.raises(BadBackup):
            backups.verify(tmp_path / name)
