"""The list of members."""

from collections import defaultdict
from collections.abc import Container
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.asked import asked
from enishi.core.pages import BadCursor, Count
from enishi.members.fields import visible_fields
from enishi.members.listing import ALL, Listing, sorts_for
from enishi.members.models import Member, MemberTag, SavedView, Tag
from enishi.ui.written import number

from . import filters, saved
from .cells import Column, chosen_columns, every_column, rows, ticks

AT_ONCE = 50
MOST_COLUMNS = 40
SHOWN = ("view", "rule", "sort")  # problems that have no editor of their own


@asked
def _offered(user: Any) -> QuerySet[SavedView]:
    return SavedView.objects.offered_to(user)


@requires("members.view")
@require_GET
def roll(request: OfficeRequest) -> HttpResponse:
    """The list, by ``?search=``, the filters, ``?sort=`` and ``?cursor=``."""
    views = _offered.rows(user=request.user.pk)
    params = saved.opened(request, views)
    listing = Listing(params, by=request.user)
    if to := filters.canonical(params, listing):
        return redirect(to)
    try:
        page = listing.page(cursor=request.GET.get("cursor", ""), limit=AT_ONCE)
    except BadCursor:
        return redirect(filters.addressed(filters.pairs(params)))
    every = every_column(listing.definitions, sort_of(listing.definitions))
    columns = chosen_columns(saved.columns_of(request, listing.view), every)
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
        "column_ticks": ticks(every, columns),
        "views": saved.chooser(request, params, listing, views),
        "height": listing.view.density if listing.view is not None else "",
        "chips": list(filters.chips(params, listing)),
        "groups": filters.groups(params, listing),
        "editing": filters.editing(params, listing),
        "problem": next(
            (listing.plainly.get(n, listing.problems[n]) for n in SHOWN if n in listing.problems),
            "",
        ),
        "narrowed": listing.is_narrowed or bool(listing.problems),
        "kept": filters.pairs(params, "search"),
        "filtered": filters.pairs(params),
        "clear_url": filters.addressed(_bare(params)),
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
        "export_url": filters.addressed(filters.pairs(params), to="members:export_new"),
        "export_start_url": reverse("members:export_new"),
    }
    response = render(request, "members/office/roll.html", context)
    if request.headers.get("HX-Trigger") == "roll-form":  # each pause in typing is no step back
        response["HX-Replace-Url"] = filters.addressed(filters.pairs(params))
    return response


def sort_of(definitions: Container[str]) -> dict[str, str]:
    """The sorting behind the head of a column."""
    known = {key: key for key in sorts_for(definitions)}
    return known | {"name": "kana"} if "kana" in known else known


def said(count: Count) -> str:
    """2,014人; beyond what is counted 約 120,000人."""
    words = ngettext("%(n)s member", "%(n)s members", count.value)
    if not count.exact:
        words = _("about %(n)s members")
    return words % {"n": number(count.value)}


def _reach(count: Count) -> str:
    return number(count.value) if count.exact else _("about %(n)s") % {"n": number(count.value)}


def _bare(params: QueryDict) -> filters.Pairs:
    """The list without its filters: all members where a view was opened."""
    kept = [(name, value) for name, value in filters.pairs(params) if name == "sort"]
    return [("view", ALL), *kept] if "view" in params else kept


def _lay_tags(members: list[Member]) -> None:
    """The tags of all rows with one query."""
    links = MemberTag.objects.filter(member__in=members).select_related("tag").order_by("tag__name")
    tags: dict[int, list[Tag]] = defaultdict(list)
    for link in links:
        tags[link.member_id].append(link.tag)
    for member in members:
        member.shown_tags = tags[member.pk]  # type: ignore[attr-defined]


def _view_of(request: OfficeRequest) -> SavedView | None:
    """The view whose columns are chosen."""
    pk = request.POST.get("view", "")
    views = SavedView.objects.seen_by(request.user)
    return views.filter(pk=pk).first() if pk.isascii() and pk.isdigit() else None


@requires("members.view")
@require_POST
def columns(request: OfficeRequest) -> HttpResponse:
    """Remember which columns this user wants to see."""
    seen = visible_fields(request.user)
    every: list[Column] = every_column(seen, sort_of(seen))
    wanted = set(request.POST.getlist("columns"))
    kept = saved.session_key(_view_of(request))
    chosen = [column.key for column in every if column.key in wanted][:MOST_COLUMNS]
    if request.POST.get("usual") or not chosen:
        request.session.pop(kept, None)
    else:
        if "name" not in chosen:
            chosen.insert(0, "name")  # a row without its name leads nowhere
        request.session[kept] = chosen
    back: Any = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("members:list"))
