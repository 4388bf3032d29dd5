"""The list of members."""

from collections import defaultdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.pages import BadCursor, Count
from enishi.members.fields import visible_fields
from enishi.members.listing import SORTS, Listing
from enishi.members.models import Member, MemberTag, Tag
from enishi.ui.written import number

from . import filters
from .cells import CHOSEN, Column, chosen_columns, every_column, rows

AT_ONCE = 50
SORT_OF = {key: key for key in SORTS} | {"name": "kana"}
MOST_COLUMNS = 40


@requires("members.view")
@require_GET
def roll(request: OfficeRequest) -> HttpResponse:
    """The list, by ``?search=``, the filters, ``?sort=`` and ``?cursor=``."""
    listing = Listing(request.GET, by=request.user)
    if to := filters.canonical(request.GET, listing):
        return redirect(to)
    try:
        page = listing.page(cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect(filters.addressed(filters.pairs(request.GET)))
    every = every_column(listing.definitions, SORT_OF)
    columns = chosen_columns(request, every)
    if any(column.key == "tags" for column in columns):
        _lay_tags(page.items)
    count = listing.count()
    may = request.user.has_right
    may_select = may("members.edit") or may("members.export")
    context = {
        "search": listing.text,
        "sort": listing.sort,
        "page": page,
        "rows": rows(page.items, columns, selectable=may_select) if page.items else "",
        "columns": columns,
        "all_columns": every,
        "chosen": {column.key for column in columns},
        "chips": list(filters.chips(request.GET, listing)),
        "groups": filters.groups(request.GET, listing),
        "editing": filters.editing(request.GET, listing),
        "problem": listing.problems.get("sort", ""),
        "narrowed": listing.is_narrowed,
        "kept": filters.pairs(request.GET, "search"),
        "filtered": filters.pairs(request.GET),
        "clear_url": filters.addressed(_sorted_only(request)),
        "count_said": said(count),
        "reach": _reach(count),
        "may_edit": may("members.edit"),
        "may_delete": may("members.delete"),
        "may_configure": may("members.configure"),
        "may_export": may("members.export"),
        "may_import": may("imports.edit"),
        "may_select": may_select,
        "import_url": reverse("members:imports"),
        "labels_url": filters.addressed(filters.pairs(request.GET), to="members:labels_new"),
        "export_url": filters.addressed(filters.pairs(request.GET), to="members:export_new"),
        "export_start_url": reverse("members:export_new"),
    }
    response = render(request, "members/office/roll.html", context)
    if request.headers.get("HX-Trigger") == "roll-form":  # each pause in typing is no step back
        response["HX-Replace-Url"] = filters.addressed(filters.pairs(request.GET))
    return response


def said(count: Count) -> str:
    """2,014人; beyond what is counted 約 120,000人."""
    words = ngettext("%(n)s member", "%(n)s members", count.value)
    if not count.exact:
        words = _("about %(n)s members")
    return words % {"n": number(count.value)}


def _reach(count: Count) -> str:
    return number(count.value) if count.exact else _("about %(n)s") % {"n": number(count.value)}


def _sorted_only(request: OfficeRequest) -> filters.Pairs:
    return [(name, value) for name, value in filters.pairs(request.GET) if name == "sort"]


def _lay_tags(members: list[Member]) -> None:
    """The tags of all rows with one query."""
    links = MemberTag.objects.filter(member__in=members).select_related("tag").order_by("tag__name")
    tags: dict[int, list[Tag]] = defaultdict(list)
    for link in links:
        tags[link.member_id].append(link.tag)
    for member in members:
        member.shown_tags = tags[member.pk]  # type: ignore[attr-defined]


@requires("members.view")
@require_POST
def columns(request: OfficeRequest) -> HttpResponse:
    """Remember which columns this user wants to see."""
    every: list[Column] = every_column(visible_fields(request.user), SORT_OF)
    wanted = set(request.POST.getlist("columns"))
    chosen = [column.key for column in every if column.key in wanted][:MOST_COLUMNS]
    if request.POST.get("usual") or not chosen:
        request.session.pop(CHOSEN, None)
    else:
        if "name" not in chosen:
            chosen.insert(0, "name")  # a row without its name leads nowhere
        request.session[CHOSEN] = chosen
    back: Any = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("members:list"))
