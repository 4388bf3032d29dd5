"""The page of one campaign: checks, sending, progress, results."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.checklist import checklist
from enishi.campaigns.forms import ReaderForm, StartForm
from enishi.campaigns.models import Campaign, Recipient
from enishi.campaigns.permissions import sees_members
from enishi.campaigns.sending.freezing import BROKEN, counts
from enishi.core import clock
from enishi.core.bulk import rows
from enishi.core.refusals import Refusal
from enishi.ui import toasts
from enishi.ui.written import number

from . import overview
from .campaigns import TEMPLATES, TONES, found, reader_of, whole
from .results import TONES_OF_RECIPIENTS, results_of

LEVELS = {"ok": "good", "warning": "wait", "error": "bad"}


@requires("campaigns.view")
@require_safe
def campaign(request: OfficeRequest, pk: int) -> HttpResponse:
    """A draft with its checks, or what has come of it."""
    row = found(pk)
    context = _known(request, row)
    if row.is_open or row.state == Campaign.State.SCHEDULED:
        return _draft(request, row, context)
    context |= {**_progress(row), **results_of(request, row)}
    rights = ("segments.edit", "activity.view")
    context["can_segment"] = all(request.user.has_right(one) for one in rights)
    return render(request, f"{TEMPLATES}/campaign.html", context)


def _known(request: OfficeRequest, row: Campaign) -> dict[str, Any]:
    deeds = ("edit", "send", "delete", "export")  # what may not be done has no button
    can = {deed: request.user.has_right(f"campaigns.{deed}") for deed in deeds}
    return {"campaign": row, "tone": TONES[Campaign.State(row.state)], "can": can}


def _draft(
    request: OfficeRequest, row: Campaign, context: dict[str, Any], start: StartForm | None = None
) -> HttpResponse:
    """``start``: what was ordered and is not understood, with the reasons beside it."""
    checks = [(one, LEVELS[one.level]) for one in checklist(row, by=request.user)]
    user = request.user
    context |= {
        "checks": checks,
        "people": next((one.people for one, _tone in checks if one.people), 0),
        "is_ready": not any(one.level == "error" for one, _tone in checks),
        "start": start or StartForm(),
        "now": clock.now(),
        "approval": row.approvals.first(),
        "is_approved": actions.is_approved(row),
        "needs_approval": actions.needs_approval(user),
        "asked": (question := actions.asked(row)),
        "colleagues": _colleagues(user)[:50],
        "approvers": "、".join(map(str, actions.approvers(question))) if question else "",
        "may_decide": question is not None and user.has_right("campaigns.approve"),
        "reader": ReaderForm(initial={"reader": request.GET.get("reader", "")})
        if sees_members(request)
        else None,
        "as": reader_of(request, request.GET),
        "variant": request.GET.get("variant", "0")[:1] or "0",
        "subject": _subject(request, row),
        "broken": row.why_paused == BROKEN,
        "overview": overview.overview(row, user),
        "first_mail": overview.first_mail(row),
        "variants": row.variants.all() if row.variants.count() > 1 else [],
    }
    status = 422 if start else 200
    return render(request, f"{TEMPLATES}/draft.html", context, status=status)


def _colleagues(user: User) -> QuerySet[User]:
    """Who works in the office too."""
    staff = User.objects.filter(is_active=True, is_staff=True).exclude(email="")
    return staff.exclude(pk=user.pk).order_by("name", "pk")


def _subject(request: OfficeRequest, row: Campaign) -> str:
    """As the reader sees it; as it is written while it cannot be made."""
    wanted = whole(request.GET.get("variant", "")) or 0
    variant = row.variants.filter(number=wanted).first()
    reader = reader_of(request, request.GET)
    try:
        return actions.preview(row, reader, by=request.user, variant=variant).subject
    except actions.TextFaults:
        return variant.subject if variant and variant.subject else row.subject


def _progress(row: Campaign) -> dict[str, Any]:
    states = counts(row)
    labels = dict(Recipient.State.choices)
    total = sum(states.values()) - states["skipped"]
    done = states["accepted"] + states["failed"] + states["uncertain"]
    return {
        "states": [
            (state, labels[Recipient.State(state)], count, TONES_OF_RECIPIENTS.get(state, ""))
            for state, count in states.items()
            if count
        ],
        "done": done,
        "total": total,
        "uncertain": states["uncertain"],
        "rate": _rate(row) if row.state == Campaign.State.SENDING else None,
        "why_paused": _why_paused(row.why_paused),
        "why_it_waits": overview.why_it_waits(row),
    }


def _why_paused(why: str) -> str:
    match why:
        case "bounces":
            return _("Too many mails came back: 5% or more. Look at the reasons before you go on.")
        case "complaints":
            return _("Too many recipients reported the mail as spam: 0.1% or more.")
        case "broken":
            return _(
                "The mails cannot be made any more: a field or a segment that the mail names is"
                " gone. Take it back (deleted fields: settings, 30 days) and go on, or cancel."
            )
    return ""


def _rate(row: Campaign) -> float:
    """Mails a second in the last ten seconds."""
    [(recent,)] = rows(
        "SELECT count(*) FROM campaigns_recipient WHERE campaign_id = %s AND state = 'accepted'"
        " AND sent_at > %s::timestamptz - interval '10 s'",
        [row.pk, clock.now()],
    )
    return float(recent) / 10


@requires("campaigns.view")
@require_safe
def progress(request: OfficeRequest, pk: int) -> HttpResponse:
    """How far it is; asked again while it runs."""
    row = found(pk)
    context = {"campaign": row, "tone": TONES[Campaign.State(row.state)], **_progress(row)}
    answer = render(request, f"{TEMPLATES}/_progress.html", context)
    if request.GET.get("state") not in ("", None, row.state):
        answer["HX-Refresh"] = "true"
    return answer


def _do(request: OfficeRequest, pk: int, work: Callable[[Campaign], object], said: str) -> Any:
    try:
        work(found(pk))
    except Refusal as refusal:
        sentence = " ".join([str(refusal), *map(str, refusal.errors.values())])
        toasts.refuse(request, sentence)
    else:
        toasts.say(request, said)
    return redirect("campaigns:campaign", pk)


@requires("campaigns.send")
@require_POST
def sending(request: OfficeRequest, pk: int) -> HttpResponse:
    """Send it, now or later. The page's own key makes a second click the same order."""
    form = StartForm(request.POST)
    row = found(pk)
    key = f"office {request.POST.get('key', '')[:100]}"
    try:
        if not form.is_valid():
            return _draft(request, row, _known(request, row), form)
        later = form.cleaned_data["when"] == "later"
        at = form.cleaned_data["at"] if later else None
        actions.start(row, by=request.user, key=key, at=at)
    except (actions.InThePast, actions.TooFarAhead) as no:
        form.add_error("at", str(no))
        return _draft(request, row, _known(request, row), form)
    except Refusal as refusal:
        toasts.refuse(request, " ".join([str(refusal), *map(str, refusal.errors.values())]))
    else:
        said = _("The campaign is scheduled.") if later else _("The sending begins.")
        toasts.say(request, said)
    return redirect("campaigns:campaign", pk)


