"""What one is written to about: chosen by the link in a mail, without signing in.

A GET changes nothing, ever: mail scanners follow every link. What changes is a POST.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from enishi.accounts.permissions import SignedInRequest, public, signed_in
from enishi.core.refusals import BrokenLink
from enishi.members import actions
from enishi.members.models import Consent, ConsentState, Member, Topic
from enishi.messaging.models import Channel
from enishi.ui import toasts

TEMPLATES = "members/portal"
FORM = "preferences"
VERSION = "1"
_REACHED_BY = {Channel.EMAIL: "email", Channel.SMS: "mobile"}


@dataclass(frozen=True)
class Line:
    """One box on the page."""

    topic: Topic
    channel: str
    label: str
    name: str
    state: str

    @property
    def chosen(self) -> bool:
        return self.state in (Consent.Choice.GIVEN, Consent.Choice.ASKED)

    @property
    def waits(self) -> bool:
        return self.state == Consent.Choice.ASKED


def _private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The address opens somebody's choices: no search engine keeps it. Other sites do not hear it
    either ("same-origin" everywhere; with "no-referrer" browsers send forms without an origin,
    which are refused)."""

    @wraps(view)
    def shown(request: HttpRequest, word: str) -> HttpResponse:
        answer = view(request, word)
        answer["X-Robots-Tag"] = "noindex"
        return answer

    return shown


def _link(word: str) -> actions.PreferenceLink:
    link = actions.read_consent_word(word)
    if link is None:
        raise BrokenLink
    return link


def _member(link: actions.PreferenceLink) -> Member | None:
    """The member, unless gone: then there is nobody to write to either."""
    return Member.objects.present().filter(pk=link.member_id).first()


def lines_of(member: Member) -> list[Line]:
    """Every topic by every channel that reaches the member."""
    states = {
        (row.topic_id, row.channel): row.state for row in ConsentState.objects.filter(member=member)
    }
    return [
        Line(
            topic,
            channel,
            str(Channel(channel).label),
            f"t{topic.pk}.{channel}",
            states.get((topic.pk, channel), ""),
        )
        for topic in Topic.objects.offered()
        for channel in topic.channels
        if channel not in _REACHED_BY or getattr(member, _REACHED_BY[Channel(channel)])
    ]


def _shown(lines: Iterable[Line]) -> actions.Shown:
    """The exact text of the page, as proof."""
    text = "\n".join(f"{one.topic} ({one.label}): {one.topic.said}".rstrip(": ") for one in lines)
    heading = _("Choose what you would like to hear from us about.")
    language = get_language() or "ja"
    return actions.Shown(FORM, f"{heading}\n{text}", VERSION, language)


def masked(address: str) -> str:
    """h•••••@example.jp: enough to know one's own, nothing for others."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••••{at}{domain}" if at else ""


@public
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def preferences(request: HttpRequest, word: str) -> HttpResponse:
    """All topics with boxes, and one button that stops everything."""
    link = _link(word)
    member = _member(link)
    if member is None:
        return render(request, f"{TEMPLATES}/unsubscribed.html", {"gone": True})
    lines = lines_of(member)
    if request.method == "POST":
        _choose(request, member, lines, link.ref)
        toasts.say(request, _("Your choice is saved."))
        return redirect("members:preferences", word)
    context = {
        "member": member,
        "lines": lines,
        "address": masked(member.email),
        "push": request.user.is_authenticated and member.user_id == request.user.pk,
    }
    return render(request, f"{TEMPLATES}/preferences.html", context)


def _choose(request: HttpRequest, member: Member, lines: list[Line], ref: str) -> None:
    shown = _shown(lines)
    nothing = "nothing" in request.POST
    for line in lines:
        wanted = not nothing and line.name in request.POST
        if wanted == line.chosen:
            continue
        act = actions.give_consent if wanted else actions.withdraw_consent
        act(
            member,
            line.topic,
            channel=line.channel,
            source=Consent.Source.PREFERENCES,
            shown=shown,
            ref=ref,
        )


@csrf_exempt  # a mail program posts here by itself; the signed word is the permission
@public
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def unsubscribe(request: HttpRequest, word: str) -> HttpResponse:
    """RFC 8058: a POST withdraws; a GET asks first."""
    link = _link(word)
    member = _member(link)
    topic = Topic.objects.filter(pk=link.topic_id).first() if link.topic_id else None
    context = {"topic": topic, "word": word, "gone": member is None}
    if member is None or request.method != "POST":
        template = "unsubscribed" if member is None else "unsubscribe"
        if member is not None:
            context["address"] = masked(member.email)
        return render(request, f"{TEMPLATES}/{template}.html", context)
    with override(member.language):
        shown = actions.Shown("unsubscribe", str(topic or ""), VERSION, member.language)
    by_program = request.POST.get("List-Unsubscribe") == "One-Click"
    source = Consent.Source.ONE_CLICK if by_program else Consent.Source.PREFERENCES
    if topic is None:
        actions.withdraw_everything(member, channel=link.channel, source=source, ref=link.ref)
    else:
        actions.withdraw_consent(
            member, topic, channel=link.channel, source=source, shown=shown, ref=link.ref
        )
    if by_program:
        return HttpResponse(status=200)
    return render(request, f"{TEMPLATES}/unsubscribed.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@_private
def confirm(request: HttpRequest, word: str) -> HttpResponse:
    """The second step of a double opt-in: a page with one button."""
    link = _link(word)
    member = _member(link)
    topic = Topic.objects.offered().filter(pk=link.topic_id).first()
    if member is None or topic is None:
        raise BrokenLink
    done = False
    if request.method == "POST":
        done = actions.confirm_consent(member, topic) is not None
    context = {"topic": topic, "done": done, "asked": request.method == "POST"}
    context["preferences"] = reverse("members:preferences", args=[actions.consent_word(member.pk)])
    return render(request, f"{TEMPLATES}/confirm.html", context)


@signed_in
@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """The page of whoever has signed in."""
    member = Member.objects.present().filter(user=request.user).order_by("pk").first()
    if member is None:
        raise Http404
    return redirect("members:preferences", actions.consent_word(member.pk))
