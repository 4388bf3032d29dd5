"""Questions that every page asks, made into SQL once: that takes Django several times as long as
PostgreSQL takes to answer them.

    @asked
    def due(day, owner):
        return Task.objects.due(day).filter(owner=owner)

    due.count(day=clock.today(), owner=user.pk)

The function is called once, with places instead of values. It must therefore not look at them, and
must tell each value that differs from one request to the next as a parameter: the time as well, and
nothing that Django writes by the language or time zone of the moment.
"""

import inspect
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from .bulk import rows

M = TypeVar("M", bound=Model)

# What Django's compiler knows of a statement that it has written, and needs to read the answer.
_KNOWN = ("select", "klass_info", "annotation_col_map", "col_count", "has_extra_select")


class _Place(Expression):
    """Where a value goes when the question is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, *_a: Any, **_k: Any) -> tuple[str, Any]:
        return "%s", [self]


class _Written(NamedTuple):
    query: Query
    statement: str
    params: tuple[Any, ...]  # some are places
    known: dict[str, Any]

    def filled(self, values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(values[p.name] if isinstance(p, _Place) else p for p in self.params)


class _Read:
    """Stands for a queryset and its query where Django makes objects of rows."""

    db = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = {}  # noqa: RUF012 - never written to

    def __init__(self, written: _Written, values: dict[str, Any]) -> None:
        self.query = self
        self._written = written
        self._ready = (written.statement, written.filled(values))

    def get_compiler(self, using: str) -> SQLCompiler:
        made: Any = connection.ops.compiler("SQLCompiler")(self._written.query, connection, using)
        vars(made).update(self._written.known)
        made.as_sql = lambda *_a, **_k: self._ready
        return made  # type: ignore[no-any-return]


class Asked(Generic[M]):
    """A question with places for values; every one of them is told by name."""

    def __init__(self, question: Callable[..., QuerySet[M, Any]]) -> None:
        self._question = question
        self.__doc__ = question.__doc__

    @cached_property
    def _written(self) -> _Written:
        names = inspect.signature(self._question).parameters
        query = self._question(**{name: _Place(name) for name in names}).query
        compiler = query.get_compiler(DEFAULT_DB_ALIAS)
        statement, params = compiler.as_sql()
        known = {name: getattr(compiler, name) for name in _KNOWN}
        return _Written(query, statement, tuple(params), known)

    def count(self, **values: Any) -> int:
        """How many rows there are."""
        statement = f"SELECT count(*) FROM ({self._written.statement}) AS asked"  # noqa: S608
        return int(rows(statement, self._written.filled(values))[0][0])

    def tuples(self, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a question for values, as the database gives them."""
        return rows(self._written.statement, self._written.filled(values))

    def rows(self, **values: Any) -> list[M]:
        """The rows as objects."""
        read: Any = _Read(self._written, values)
        return list(ModelIterable(read))


def asked(question: Callable[..., QuerySet[M, Any]]) -> Asked[M]:
    """Make a function that gives a queryset into a question that is written once."""
    return Asked(question)