@requires("campaigns.send")
@require_POST
def pausing(request: OfficeRequest, pk: int) -> HttpResponse:
    said = _("The sending is paused.")
    return _do(request, pk, lambda row: actions.pause(row, by=request.user), said)  # type: ignore[no-any-return]


@requires("campaigns.send")
@require_POST
def resuming(request: OfficeRequest, pk: int) -> HttpResponse:
    said = _("The sending goes on.")
    return _do(request, pk, lambda row: actions.resume(row, by=request.user), said)  # type: ignore[no-any-return]


@requires("campaigns.send")
@require_POST
def cancelling(request: OfficeRequest, pk: int) -> HttpResponse:
    scheduled = found(pk).state == Campaign.State.SCHEDULED
    said = _("The schedule was taken back.") if scheduled else _("The sending was cancelled.")
    return _do(request, pk, lambda row: actions.cancel(row, by=request.user), said)  # type: ignore[no-any-return]


@requires("campaigns.send")
@require_POST
def trial(request: OfficeRequest, pk: int) -> HttpResponse:
    """A test mail to oneself and the colleagues chosen, of the variant that is shown."""
    chosen = reader_of(request, request.POST)
    wanted = [number for one in request.POST.getlist("to") if (number := whole(one)) is not None]
    others = list(_colleagues(request.user).filter(pk__in=wanted)[: actions.MOST_TESTED - 1])
    to = [one.email for one in (request.user, *others)]
    number = whole(request.POST.get("variant", "")) or 0
    said = _("A test mail was sent to %(address)s.") % {"address": "、".join(to)}

    def work(row: Campaign) -> object:
        return actions.send_test(row, to, member=chosen, by=request.user, variant=number)

    return _do(request, pk, work, said)  # type: ignore[no-any-return]


