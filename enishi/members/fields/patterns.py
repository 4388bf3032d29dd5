"""The pattern that the text of a field must have: a regular expression that cannot run away."""

import re
import warnings
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from django.utils.translation import gettext as _

from .wrong import Wrong

_REPEATS = {"MAX_REPEAT", "MIN_REPEAT"}
_REFUSED = {"GROUPREF", "GROUPREF_EXISTS", "ASSERT", "ASSERT_NOT"}
_ENDLESS = 20  # repetitions from which on a repeat within a repeat is refused


def check_pattern(pattern: str) -> str:
    """The pattern. Raises Wrong for one that cannot be read, or that could take for ever."""
    if not pattern:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
            tree = _parser.parse(pattern)
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise Wrong(_("This pattern cannot be read. Write a regular expression.")) from error
    if not _is_tame(tree, inside=False):
        raise Wrong(_("This pattern could take too long. Write it without repeats in repeats."))
    return pattern


def _is_tame(tree: Any, *, inside: bool) -> bool:
    for operator, argument in tree:
        name = str(operator)
        if name in _REFUSED:
            return False
        within = inside
        if name in _REPEATS:
            many = argument[1] is None or int(argument[1]) > _ENDLESS
            if many and inside:
                return False
            within = inside or many
        if not all(_is_tame(part, inside=within) for part in _parts(argument)):
            return False
    return True


def _parts(argument: Any) -> list[Any]:
    """The patterns within the argument of an operator."""
    if isinstance(argument, _parser.SubPattern):
        return [argument]
    if isinstance(argument, list | tuple):
        return [part for one in argument for part in _parts(one)]
    return []
