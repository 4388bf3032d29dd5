"""Notices: the list, one of them with who has read it, and writing one."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.models import Notice
from enishi.campaigns.permissions import sees_members
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.core.sheets import csv_download
from enishi.segments import actions as segments
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment
from enishi.ui import toasts

from .results import AS_EXCEL_READS
from .twice import asked, version_of

TEMPLATES = "campaigns/office"
TONES = {Notice.State.PLANNED: "info", Notice.State.SHOWN: "good", Notice.State.OVER: ""}
_WHEN = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class NoticeForm(forms.Form):
    """A notice on one page."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    body = forms.CharField(
        label=pgettext_lazy("notice", "Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=gettext_lazy("**bold**, [words](https://…), empty line: new paragraph"),
    )
    must_read = forms.BooleanField(
        label=gettext_lazy("Must be read: stays on top until the member confirms it"),
        required=False,
    )
    segment = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        required=False,
        help_text=gettext_lazy("Who has left does not see it."),
    )
    from_at = forms.DateTimeField(
        label=gettext_lazy("Shown from"),
        required=False,
        widget=_WHEN,
        help_text=gettext_lazy("Empty: at once."),
    )
    to_at = forms.DateTimeField(
        label=gettext_lazy("Shown until"),
        required=False,
        widget=_WHEN,
        help_text=gettext_lazy("Empty: until you end it."),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Ask everybody to read it once more, also who has read it"),
        required=False,
    )

    def __init__(self, given: Any = None, *, notice: Notice | None, by: Any) -> None:
        super().__init__(given, initial=_holds(notice) if notice else {"segment": ""})
        known = [(str(one.pk), one.name) for one in seen_by(Segment.objects.all()[:500], by)]
        everybody = ("", _("All members"))
        self.fields["segment"].choices = [everybody, *known]  # type: ignore[attr-defined]
        if notice is None:
            del self.fields["again"]


def _holds(notice: Notice) -> dict[str, Any]:
    """What the form is filled with; times as the form reads them, to the minute."""
    found_: dict[str, Any] = {
        name: getattr(notice, name) for name in ("title", "body", "must_read")
    }
    for name in ("from_at", "to_at"):
        at = getattr(notice, name)
        found_[name] = timezone.localtime(at).replace(second=0, microsecond=0) if at else None
    return found_ | {"segment": str(notice.segment_id or "")}


def found(pk: int) -> Notice:
    return get_object_or_404(Notice.objects.select_related("segment", "by"), pk=pk)


@requires("notices.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """All notices, the newest first, with how many have read them."""
    rows = Notice.objects.select_related("segment")
    state = request.GET.get("state", "")
    if state in Notice.State.values:
        rows = rows.in_state(state)
    try:
        shown = page(rows, sort=["-from_at"], cursor=request.GET.get("cursor", ""), limit=20)
    except BadCursor:
        return redirect("campaigns:notices")
    context = {
        "page": shown,
        "rows": [(one, TONES[one.state], *actions.counted_readings(one)) for one in shown.items],
        "states": Notice.State.choices,
        "state": state,
        "can_write": request.user.has_right("notices.edit"),
    }
    return render(request, f"{TEMPLATES}/notices.html", context)


@requires("notices.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    return _edit(request, None)


@requires("notices.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    return _edit(request, found(pk))


def _edit(request: OfficeRequest, notice: Notice | None) -> HttpResponse:
    form = NoticeForm(request.POST or None, notice=notice, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, notice, form)
        except Refusal as refusal:
            for name, sentence in refusal.errors.items():
                form.add_error(name if name in form.fields else None, sentence)
            if not refusal.errors:
                form.add_error(None, str(refusal))
    context = {"form": form, "notice": notice}
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/notice_edit.html", context, status=code)


def _save(request: OfficeRequest, notice: Notice | None, form: NoticeForm) -> HttpResponse:
    """Save, or ask where somebody else has changed the same meanwhile."""
    with transaction.atomic():
        if notice is not None:
            notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
            if clash := asked(request, form, _holds(notice), notice, _("Notice")):
                return clash
        said = dict(form.cleaned_data)
        again = said.pop("again", False)
        if notice is None:
            saved = actions.publish_notice(said, by=request.user)
        else:
            version = version_of(request)
            saved = actions.change_notice(
                notice, said, by=request.user, version=version, again=again
            )
    toasts.say(request, _("The notice is saved."))
    return redirect(saved)


@requires("notices.view")
@require_safe
def notice(request: OfficeRequest, pk: int) -> HttpResponse:
    """The notice, and member by member who has read it when."""
    row = found(pk)
    which = request.GET.get("read", "")
    read_only = {"yes": True, "no": False}.get(which)
    members = actions.with_readings(row, read=read_only).select_related("type")
    try:
        shown = page(members, sort=["number"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect(row)
    read, every = actions.counted_readings(row)
    context = {
        "notice": row,
        "tone": TONES[row.state],
        "page": shown,
        "which": which,
        "read": read,
        "unread": every - read,
        "every": every,
        "names": sees_members(request),
        "can_edit": request.user.has_right("notices.edit"),
        "can_delete": request.user.has_right("notices.delete"),
        "can_export": request.user.has_right("notices.export"),
        "can_segment": request.user.has_right("segments.edit")
        and request.user.has_right("activity.view"),
    }
    return render(request, f"{TEMPLATES}/notice.html", context)


@requires("notices.edit")
@require_POST
def ending(request: OfficeRequest, pk: int) -> HttpResponse:
    row = actions.end_notice(found(pk), by=request.user)
    toasts.say(request, _("The notice is shown no more."))
    return redirect(row)


@requires("notices.delete")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    try:
        actions.delete_notice(found(pk), by=request.user)
    except Refusal as refusal:
        toasts.refuse(request, str(refusal))
        return redirect("campaigns:notice", pk)
    toasts.say(request, _("The notice was deleted."))
    return redirect("campaigns:notices")


@requires("segments.edit")
@require_POST
def unread(request: OfficeRequest, pk: int) -> HttpResponse:
    """Those who have not read it, as a segment."""
    row = found(pk)
    name = _("Not read: %(title)s") % {"title": row.title}
    try:
        made = segments.create(name=name[:100], rule=actions.unread_rule(row), by=request.user)
    except Refusal as refusal:
        toasts.refuse(request, " ".join([str(refusal), *map(str, refusal.errors.values())]))
        return redirect(row)
    toasts.say(request, _("The segment was made."))
    return redirect(made)


@requires("notices.export")
@require_safe
def export(request: OfficeRequest, pk: int) -> StreamingHttpResponse:
    """Who has read it when, as CSV that Excel opens."""
    return csv_download(_lines(found(pk), names=sees_members(request)), f"notice-{pk}.csv")


def _lines(row: Notice, *, names: bool) -> Iterator[tuple[object, ...]]:
    yield _("Member number"), pgettext("merge field", "Name"), pgettext("at", "Read")
    for one in actions.with_readings(row).order_by("number").iterator(chunk_size=2000):
        at = f"{timezone.localtime(one.read_at):{AS_EXCEL_READS}}" if one.read_at else ""
        yield one.number, one.name if names else "", at
