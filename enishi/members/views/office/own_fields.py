"""Settings: the fields that the organisation keeps of members beyond the usual ones."""

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.members.fields import desk as pages
from enishi.members.fields import visible_fields
from enishi.members.fields.types import linked, served_at
from enishi.members.models import Field, FieldFile, Member
from enishi.members.serving import served

_PAGES = {
    "fields": "members:fields",
    "new": "members:field_new",
    "field": "members:field",
    "retirement": "members:field_retirement",
    "deletion": "members:field_deletion",
    "restoration": "members:field_restoration",
    "order": "members:field_order",
    "section": "members:field_section",
}


def _url(page: str, *args: Any) -> str:
    return reverse(_PAGES[page], args=args)


DESK = pages.Desk(
    "",
    _("Own fields"),
    _url,
    lead=_(
        "Fields that your organisation keeps in addition to the usual ones. An import can add"
        " them, too, from the columns of your list."
    ),
)


@requires("members.configure")
@require_GET
def fields(request: OfficeRequest) -> HttpResponse:
    return pages.list_page(request, DESK)


@requires("members.configure")
def field_new(request: OfficeRequest) -> HttpResponse:
    return pages.new_page(request, DESK)


@requires("members.configure")
def field_edit(request: OfficeRequest, pk: int) -> HttpResponse:
    return pages.edit_page(request, DESK, pk)


@requires("members.configure")
@require_POST
def retirement(request: OfficeRequest, pk: int) -> HttpResponse:
    return pages.retirement_of(request, DESK, pk)


@requires("members.configure")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    return pages.deletion_of(request, DESK, pk)


@requires("members.configure")
@require_POST
def restoration(request: OfficeRequest, pk: int) -> HttpResponse:
    return pages.restoration_of(request, DESK, pk)


@requires("members.configure")
@require_POST
def order(request: OfficeRequest) -> HttpResponse:
    return pages.order_of(request, DESK)


@requires("members.configure")
@require_POST
def section(request: OfficeRequest) -> HttpResponse:
    return pages.section_of(request, DESK)


AT_ONCE = 8


@requires("members.view")
@require_GET
def links(request: OfficeRequest) -> JsonResponse:
    """What a field may link to and fits what was typed: for suggestions below its input.

    ``?field=`` is the id of the field; without it members are meant.
    """
    words = request.GET.get("words", "").strip()[:100].replace("\x00", "")
    pk = request.GET.get("field", "")
    asked = Field.objects.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    kind, to = (asked.type, asked.links_to) if asked is not None else ("member", "")
    found: list[dict[str, str]] = []
    if words and kind in linked:
        some = linked[kind].found(to, words, AT_ONCE, request.user)
        found = [{"value": one.written, "label": one.label, "more": one.more} for one in some]
    return JsonResponse({"found": found})


@requires("members.view")
@require_GET
def file(request: OfficeRequest, pk: int, key: str) -> HttpResponseBase:
    """The file in a field of a member, for who may see the field."""
    member = get_object_or_404(Member.objects.present(), pk=pk)
    definition = visible_fields(request.user).get(f"data.{key}")
    if definition is None:
        raise Http404
    row = get_object_or_404(FieldFile, pk=member.data.get(key), key=key, table="")
    return served(row, shown="view" in request.GET)


def _address(row: FieldFile) -> str:
    if row.member_id is None:
        return ""
    return reverse("members:field_file", args=[row.member_id, row.key])


served_at("member", _address)