@requires("campaigns.send")
@require_POST
def approval(request: OfficeRequest, pk: int) -> HttpResponse:
    """Ask a second person."""
    note = request.POST.get("note", "")
    said = _("Approval was asked for.")
    return _do(  # type: ignore[no-any-return]
        request, pk, lambda row: actions.ask_approval(row, by=request.user, note=note), said
    )


@requires("campaigns.approve")
@require_POST
def decision(request: OfficeRequest, pk: int) -> HttpResponse:
    """Yes or no of the second person."""
    approved, note = request.POST.get("approved") == "yes", request.POST.get("note", "")
    said = _("The campaign is approved.") if approved else _("The campaign was sent back.")

    def work(row: Campaign) -> object:
        return actions.decide(row, approved=approved, by=request.user, note=note)

    return _do(request, pk, work, said)  # type: ignore[no-any-return]


@requires("campaigns.send")
@require_POST
def uncertain(request: OfficeRequest, pk: int) -> HttpResponse:
    """What to do with mails whose answer was lost."""
    again = request.POST.get("decision") == "again"
    said = _("They are sent once more.") if again else _("They are left as they are.")
    return _do(  # type: ignore[no-any-return]
        request, pk, lambda row: actions.decide_uncertain(row, again=again, by=request.user), said
    )


@requires("campaigns.send")
@require_POST
def winner(request: OfficeRequest, pk: int) -> HttpResponse:
    given = request.POST.get("variant", "")
    chosen = whole(given)
    said = _("The rest gets this variant.")
    return _do(  # type: ignore[no-any-return]
        request,
        pk,
        lambda row: actions.choose_winner(row, -1 if chosen is None else chosen, by=request.user),
        said,
    )


@requires("campaigns.send")
@require_POST
def archive(request: OfficeRequest, pk: int) -> HttpResponse:
    """Put the mail into the public archive, or take it out."""
    wanted = request.POST.get("archived") == "yes"
    said = _("Anybody can read it in the archive.") if wanted else _("It left the archive.")
    return _do(  # type: ignore[no-any-return]
        request, pk, lambda row: actions.set_archived(row, archived=wanted, by=request.user), said
    )


@requires("campaigns.edit")
@require_POST
def reach(request: OfficeRequest) -> HttpResponse:
    """How many the chosen audience holds, and why some drop out."""
    from enishi.campaigns.forms import CampaignForm

    form = CampaignForm(request.POST, campaign=Campaign(), by=request.user)
    form.is_valid()
    context: dict[str, Any] = {}
    try:
        values = form.values()
        topic = values.get("topic")
        draft = Campaign(
            audience=values["audience"],
            message_class=values.get("message_class", "advertising"),
            topic_id=int(topic) if topic else None,
            shared_address=values.get("shared_address", "each"),
        )
        if not draft.audience["include"]:
            return render(request, f"{TEMPLATES}/_reach.html", {"nobody": True})
        told = actions.reach(draft, request.user)
        said = ngettext(
            "%(count)s member gets the mail.", "%(count)s members get the mail.", told.recipients
        )
        context = {"reach": told, "said": said % {"count": number(told.recipients)}}
    except (KeyError, ValueError, Refusal) as error:
        context = {"problem": str(error) if isinstance(error, Refusal) else _("Choose somebody.")}
    return render(request, f"{TEMPLATES}/_reach.html", context)
