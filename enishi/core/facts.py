"""One app announces a fact; apps above it react.

Reactions run inside the announcer's transaction: everything happens or nothing does.
A reaction that must leave the database (mail, HTTP) enqueues a job instead.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.db.models import Model
from django.utils.functional import Promise

_reactions: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened. Named in the past tense; never changed afterwards."""

    # A sentence for history; it may name %(by)s, %(about)s, %(fields)s and the fact's own fields.
    history: ClassVar[str | Promise] = ""
    private: ClassVar[frozenset[str]] = frozenset()  # fields whose values history must not keep
    in_history: ClassVar[bool] = True  # False for what is kept elsewhere, set by set

    about: Model | None
    by: AbstractBaseUser | None  # None when no person did it, for example a nightly job


F = TypeVar("F", bound=Fact)


def reacts_to(fact_type: type[F]) -> Callable[[Callable[[F], None]], Callable[[F], None]]:
    """Register a reaction to a fact and to every fact derived from it."""

    def decorator(reaction: Callable[[F], None]) -> Callable[[F], None]:
        _reactions[fact_type].append(reaction)
        return reaction

    return decorator


def announce(fact: Fact) -> None:
    """Tell every reaction, inside the transaction that made the fact true."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"Announce {type(fact).__name__} inside transaction.atomic().")

    for fact_type in type(fact).__mro__:
        for reaction in _reactions[fact_type]:
            reaction(fact)
