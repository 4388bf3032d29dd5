"""The list of campaigns, the calendar, and writing one."""

import calendar
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions, reporting
from enishi.campaigns.body import repeating
from enishi.campaigns.body.fields import offered
from enishi.campaigns.forms import CampaignForm, ReaderForm, initial, reader_named
from enishi.campaigns.models import Approval, Campaign, State, Variant
from enishi.campaigns.permissions import sees_members
from enishi.campaigns.starters import STARTERS, begun_with
from enishi.core import clock
from enishi.core.pages import BadCursor, page
from enishi.core.refusals import Refusal
from enishi.members.models import Field, Member
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment
from enishi.ui import toasts
from enishi.ui.written import number

from .twice import asked, version_of

TEMPLATES = "campaigns/office"
DELETED = "campaigns.deleted"  # of the session: the draft that one deleted last
TONES = {
    State.DRAFT: "",
    State.SCHEDULED: "info",
    State.FREEZING: "info",
    State.SENDING: "info",
    State.PAUSED: "wait",
    State.DONE: "good",
    State.CANCELLED: "",
    State.MISSED: "bad",
}
# A mail may look as it likes, but runs nothing, sends nothing and reaches nothing of ours.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https: http:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def reader_of(request: OfficeRequest, given: Mapping[str, Any]) -> Member | None:
    """Through whose eyes a mail is looked at: the one named, else the first who could get it;
    nobody's for whoever may not see members."""
    if not sees_members(request):
        return None
    named = reader_named(str(given.get("reader") or given.get("member") or ""), request.user)
    if named is not None:
        return named
    return Member.objects.active().exclude(email="").order_by("pk").first()


