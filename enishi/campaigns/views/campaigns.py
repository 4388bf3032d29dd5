"""Writing a campaign, and what becomes of a draft."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from enishi.accounts.models import User
from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.body import repeating
from enishi.campaigns.body.fields import offered
from enishi.campaigns.forms import CampaignForm, ReaderForm, initial, reader_named
from enishi.campaigns.models import Campaign, State
from enishi.campaigns.permissions import sees_members
from enishi.campaigns.starters import STARTERS, begun_with
from enishi.core.refusals import Refusal
from enishi.members.models import Field, Member
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment
from enishi.ui import toasts

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
        toasts.refuse(request, str(actions.NotADraft()))
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
    return redirect(f"{saved.get_absolute_url()}#saved={quote(request.path)}")  # see kept.ts


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
        "members_hint": _("The preview shows it only as a member who is in this segment."),
        "text_hint": _("**bold**, [words](https://…), empty line: new paragraph"),
        "insert": _("Insert a merge field"),
    }


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
        toasts.refuse(request, str(refusal))
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
        toasts.refuse(request, " ".join([str(refusal), *map(str, refusal.errors.values())]))
        return redirect("campaigns:list")
    toasts.say(request, _("The campaign is back."))
    return redirect(made)
