"""The sentences of the API's errors."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext as _


def title_of(status: int) -> str:
    """A few words for a status code."""
    titles = {
        400: _("The request cannot be read"),
        401: _("Not signed in"),
        403: _("Not allowed"),
        404: _("Not found"),
        405: _("This method does not work here"),
        409: _("Changed meanwhile"),
        413: _("Too large"),
        415: _("Not in a form that can be read"),
        422: _("Wrong input"),
        429: _("Too many requests"),
        500: _("Something went wrong"),
        503: _("Not ready"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


def sentence_for(error: dict[str, Any]) -> str:  # noqa: C901, PLR0912
    """What pydantic found wrong with one field, as a sentence in the language of the request."""
    kind, limits = str(error["type"]), error.get("ctx") or {}
    match kind:
        case "missing":
            return _("This field is needed.")
        case "extra_forbidden":
            return _("There is no field of this name.")
        case "string_type":
            return _("This must be text.")
        case "string_too_short":
            return _("This is too short; at least %(n)s characters.") % {"n": limits["min_length"]}
        case "string_too_long":
            return _("This is too long; at most %(n)s characters.") % {"n": limits["max_length"]}
        case "string_pattern_mismatch":
            return _("This is not in the right form.")
        case "int_type" | "int_parsing" | "int_from_float":
            return _("This must be a whole number.")
        case "float_type" | "float_parsing" | "decimal_parsing" | "decimal_type":
            return _("This must be a number.")
        case "bool_type" | "bool_parsing":
            return _("This must be true or false.")
        case "list_type":
            return _("This must be a list.")
        case "dict_type" | "model_type" | "model_attributes_type":
            return _("This must be an object.")
        case "greater_than_equal":
            return _("This must be at least %(n)s.") % {"n": limits["ge"]}
        case "less_than_equal":
            return _("This must be at most %(n)s.") % {"n": limits["le"]}
        case "greater_than":
            return _("This must be more than %(n)s.") % {"n": limits["gt"]}
        case "literal_error" | "enum":
            return _("This must be one of: %(choices)s.") % {"choices": limits.get("expected", "")}
        case "value_error" | "assertion_error":
            return str(limits.get("error") or error["msg"])
        case "json_invalid":
            return _("This is not JSON.")
    if kind.startswith(("date", "datetime", "time")):
        return _("This is not a date. Write it like 2026-04-01.")
    if kind.startswith("uuid"):
        return _("This is not an id.")
    return _("This cannot be taken as it is.")
