"""Saved views of the list: chosen beside the title, kept, renamed, shared, deleted."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.refusals import Refusal
from enishi.members import actions
from enishi.members.fields import visible_fields
from enishi.members.forms.views import ViewContentForm, ViewForm
from enishi.members.listing import ALL, Listing, joined, parts_of, rule_of, unnamed
from enishi.members.models import SavedView
from enishi.ui import toasts
from enishi.ui.clashes import saved, tried

from .cells import CHOSEN, every_column
from .filters import OF_THE_PAGE, addressed, pairs

READ = "members.view"  # where the session keeps what a view held when it was opened


def opened(request: OfficeRequest, views: Sequence[SavedView]) -> QueryDict:
    """The parameters of the list; of a bare address those of the view that the role sees first."""
    asked: QueryDict = request.GET
    if any(name not in OF_THE_PAGE for name in asked):
        return asked
    first = next((view for view in views if getattr(view, "comes_first", False)), None)
    if first is None:
        return asked
    asked = asked.copy()
    asked["view"] = str(first.pk)
    return asked


def session_key(view: SavedView | None) -> str:
    """Where the session keeps the columns that somebody has chosen."""
    return CHOSEN if view is None else f"{CHOSEN}:{view.pk}"


def columns_of(request: OfficeRequest, view: SavedView | None) -> Sequence[str]:
    """Keys of the columns to be shown; none: the usual ones."""
    chosen: list[str] | None = request.session.get(session_key(view))
    if chosen:
        return chosen
    return view.columns if view is not None else ()


def is_changed(request: OfficeRequest, listing: Listing) -> bool:
    """Whether the list on the page differs from the view that was opened."""
    view = listing.view
    if view is None:
        return False
    return (
        rule_of(listing) != joined(parts_of(view.rule))  # {"all": [one]} is that one
        or listing.text != view.search
        or listing.sort != Listing({"sort": view.sort}, by=request.user).sort
        or bool(request.session.get(session_key(view)))
    )


def chooser(
    request: OfficeRequest, params: QueryDict, listing: Listing, every: Sequence[SavedView]
) -> dict[str, Any]:
    """What the menu beside the title shows."""
    view, user = listing.view, request.user
    kept = pairs(params)
    mine = view is not None and actions.may_change_view(view, user)
    found: dict[str, Any] = {
        "name": view.name if view is not None else unnamed(),
        "view": view,
        "changed": is_changed(request, listing),
        "own": [one for one in every if one.owner_id == user.pk],
        "shared": [one for one in every if one.owner_id != user.pk],
        "all_url": addressed([("view", ALL)]),
        "new_url": addressed(kept, to="members:view_new"),
        "back_url": addressed([("view", str(view.pk))]) if view is not None else "",
        "mine": mine,
    }
    if view is not None and mine:
        found["content"] = _content_form(request, initial=_read(request, view, found["changed"]))
        found["save_url"] = f"{reverse('members:view', args=[view.pk])}?{_query(kept)}"
    return found


def _read(request: OfficeRequest, view: SavedView, changed: bool) -> dict[str, Any]:
    """What the view held when it was opened, before anything was changed: what one's own changes
    are held against when they are saved."""
    key = f"{READ}:{view.pk}"
    now = ViewContentForm.of(view)
    if (changed and key in request.session) or request.session.get(key) == now:
        found: dict[str, Any] = request.session[key]
        return found
    request.session[key] = now
    return now


def _content_form(request: OfficeRequest, *args: Any, **kwargs: Any) -> ViewContentForm:
    columns = every_column(visible_fields(request.user), {})
    labels = {column.key: column.label for column in columns}
    return ViewContentForm(*args, user=request.user, labels=labels, **kwargs)


def _query(kept: list[tuple[str, str]]) -> str:
    return addressed(kept).partition("?")[2]


def _content(request: OfficeRequest) -> dict[str, Any]:
    """What the list holds whose parameters travelled along in the address."""
    listing = Listing(request.GET, by=request.user)
    if listing.problems:
        raise actions.Invalid({"": next(iter(listing.problems.values()))})
    return {
        "rule": rule_of(listing),
        "search": listing.text,
        "sort": listing.sort if listing.sort != Listing({}).sort else "",
        "columns": list(columns_of(request, listing.view)),
    }


@requires("members.view")
def new(request: OfficeRequest) -> HttpResponse:
    """Keep the list as it is under a name."""
    form = ViewForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        made: list[SavedView] = []

        def save() -> None:
            values = {**_content(request), **form.cleaned_data}
            made.append(actions.save_view(**values, by=request.user))

        if tried(form, save):
            listing = Listing(request.GET, by=request.user)
            request.session.pop(session_key(listing.view), None)
            toasts.say(request, _("The view “%(name)s” was saved.") % {"name": made[0]})
            return redirect(addressed([("view", str(made[0].pk))]))
    return _dialog(request, form, _("Save this view"), said=Listing(request.GET, by=request.user))


@requires("members.view")
@require_POST
def view(request: OfficeRequest, pk: int) -> HttpResponse:
    """Keep the list as it is in the view that was opened; what somebody else has changed in it
    since is shown, and one chooses."""
    found = get_object_or_404(SavedView.objects.seen_by(request.user), pk=pk)

    def save(row: SavedView) -> None:
        actions.change_view(row, **form.content(), by=request.user)
        request.session.pop(session_key(found), None)

    try:
        content = _content(request)
    except Refusal as no:
        toasts.refuse(request, str(no))
        return redirect(addressed(pairs(request.GET)))
    form = _content_form(request, {**content, "columns": "\n".join(content["columns"])})
    form.is_valid()
    answer = saved(
        request,
        form,
        locked=lambda: SavedView.objects.select_for_update(of=("self",)).get(pk=pk),
        now=ViewContentForm.of,
        save=save,
        heading=_("Save the view"),
        back=addressed([("view", str(pk))]),
        said=_("The view “%(name)s” was saved.") % {"name": found},
    )
    if answer is not None:
        return answer
    toasts.refuse(request, str(next(iter(form.errors.values()))[0]))
    return redirect(addressed(pairs(request.GET)))


@requires("members.view")
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    """Name, row height, who can use it, who sees it first."""
    found = get_object_or_404(SavedView.objects.seen_by(request.user), pk=pk)
    names = ("name", "density", "shared", "default_for")
    initial = {name: getattr(found, name) for name in names}
    form = ViewForm(request.POST or None, user=request.user, view=found, initial=initial)
    answer = saved(
        request,
        form,
        locked=lambda: SavedView.objects.select_for_update(of=("self",)).get(pk=pk),
        now=lambda row: {name: getattr(row, name) for name in names},
        save=lambda row: actions.change_view(row, **form.cleaned_data, by=request.user),
        heading=_("Edit the view"),
        back=addressed([("view", str(pk))]),
    )
    if answer is not None:
        return answer
    return _dialog(request, form, _("Edit the view"), view=found)


@requires("members.view")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    """Delete a view; the message offers to take it back."""
    found = get_object_or_404(SavedView.objects.seen_by(request.user), pk=pk)
    try:
        actions.delete_view(found, by=request.user)
    except Refusal as no:
        toasts.refuse(request, str(no))
        return redirect(addressed([("view", str(pk))]))
    undo = reverse("members:view_restoration", args=[pk])
    toasts.say(request, _("The view “%(name)s” was deleted.") % {"name": found}, undo=undo)
    return redirect("members:list")


@requires("members.view")
@require_POST
def restoration(request: OfficeRequest, pk: int) -> HttpResponse:
    """Take a deleted view back."""
    deleted = SavedView.objects.exclude(deleted_at=None)
    found = get_object_or_404(deleted, pk=pk)
    if not actions.may_change_view(found, request.user):
        get_object_or_404(deleted.none(), pk=pk)
    actions.restore_view(found, by=request.user)
    return redirect(addressed([("view", str(pk))]))


def _dialog(request: OfficeRequest, form: ViewForm, heading: str, **more: Any) -> HttpResponse:
    context = {"form": form, "heading": heading, **more}
    status = 422 if form.is_bound else 200
    return render(request, "members/office/view_form.html", context, status=status)