def whole(text: str) -> int | None:
    """A number of an address or a form; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def share(value: float | None) -> str:
    """As percent; nothing for what was not measured."""
    return "" if value is None else f"{value * 100:.1f}%"


def found(pk: int) -> Campaign:
    return get_object_or_404(Campaign.objects.select_related("topic", "by"), pk=pk)


@requires("campaigns.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """All campaigns, the newest first; or a month of them as a calendar."""
    if request.GET.get("view") == "calendar":
        return _calendar(request)
    rows = Campaign.objects.select_related("topic").annotate(
        moment=Coalesce("send_at", "updated_at")  # the one that the list shows
    )
    state = request.GET.get("state", "")
    if state in State.values:
        rows = rows.filter(state=state)
    try:
        shown = page(rows, sort=["-moment"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("campaigns:list")
    waiting = set(
        Approval.objects.waiting()
        .filter(campaign__in=[one.pk for one in shown.items])
        .values_list("campaign_id", flat=True)
    )
    rates = reporting.rates(shown.items)
    context = {
        "page": shown,
        "rows": [
            (one, TONES[State(one.state)], one.pk in waiting, share(opened), share(clicked))
            for one in shown.items
            for opened, clicked in [rates.get(one.pk, reporting.Rates())]
        ],
        "states": State.choices,
        "state": state,
        "can_write": request.user.has_right("campaigns.edit"),
    }
    return render(request, f"{TEMPLATES}/list.html", context)


def _calendar(request: OfficeRequest) -> HttpResponse:
    first = _month(request.GET.get("month", ""))
    weeks = calendar.Calendar(firstweekday=6).monthdatescalendar(first.year, first.month)
    begin = timezone.make_aware(datetime.combine(weeks[0][0], datetime.min.time()))
    end = timezone.make_aware(datetime.combine(weeks[-1][-1], datetime.max.time()))
    found_ = Campaign.objects.filter(send_at__gte=begin, send_at__lte=end).order_by("send_at")
    by_day: dict[date, list[tuple[Campaign, str]]] = {}
    for one in found_[:500]:
        assert one.send_at is not None
        day = timezone.localtime(one.send_at).date()
        by_day.setdefault(day, []).append((one, TONES[State(one.state)]))
    context = {
        "first": first,
        "weeks": [
            [(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in weeks
        ],
        "today": clock.today(),
        "previous": _shifted(first, -1),
        "next": _shifted(first, 1),
        "can_write": request.user.has_right("campaigns.edit"),
    }
    return render(request, f"{TEMPLATES}/calendar.html", context)


def _month(written: str) -> date:
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return clock.today().replace(day=1)


def _shifted(first: date, months: int) -> str:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return f"{max(1, min(9999, year)):04}-{month + 1:02}"


@requires("campaigns.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """Begin one; ``?segment=`` chooses whom it is for, ``?like=`` with which words."""
    campaign = Campaign(tracked=True, **actions.beginnings())
    segment = request.GET.get("segment", "")
    wanted = whole(segment)
    if wanted is not None and seen_by(Segment.objects.filter(pk=wanted), request.user):
        campaign.audience = {"include": [wanted], "exclude": []}
    like = request.GET.get("like", "")
    earlier = Campaign.objects.filter(pk=whole(like) or 0).first()
    if earlier is not None or like in STARTERS:
        begun_with(campaign, earlier or like)
    return _edit(request, campaign)


@requires("campaigns.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: OfficeRequest, pk: int) -> HttpResponse:
    campaign = found(pk)
    if not campaign.is_open:
        toasts.say(request, str(actions.NotADraft()))
        return redirect(campaign)
    return _edit(request, campaign)


def _edit(request: OfficeRequest, campaign: Campaign) -> HttpResponse:
    form = CampaignForm(request.POST or None, campaign=campaign, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, campaign, form)
        except Refusal as refusal:
            _tell(form, refusal)
    context = {
        "form": form,
        "campaign": campaign if campaign.pk else None,
        "fields": [
            ("{{ member.name|honorific }}", _("Name with 様 or 御中")),
            *((f"{{{{ {key} }}}}", label) for key, label in offered(request.user)),
        ],
        "segments": [
            {"id": one.pk, "name": one.name}
            for one in seen_by(Segment.objects.all()[:500], request.user)
        ],
        "words": _words(),
        "databases": _databases(request.user),
        "starters": [(key, one.label) for key, one in STARTERS.items()],
        "earlier": [] if campaign.pk else Campaign.objects.exclude(body={}).order_by("-pk")[:3],
        "like": request.GET.get("like", ""),
        "segment": request.GET.get("segment", ""),
        "reader": ReaderForm() if sees_members(request) else None,
    }
    return render(request, f"{TEMPLATES}/edit.html", context, status=422 if form.is_bound else 200)


def _save(request: OfficeRequest, campaign: Campaign, form: CampaignForm) -> HttpResponse:
    """Save, or ask where somebody else has changed the same meanwhile."""
    if not campaign.pk:
        saved = actions.create(form.values(), by=request.user)
    else:
        with transaction.atomic():
            row = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
            form.campaign = row
            if row.is_open and (page := asked(request, form, initial(row), row, _("Campaign"))):
                return page
            version = version_of(request)
            saved = actions.change(row, form.values(), by=request.user, version=version)
    toasts.say(request, _("The campaign is saved."))
    return redirect(saved)


def _tell(form: CampaignForm, refusal: Refusal) -> None:
    """Put a refusal's sentences beside the fields that they are about."""
    told = False
    for path, sentence in refusal.errors.items():
        name = path.partition(".")[0].partition("[")[0]
        name = {"body": form.cleaned_data.get("mode", "blocks"), "audience": "include"}.get(
            name, name
        )
        form.add_error(name if name in form.fields else None, sentence)
        told = True
    if not told:
        form.add_error(None, str(refusal))


