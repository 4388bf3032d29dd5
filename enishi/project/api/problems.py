"""Errors of the API as problem+json (RFC 9457), in the language that the program asks for."""

import json
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja import errors as ninja

from enishi.accounts.api import NotAllowed, TooManyRequests, WrongInput
from enishi.core.origin import origin
from enishi.core.pages import BadCursor
from enishi.core.refusals import Refusal

from .wording import sentence_for, title_of

_log = logging.getLogger("enishi.api")
MEDIA = "application/problem+json"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "default": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence: what is wrong, what to do."},
        "request_id": {"type": "string", "description": "Name it when you ask for help."},
        "errors": {
            "type": "array",
            "description": "What is wrong with which field.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def problem(
    status: int, detail: object = "", errors: Iterable[tuple[str, str]] = (), **more: Any
) -> HttpResponse:
    """An error answer. ``errors`` are pairs of field and sentence; ``more`` stands beside them."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title_of(status),
        "status": status,
        "detail": str(detail) or title_of(status),
        "request_id": origin().request_id,
    }
    if listed := [{"field": field, "message": str(text)} for field, text in errors]:
        body["errors"] = listed
    body |= more
    text = json.dumps(body, ensure_ascii=False)
    sound = text.encode(errors="replace")  # half characters may be repeated from what was sent
    return HttpResponse(sound, status=status, content_type=MEDIA)


def answer_problems_in(api: NinjaAPI) -> None:
    """Teach the API to answer every exception that we know with a problem."""

    def says(kind: type[Exception], answer: Callable[[Any], HttpResponse]) -> None:
        api.add_exception_handler(kind, lambda _request, error: answer(error))

    says(ninja.ValidationError, _unreadable)
    says(ninja.AuthenticationError, lambda _error: unknown_token())
    says(ninja.HttpError, _refused)
    says(RequestDataTooBig, lambda _error: problem(413, _("The body is too large.")))
    says(NotAllowed, lambda error: problem(403, error))
    says(PermissionDenied, lambda _error: problem(403, _("This token may not do that.")))
    says(TooManyRequests, _too_many)
    says(WrongInput, lambda error: problem(422, error, error.errors))
    says(Refusal, lambda no: problem(no.status, no, no.errors.items(), **no.details))
    says(ValidationError, _invalid)
    says(BadCursor, lambda error: problem(422, "", [("cursor", _cursor_sentence(error))]))
    says(Http404, lambda _error: nothing_here())
    says(SuspiciousOperation, lambda _error: problem(400))
    api.add_exception_handler(Exception, _unexpected)


def _refused(error: ninja.HttpError) -> HttpResponse:
    """Ninja says 400 only of a body that it cannot read; to the sender that is wrong input too."""
    if error.status_code != HTTPStatus.BAD_REQUEST:
        return problem(error.status_code, error)
    if isinstance(reason := error.__cause__, WrongInput):
        return problem(422, reason, reason.errors)
    sentence = _("The body cannot be read. Send it in the form that the documents name.")
    return problem(422, sentence, [("", sentence)])


def unknown_token() -> HttpResponse:
    answer = problem(401, _("Send a token that works: “Authorization: Bearer eni_…”."))
    answer["WWW-Authenticate"] = 'Bearer realm="enishi"'
    return answer


def nothing_here() -> HttpResponse:
    return problem(404, _("There is no such thing, or not any more."))


def _cursor_sentence(_error: BadCursor) -> str:
    return _("This cursor is not valid for this list. Start again without a cursor.")


def _unreadable(error: ninja.ValidationError) -> HttpResponse:
    errors = [(_field(found["loc"]), sentence_for(found)) for found in error.errors]
    return problem(422, _("Some fields cannot be taken as they are."), errors)


def _field(place: tuple[Any, ...]) -> str:
    """``("body", "data", "birth_date")`` → ``birth_date``: how the sender calls it."""
    source, *rest = place
    if source in {"body", "form"} and len(rest) > 1:
        rest = rest[1:]
    elif source == "body":
        rest = []
    return ".".join(str(part) for part in rest)


def _invalid(error: ValidationError) -> HttpResponse:
    if hasattr(error, "error_dict"):
        errors = [
            ("" if field == "__all__" else field, text)
            for field, texts in error.message_dict.items()
            for text in texts
        ]
    else:
        errors = [("", text) for text in error.messages]
    return problem(422, _("Some fields cannot be taken as they are."), errors)


def _too_many(error: TooManyRequests) -> HttpResponse:
    answer = problem(429, error)
    answer["Retry-After"] = str(error.retry_after)
    return answer


def _unexpected(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    _log.error("%s %s failed", request.method, request.path, exc_info=error)  # type: ignore[arg-type]
    return problem(500, _("Something went wrong here. It is logged; please try again later."))


def answer_with_problems(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: whatever goes wrong below /api/ is a problem too; limits stand in the headers."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return get_response(request)
        if "\x00" in request.path:  # PostgreSQL knows no such text
            return nothing_here()
        response = get_response(request)
        status = response.status_code
        said = response.headers.get("Content-Type", "")
        if status >= HTTPStatus.BAD_REQUEST and not said.startswith(MEDIA):
            response = _instead_of(response)
        for name, value in getattr(request, "rate_headers", {}).items():
            response.headers[name] = str(value)
        return response

    return respond


def _instead_of(response: HttpResponseBase) -> HttpResponse:
    status = response.status_code
    if status == HTTPStatus.NOT_FOUND:
        return nothing_here()
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = response.headers.get("Allow", "")
        answer = problem(405, _("Here only these work: %(methods)s.") % {"methods": allowed})
        answer["Allow"] = allowed
        return answer
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(
            status, _("Something went wrong here. It is logged; please try again later.")
        )
    return problem(status)
