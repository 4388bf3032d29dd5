"""A backup is whole or is refused; a restore brings back exactly what was saved."""

from pathlib import Path
from typing import Any

import pytest

from enishi.core.models import Organisation
from enishi.project import backup as backups
from enishi.project.backup import BadBackup

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


def test_half_a_backup_and_another_file_are_refused(tmp_path: Path) -> None:
    backups.backup(tmp_path / "b")
    (tmp_path / "half").write_bytes((tmp_path / "b").read_bytes()[:20_000])
    (tmp_path / "text").write_text("hello")

    for name in ("half", "text"):
        with pytest.raises(BadBackup):
            backups.verify(tmp_path / name)