def _databases(by: User) -> list[dict[str, Any]]:
    """What a block may repeat over, for the editor."""
    return [
        {
            "key": one.key,
            "name": str(one),
            "fields": [(field.key, str(field)) for field in repeating.fields_of(one, by)],
            "choices": [
                {
                    "key": field.key,
                    "name": str(field),
                    "values": [(one.value, str(one)) for one in field.offered_choices],
                }
                for field in repeating.fields_of(one, by)
                if field.type == Field.Type.CHOICE
            ],
        }
        for one in repeating.databases(by)
    ]


def _words() -> dict[str, str]:
    """What the editor of blocks says."""
    return {
        "heading": pgettext("block", "Heading"),
        "text": pgettext("block", "Text"),
        "image": pgettext("block", "Image"),
        "button": pgettext("block", "Button"),
        "divider": pgettext("block", "Divider"),
        "columns": pgettext("block", "Columns"),
        "members": pgettext("block", "Only for a segment"),
        "repeat": pgettext("block", "For each record"),
        "database": _("Database"),
        "only": _("Which records"),
        "every": _("Every record of the member"),
        "repeat_hint": _("This text comes once for each record. Choose its fields below."),
        "html": "HTML",
        "up": _("Move up"),
        "down": _("Move down"),
        "below": _("Add a block below"),
        "drag": _("Drag to another place"),
        "delete": _("Delete"),
        "undo": _("Undo"),
        "redo": _("Do it again"),
        "gone": _("“%s” was deleted."),
        "add": _("Add a block"),
        "picture": _("Choose a picture"),
        "other_picture": _("Another picture"),
        "drop_picture": _("or drop it here, or paste it"),
        "not_taken": _("The picture did not arrive. Look at the connection and try again."),
        "bold": pgettext("text", "Bold"),
        "bold_words": _("important words"),
        "link": pgettext("text", "Link"),
        "link_words": _("words to click"),
        "src": _("Address of the picture"),
        "alt": _("Description of the picture"),
        "href": _("Where it leads"),
        "segment": _("Segment"),
        "column": _("Column"),
        "text_hint": _("**bold**, [words](https://…), empty line: new paragraph"),
        "insert": _("Insert a merge field"),
    }


@requires("campaigns.edit")
@xframe_options_sameorigin
@require_POST
def preview(request: OfficeRequest) -> HttpResponse:
    """What stands in the form, as a member would see it; for the frame beside it."""
    form = CampaignForm(request.POST, campaign=Campaign(), by=request.user)
    form.is_valid()
    member = reader_of(request, request.POST)
    try:
        values = form.values()
        draft = Campaign(
            subject=values.get("subject", ""),
            preheader=values.get("preheader", ""),
            message_class=values.get("message_class", "advertising"),
            text_part=values.get("text_part", ""),
            sender=values.get("sender", ""),
            sender_name=values.get("sender_name", ""),
            sender_kind=values.get("sender_kind", "fixed"),
            body=actions.clean_body(values["body"]),
        )
        variant = _seen_variant(request, draft, values["variants"])
        shown = actions.preview(draft, member, by=request.user, variant=variant)
    except KeyError as error:
        raise BadRequest from error
    except ValueError as error:
        return mail(_wrong([str(error)]))
    except actions.TextFaults as faults:
        return mail(_wrong([f"{path}: {text}" for path, text in faults.errors.items()]))
    return mail(enveloped(shown))


def _seen_variant(
    request: OfficeRequest, draft: Campaign, variants: list[dict[str, Any]]
) -> Variant | None:
    """Variant B as it stands in the form, where that is what one looks at."""
    if request.POST.get("seen_variant") != "1" or len(variants) < 2:
        return None
    given = variants[1]
    body = actions.clean_body(given["body"]) if given.get("body") else None
    names = ("subject", "sender", "sender_name")
    return Variant(campaign=draft, body=body, **{name: given.get(name) or "" for name in names})


