"""Pictures of mails: put in by the office, fetched by mail programs."""

from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, public, requires
from enishi.campaigns import actions
from enishi.campaigns.models import Picture
from enishi.core.refusals import Refusal

TYPES = {
    Picture.Kind.JPEG: "image/jpeg",
    Picture.Kind.PNG: "image/png",
    Picture.Kind.GIF: "image/gif",
}


@requires("campaigns.edit")
@require_POST
def pictures(request: OfficeRequest) -> JsonResponse:
    """Take one in; answers where it is, or what is wrong with it."""
    given = request.FILES.get("file")
    if given is None:
        return JsonResponse({"detail": _("Choose a picture.")}, status=422)
    try:
        if (given.size or 0) > actions.LARGEST_PICTURE:
            raise actions.PictureTooLarge
        made = actions.add_picture(given.read(), name=given.name or "", by=request.user)
    except Refusal as refusal:
        return JsonResponse({"detail": str(refusal)}, status=refusal.status)
    return JsonResponse({"src": made.url, "width": made.width, "height": made.height}, status=201)


@public
@require_safe
def picture(request: HttpRequest, word: str, kind: str) -> HttpResponseBase:  # noqa: ARG001
    """The picture, for anybody who has got a mail with it. It never changes."""
    found = get_object_or_404(Picture, word=word, kind=kind)
    try:
        answer = FileResponse(found.file.open(), content_type=TYPES[Picture.Kind(found.kind)])
    except FileNotFoundError as error:
        raise Http404 from error
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer
