"""One file that holds everything: the database as of one moment, and the files.

A tar of ``database.dump`` (pg_dump's custom format), ``files/…`` and, last, ``manifest.json`` with
the SHA-256 of each. The database is read first: a file that joins later is only one too many.
Not in it: the keys in the data folder. Keep those apart from the backups.
"""

import contextlib
import hashlib
import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection

from enishi.core import clock

_DUMP = "database.dump"
_MANIFEST = "manifest.json"
_FORMAT = 1
# Of the dump: the schema is made before; PostgreSQL knows this timeout since 17, and 0 is usual.
_LEFT_OUT = {b"CREATE SCHEMA public;", b"SET transaction_timeout = 0;"}


class BadBackup(RuntimeError):
    """The file is not a whole backup of Enishi; the message says what is wrong with it."""


def backup(target: Path) -> dict[str, Any]:
    """Write a verified backup to ``target``, which appears only when it is whole."""
    folder = target.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".enishi-backup-", dir=folder) as work:
        dump = Path(work) / _DUMP
        _postgres_program("pg_dump", "--format=custom", "--compress=1", f"--file={dump}")
        whole = Path(work) / "whole"
        sums: dict[str, str] = {}
        with tarfile.open(whole, "w", format=tarfile.PAX_FORMAT) as tar:
            sums[_DUMP] = _add(tar, _DUMP, dump)
            for path in _files():
                name = f"files/{path.relative_to(settings.DATA_DIR / 'files')}"
                with contextlib.suppress(FileNotFoundError):  # deleted while we were reading
                    sums[name] = _add(tar, name, path)
            manifest = {
                "format": _FORMAT,
                "made_at": clock.now().isoformat(),
                "migrations": _migrations(),
                "sha256": sums,
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
            entry = tarfile.TarInfo(_MANIFEST)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
        whole.chmod(0o600)
        verify(whole)
        whole.replace(target)
    return manifest


def verify(source: Path) -> dict[str, Any]:
    """Read the whole backup and compare every checksum; raises BadBackup."""
    try:
        with tarfile.open(source, "r:") as tar:
            seen = {}
            manifest: dict[str, Any] | None = None
            for entry in tar:
                file = tar.extractfile(entry)
                if file is None:
                    continue
                if entry.name == _MANIFEST:
                    manifest = json.load(file)
                else:
                    seen[entry.name] = _sum(file)
    except (tarfile.TarError, OSError, ValueError) as error:
        raise BadBackup(f"{source} cannot be read as a backup of Enishi ({error}).") from error
    if manifest is None or manifest.get("format") != _FORMAT:
        raise BadBackup(
            f"{source} is not a whole backup of Enishi: its list of contents is missing."
        )
    wrong = sorted(
        name
        for name in {*seen, *manifest["sha256"]}
        if seen.get(name) != manifest["sha256"].get(name)
    )
    if wrong:
        raise BadBackup(f"{source} is damaged: {wrong[0]} is not what was saved.")
    return manifest


def restore(source: Path) -> dict[str, Any]:
    """Put the backup in the place of everything that is there; all of it or nothing."""
    manifest = verify(source)
    data = settings.DATA_DIR
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as work:
        with tarfile.open(source, "r:") as tar:
            _unpack(tar, Path(work))
        _load(Path(work) / _DUMP)
        fresh = Path(work) / "files"
        fresh.mkdir(exist_ok=True, mode=0o700)
        current, former = data / "files", Path(work) / "former"
        if current.exists():
            current.rename(former)
        fresh.rename(current)
    from .database import prepare

    prepare()  # a backup of an older version is brought up to date
    return manifest


def _unpack(tar: tarfile.TarFile, into: Path) -> None:
    """Files and folders, and nowhere but there. Python before 3.11.4 has no filter for that."""
    for one in tar.getmembers():
        plain = one.isfile() or one.isdir()
        if not plain or not (into / one.name).resolve().is_relative_to(into.resolve()):
            raise BadBackup(f"The backup holds {one.name}, which no backup of Enishi does.")
        one.mode &= 0o755
    if hasattr(tarfile, "data_filter"):
        tar.extraction_filter = tarfile.data_filter
    tar.extractall(into)  # noqa: S202 - looked at above


def _load(dump: Path) -> None:
    """Replace the contents of the database by the dump in one transaction."""
    connection.close()
    beginning = (
        "SET client_min_messages = warning;"  # else each thing that goes is told before the error
        " DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner;\n"
    )
    with _program_surroundings() as (binaries, environment):
        reading = subprocess.Popen(
            [binaries / "pg_restore", "--no-owner", "--no-privileges", "--file=-", dump],
            stdout=subprocess.PIPE,
            env=environment,
        )
        writing = subprocess.Popen(
            [
                *(binaries / "psql", "--no-psqlrc", "--quiet", "--single-transaction"),
                *("--set=ON_ERROR_STOP=1", "--output=/dev/null"),
            ],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        assert reading.stdout
        assert writing.stdin
        assert writing.stderr
        with contextlib.suppress(BrokenPipeError):
            writing.stdin.write(beginning.encode())
            for line in reading.stdout:
                if line.rstrip() not in _LEFT_OUT:
                    writing.stdin.write(line)
            if reading.wait():
                writing.kill()
        with contextlib.suppress(BrokenPipeError):
            writing.stdin.close()
        complaint = writing.stderr.read().decode(errors="replace")
        if writing.wait() or reading.wait():
            last = (complaint.strip().splitlines() or ["no reason given"])[0]
            raise BadBackup(f"The database refused the backup and is as it was: {last}")


def _postgres_program(name: str, *arguments: str) -> None:
    with _program_surroundings() as (binaries, environment):
        done = subprocess.run(
            [binaries / name, *arguments], env=environment, capture_output=True, check=False
        )
    if done.returncode:
        raise BadBackup(f"{name} failed: {done.stderr.decode(errors='replace').strip()}")


@contextlib.contextmanager
def _program_surroundings() -> Iterator[tuple[Path, dict[str, str]]]:
    """Where PostgreSQL's programs are and the environment that leads them to our database."""
    from .postgres.server import binaries

    parameters = connection.get_connection_params()
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    names |= {"dbname": "DATABASE", "sslmode": "SSLMODE", "sslrootcert": "SSLROOTCERT"}
    yield (
        binaries(),
        {
            "PATH": os.environ.get("PATH", ""),
            "LC_ALL": "C",
            "PGCLIENTENCODING": "UTF8",
            **{f"PG{to}": str(parameters[key]) for key, to in names.items() if parameters.get(key)},
        },
    )


def _files() -> list[Path]:
    return sorted(path for path in (settings.DATA_DIR / "files").rglob("*") if path.is_file())


def _migrations() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app")
        return dict(cursor.fetchall())


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    with path.open("rb") as file:
        entry = tar.gettarinfo(arcname=name, fileobj=file)
        entry.mode = 0o600
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        counted = _Summing(file)
        tar.addfile(entry, counted)
        return counted.sum.hexdigest()


class _Summing:
    """A file that sums what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.sum.update(chunk)
        return chunk


def _sum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()