def enveloped(shown: actions.Shown) -> str:
    """The mail below what a mailbox shows of it: from whom, the subject, the preheader."""
    html = shown.html or as_html(shown.text)
    head = format_html(
        '<div style="{}"><b>{}</b> <span style="color:#57606a">&lt;{}&gt;</span>'
        '<br><b>{}</b> <span style="color:#57606a">{}</span></div>',
        _ENVELOPE,
        shown.sender_name or shown.sender,
        shown.sender,
        shown.subject or _("(no subject)"),
        shown.preheader,
    )
    found_ = _BODY.search(html)
    at = found_.end() if found_ else 0
    return html[:at] + head + html[at:]


_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_ENVELOPE = (
    "padding:10px 16px;border-bottom:1px solid #d8dee4;background:#ffffff;color:#24292f;"
    "font:14px/1.6 sans-serif;text-align:start;overflow-wrap:anywhere"
)


def _wrong(sentences: list[str]) -> str:
    lines = format_html_join("", "<li>{}</li>", ((one,) for one in sentences))
    return f'<ul style="font:16px sans-serif;color:#a4262c;line-height:1.7">{lines}</ul>'


def as_html(text: str) -> str:
    return (
        '<pre style="font:15px/1.8 sans-serif;white-space:pre-wrap;margin:16px">'
        f"{escape(text)}</pre>"
    )


def mail(html: str) -> HttpResponse:
    """A mail for a frame: it may look as it likes and do nothing."""
    at = html.lower().find("<head>")
    base = '<base target="_blank">'
    html = html[: at + 6] + base + html[at + 6 :] if at >= 0 else base + html
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = POLICY
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _followed(link: reporting.LinkFigures) -> str:
    people = ngettext("%(count)s person", "%(count)s people", link.people)
    return people % {"count": number(link.people)}


@requires("campaigns.view")
@xframe_options_sameorigin
@require_safe
def shown(request: OfficeRequest, pk: int) -> HttpResponse:
    """The saved mail as ``?member=`` would see it; with ``?clicks=`` how often its links were
    followed."""
    campaign = found(pk)
    wanted = whole(request.GET.get("variant", "")) or 0
    variant = campaign.variants.filter(number=wanted).first()
    if request.GET.get("clicks") and variant is not None and campaign.tracked:
        told = {one.number: (one.url, _followed(one)) for one in reporting.links(campaign)}
        if (html := actions.click_map(campaign, variant, told)) is not None:
            return mail(html)
    member = reader_of(request, request.GET)
    try:
        got = actions.preview(campaign, member, by=request.user, variant=variant)
    except actions.TextFaults as faults:
        return mail(_wrong([f"{path}: {text}" for path, text in faults.errors.items()]))
    return mail(enveloped(got))


@requires("campaigns.edit")
@require_POST
def copies(request: OfficeRequest, pk: int) -> HttpResponse:
    made = actions.copy(found(pk), by=request.user)
    toasts.say(request, _("A copy was made."))
    return redirect("campaigns:edit", made.pk)


@requires("campaigns.delete")
@require_POST
def deletion(request: OfficeRequest, pk: int) -> HttpResponse:
    row = found(pk)
    kept = actions.as_values(row)
    try:
        actions.delete(row, by=request.user)
    except Refusal as refusal:
        toasts.say(request, str(refusal))
        return redirect("campaigns:campaign", pk)
    request.session[DELETED] = kept
    toasts.say(request, _("The campaign was deleted."), undo=reverse("campaigns:restoration"))
    return redirect("campaigns:list")


@requires("campaigns.edit")
@require_POST
def restoration(request: OfficeRequest) -> HttpResponse:
    """Take back the last deletion of whoever asks: the draft as it was, under a new number."""
    kept = request.session.pop(DELETED, None)
    if kept is None:
        toasts.say(request, _("There is nothing to take back."))
        return redirect("campaigns:list")
    try:
        made = actions.create(kept, by=request.user)
    except Refusal as refusal:
        toasts.say(request, " ".join([str(refusal), *map(str, refusal.errors.values())]))
        return redirect("campaigns:list")
    toasts.say(request, _("The campaign is back."))
    return redirect(made)
