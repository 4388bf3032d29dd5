"""How tests get their database: a copy of a migrated template on a server that forgets safely."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).parent
Shared = Callable[[Callable[[], Any]], AbstractContextManager[Any]]

# The same examples on every run: a red test is the change's own. ENISHI_EXPLORE=1 draws new ones.
# Nor red because the machine was busy: what is slow is found by the tests that measure.
hypothesis.settings.register_profile(
    "same",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
if not os.environ.get("ENISHI_EXPLORE"):
    hypothesis.settings.load_profile("same")

pytest_plugins = ["tests.cast"]  # Hanako, Taro, Jiro … for every test


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that at the end no process is left alone with one. All the same those
    that roll back come before those that commit, and those without a database last.
    """

    def rank(item: pytest.Item) -> tuple[int, bool]:
        mark = item.get_closest_marker("django_db")
        uses = set(getattr(item, "fixturenames", ()))
        commits = bool(uses & {"transactional_db", "live_server"})
        commits = commits or bool(mark and mark.kwargs.get("transaction"))
        kind = 1 if commits else 0 if mark or "db" in uses else 2
        return kind, item.get_closest_marker("slow") is None

    items.sort(key=rank)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: Any, worker_id: str
) -> Iterator[None]:
    """Clone the template, made once for each state of the migrations, into an own database."""
    from django.conf import settings
    from django.db import connection

    template = f"enishi_template_{_state_of_migrations()}"
    own = f"test_enishi_{os.getpid()}_{worker_id}"
    with django_db_blocker.unblock():
        _ensure_template(template)
        _clear_abandoned()
        _outside(f'CREATE DATABASE "{own}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        settings.DATABASES["default"]["NAME"] = own
        connection.settings_dict["NAME"] = own
    yield
    with django_db_blocker.unblock():
        connection.close()
        _outside(f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


@pytest.fixture(scope="session", autouse=True)
def first_lists_after_a_flush() -> None:
    """Tests that commit end with emptied tables; the next ones find the first lists again."""
    from importlib import import_module

    from django.apps import apps
    from django.db.models.signals import post_migrate

    from enishi.members.models import MemberType, Topic

    first_lists = import_module("enishi.members.migrations.0002_first_lists")
    consents = import_module("enishi.members.migrations.0011_consents")

    def refill(sender: Any, **_: Any) -> None:
        if sender.label == "members" and not MemberType.objects.exists():
            first_lists.fill(apps, None)
        if sender.label == "members" and not Topic.objects.exists():
            consents.first_topics(apps, None)

    post_migrate.connect(refill, weak=False)


@pytest.fixture(scope="session")
def shared(django_db_setup: None, django_db_blocker: Any) -> Shared:
    """For fixtures of a class or a module: ``with shared(build) as built: yield built`` makes rows
    once for all its tests. Each test rolls back to them; after the last one they never were.
    Not where a test commits. Objects are shared, too: read anew what a test changes.
    """
    from django.db import transaction
    from django.utils import translation

    @contextmanager
    def world(build: Callable[[], Any]) -> Iterator[Any]:
        around = transaction.atomic()
        with django_db_blocker.unblock(), translation.override("ja"):
            around.__enter__()
            built = build()
        yield built
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)

    return world


@pytest.fixture(autouse=True)
def language_of_the_house() -> Iterator[None]:
    """Every test begins in Japanese; a request leaves its own language behind."""
    from django.utils import translation

    with translation.override("ja"):
        yield


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process remembers for seconds is of the test before, or ends in the middle of one.
    Nor has anybody tried to sign in: those are counted for each address, and all have the same.
    """
    from django.core.cache import caches

    from enishi.members.fields import known

    for name in ("local", "default"):
        caches[name].clear()
    known._seen.clear()  # noqa: SLF001
    monkeypatch.setattr(known, "RECENT", 600.0)  # however slow, no page asks for labels twice


@pytest.fixture
def keys(settings: Any) -> Any:
    """Sensitive fields are sealed with a key of this test's own."""
    from enishi.core import sealing

    settings.FIELD_KEYS = (sealing.new_key(),)
    return settings


@pytest.fixture
def run_jobs() -> Callable[[], list[Any]]:
    """Call it to run all waiting jobs now, in this process and on the test's own connection."""
    from enishi.core import jobs

    return jobs.run_waiting


def _state_of_migrations() -> str:
    import procrastinate

    digest = hashlib.sha256(procrastinate.__version__.encode())
    for path in sorted((ROOT / "enishi").glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    for name in ("enishi/project/settings.py", "requirements.lock"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:12]


def _outside(*statements: str) -> list[Any]:
    """Run statements on the server's maintenance database; returns the rows of the last one."""
    import psycopg
    from django.db import connection

    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as outside:
        rows: list[Any] = []
        for statement in statements:
            cursor = outside.execute(statement)  # type: ignore[arg-type]
            rows = cursor.fetchall() if cursor.description else []
        return rows


def _ensure_template(template: str) -> None:
    import psycopg
    from django.conf import settings
    from django.db import connection

    from enishi.project.database import prepare

    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as outside:
        outside.execute("SELECT pg_advisory_lock(8102)")  # one process makes it, the others wait
        if outside.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return
        making = f"{template}_new"
        outside.execute(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')  # type: ignore[arg-type]
        outside.execute(f'CREATE DATABASE "{making}"')  # type: ignore[arg-type]
        before = connection.settings_dict["NAME"]
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = making
        try:
            prepare()
        finally:
            connection.close()
            settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = before
        outside.execute(f'ALTER DATABASE "{making}" RENAME TO "{template}"')  # type: ignore[arg-type]
        old = outside.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'enishi_template_%'"
            " ORDER BY oid DESC OFFSET 3"
        ).fetchall()
        for (name,) in old:
            outside.execute(f'DROP DATABASE IF EXISTS "{name}"')  # type: ignore[arg-type]


def _clear_abandoned() -> None:
    """Drop the databases of test runs that were killed."""
    for (name,) in _outside("SELECT datname FROM pg_database WHERE datname LIKE 'test_enishi_%'"):
        pid = int(name.split("_")[2])
        if not Path(f"/proc/{pid}").exists():
            _outside(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
