"""Single messages: what was sent to whom, and what became of it."""

from django.apps import apps
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.core.mail import SYSTEM
from enishi.core.pages import BadCursor, capped_count, page
from enishi.messaging import actions
from enishi.messaging.models import Channel, Message
from enishi.messaging.permissions import sees_addresses
from enishi.ui import toasts

TEMPLATES = "messaging/office"
AGAIN = (Message.State.FAILED, Message.State.UNCERTAIN, Message.State.REFUSED, Message.State.HELD)


@requires("messages.view")
@require_safe
def index(request: OfficeRequest) -> HttpResponse:
    """The newest first; narrowed by state, channel, and words in the address or the subject."""
    words = request.GET.get("search", "")[:200].strip()
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    found = Message.objects.defer("text", "html", "headers")
    addresses = sees_addresses(request.user)
    if words:
        told = Q(subject__icontains=words)
        found = found.filter(told | Q(to__icontains=words) if addresses else told)
    if state in Message.State.values:
        found = found.filter(state=state)
    if channel in Channel.values:
        found = found.filter(channel=channel)
    try:
        shown = page(found, sort=["-created_at"], cursor=request.GET.get("cursor", ""), limit=50)
    except BadCursor:
        return redirect("messaging:sent")
    context = {
        "page": shown,
        "addresses": addresses,
        "rows": [(one, one.tone) for one in shown.items],
        "count": capped_count(found),
        "words": words,
        "state": state,
        "channel": channel,
        "states": Message.State.choices,
        "channels": Channel.choices,
        "narrowed": bool(words or state or channel),
    }
    return render(request, f"{TEMPLATES}/sent.html", context)


@requires("messages.view")
@require_safe
def message(request: OfficeRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Message.objects.select_related("by"), pk=pk)
    kind = SYSTEM.get(found.template)
    context = {
        "message": found,
        "addresses": sees_addresses(request.user),
        "tone": found.tone,
        "kind": kind.label if kind else "",
        "about": _about(request, found),
        "why": actions.reason_for(request.user, found),
        "text": "" if found.secret else found.text,
        "files": found.files.defer("content"),
        "may_send": found.state in AGAIN
        and not (found.secret and not found.text)
        and request.user.has_right("messages.send"),
    }
    return render(request, f"{TEMPLATES}/message.html", context)


def _about(request: OfficeRequest, message: Message) -> str:
    """The page of what the message is about, such as the karte, for who may see it."""
    if not message.about_type:
        return ""
    try:
        model = apps.get_model(message.about_type)
    except LookupError:  # of an app that is gone
        return ""
    if not request.user.has_right(f"{model._meta.app_label}.view"):
        return ""
    found = model._default_manager.filter(pk=message.about_id).first()  # noqa: SLF001
    return found.get_absolute_url() if hasattr(found, "get_absolute_url") else ""


@requires("messages.send")
@require_POST
def sending(request: OfficeRequest, pk: int) -> HttpResponse:
    """Send it once more: somebody has decided what became of the first."""
    found = get_object_or_404(Message, pk=pk)
    try:
        actions.send_again(found, by=request.user)
    except actions.NothingToSend as refusal:  # it was decided in another tab
        toasts.refuse(request, str(refusal))
    else:
        toasts.say(request, _("The message is sent again."))
    return redirect("messaging:message", pk)
