"""The language of whoever has signed in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation


def language_of_user(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Speak the user's own language; the signed-out keep what LocaleMiddleware found."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.language:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or ""
        return get_response(request)

    return respond
