"""A mail or an SMS to one member, written from the karte."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions
from enishi.campaigns.body.fields import offered
from enishi.campaigns.models import Campaign
from enishi.campaigns.permissions import sees_members
from enishi.members.fields import as_seen, hidden_groups
from enishi.members.models import Member
from enishi.messaging.actions import LONGEST_SMS, parts_of, units_of
from enishi.messaging.models import Channel, Message, MessageClass
from enishi.ui import toasts
from enishi.ui.written import phone

TEMPLATES = "campaigns/office"
GROUP = {Channel.EMAIL: "email", Channel.SMS: "phone"}  # the field rights that hide an address
LONGEST = 20_000  # letters of a mail


class LetterForm(forms.Form):
    """What is written to one member, by one channel."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    to = forms.ChoiceField(label=pgettext_lazy("mail", "To"), widget=forms.RadioSelect)
    sender_kind = forms.ChoiceField(label=gettext_lazy("Sender"), widget=forms.RadioSelect)
    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write a subject.")},
    )
    text = forms.CharField(
        label=pgettext_lazy("mail", "Text"),
        max_length=LONGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": gettext_lazy("Write the text.")},
    )
    about = forms.ChoiceField(
        label=gettext_lazy("What you write about"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": gettext_lazy(
                "The member has not agreed to advertising about this topic."
            )
        },
    )

    def __init__(self, given: Any = None, *, member: Member, channel: str, by: Any) -> None:
        """``member``: all of it; what ``by`` may not see of it is not shown."""
        self.member, self.channel = member, channel
        self.topics = {str(one.pk): one for one in actions.agreed_topics(member, channel)}
        usable = [one for one in actions.ways(member, channel) if not one.why]
        owner = as_seen(member, by).owner
        super().__init__(given, initial=self._start(usable, owner is not None))
        hidden = GROUP[Channel(channel)] in hidden_groups(by)
        self._choices("to", [(one.key, _named(one, hidden=hidden)) for one in usable])
        self._choices("about", self._kinds())
        self.fields["about"].help_text = self._about_help()
        if channel == Channel.SMS:
            del self.fields["subject"], self.fields["sender_kind"]
            self.fields["text"].widget.attrs["rows"] = 6
        elif owner is None or not owner.is_active or not owner.email:
            del self.fields["sender_kind"]
        else:
            named = _("%(name)s, the member's owner; answers go there") % {"name": owner.name}
            senders = [(Campaign.Sender.OWNER, named), (Campaign.Sender.FIXED, _("The office"))]
            self._choices("sender_kind", senders)
        self.only = self.fields["to"].choices[0][1] if len(usable) == 1 else ""  # type: ignore[attr-defined]

    def _start(self, usable: list["actions.Way"], has_owner: bool) -> dict[str, Any]:
        sender = Campaign.Sender.OWNER if has_owner else Campaign.Sender.FIXED
        return {
            "token": uuid4(),
            "to": usable[0].key if usable else "",
            "sender_kind": sender,
            "text": actions.greeting(self.member),
            "about": "",
        }

    def _choices(self, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _kinds(self) -> list[tuple[str, str]]:
        topics = [
            (key, _("Advertising: %(topic)s") % {"topic": topic})
            for key, topic in self.topics.items()
        ]
        return [("", _("Business with this member")), *topics]

    def _about_help(self) -> str:
        if self.topics:
            return _(
                "Whatever wins people for something – a seminar, a product, a donation – is"
                " advertising: it goes only to those who agreed to its topic, with a link to"
                " unsubscribe."
            )
        return _(
            "The member has not agreed to advertising by this way. Answer, remind or inform; do"
            " not send offers or invitations to buy."
        )

    def letter(self) -> "actions.Letter":
        """What the action takes."""
        said = self.cleaned_data
        topic = self.topics.get(said.get("about", ""))
        return actions.Letter(
            channel=self.channel,
            to=said.get("to", ""),
            subject=" ".join(said.get("subject", "").split()),
            text=said.get("text", ""),
            topic=topic,
            message_class=MessageClass.ADVERTISING if topic else MessageClass.TRANSACTIONAL,
            sender_kind=said.get("sender_kind") or Campaign.Sender.FIXED,
        )


def _named(way: "actions.Way", *, hidden: bool) -> str:
    """An address for a list to choose from; only what it is for, to who may not see it."""
    if hidden:
        return way.label
    address = way.address if "@" in way.address else phone(way.address)
    return f"{way.label}: {address}"


def _member(request: OfficeRequest, pk: int) -> Member:
    if not sees_members(request):
        raise PermissionDenied
    return get_object_or_404(Member.objects.present().select_related("owner", "type"), pk=pk)


def _channel(given: Any) -> str:
    wanted = given.get("channel", "")
    return wanted if wanted in actions.CHANNELS else Channel.EMAIL


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: OfficeRequest, pk: int) -> HttpResponse:
    """Write to the member, by ``?channel=``; a form sent twice is sent once."""
    member = _member(request, pk)
    channel = _channel(request.POST or request.GET)
    hindered = actions.hindrance(member, channel)
    form = LetterForm(request.POST or None, member=member, channel=channel, by=request.user)
    if request.method == "POST" and not hindered and form.is_valid():
        try:
            made, again = _once(request, form)
        except actions.Invalid as invalid:
            _lay_beside(form, invalid)
        except actions.CannotBeWrittenTo:  # since the form was checked
            hindered = actions.hindrance(member, channel)
        else:
            if not again or _is_same(made, form, request):
                return _sent(request, made)
            form.data = {**form.data.dict(), "token": str(uuid4())}  # type: ignore[attr-defined]
            form.add_error(None, _("This form has been sent already. Send it once more?"))
    context = {
        "member": member,
        "form": form,
        "channel": channel,
        "channels": _tabs(member),
        "hindered": actions.WHY.get(hindered, ""),
        "mend": _mending(request, member, hindered),
        "fields": _fields(request),
        "stopped": [one for one in actions.ways(member, channel) if one.why and not hindered],
    }
    code = 422 if form.is_bound else 200
    return render(request, f"{TEMPLATES}/single.html", context, status=code)


def _once(request: OfficeRequest, form: LetterForm) -> tuple[Message, bool]:
    """The message of this form, and whether an earlier press has made it."""
    key = f"office:{request.user.pk}:{form.member.pk}:{form.cleaned_data['token']}"
    try:
        with transaction.atomic():
            return actions.write_to(form.member, form.letter(), by=request.user, key=key), False
    except IntegrityError:
        return Message.objects.get(key=key), True


def _is_same(made: Message, form: LetterForm, request: OfficeRequest) -> bool:
    """Whether the form says what was sent: else somebody went back and wrote another one."""
    letter = form.letter()
    shown = actions.shown_to(form.member, letter, by=request.user)
    chosen = {one.key: one.address for one in actions.ways(form.member, form.channel)}
    subject = shown.subject if form.channel == Channel.EMAIL else ""
    return (made.to, made.subject, made.text) == (chosen.get(letter.to), subject, shown.text)


def _sent(request: OfficeRequest, made: Message) -> HttpResponse:
    """Back to the karte, which shows what became of it."""
    if made.state == Message.State.HELD:
        toasts.say(request, _("It was not sent. %(why)s") % {"why": made.why})
    elif made.channel == Channel.SMS:
        toasts.say(request, _("The SMS is on its way. The timeline shows what becomes of it."))
    else:
        toasts.say(request, _("The mail is on its way. The timeline shows what becomes of it."))
    return redirect(f"{reverse('members:karte', args=[made.about_id])}#timeline")


def _lay_beside(form: LetterForm, invalid: "actions.Invalid") -> None:
    """Put what the action refused beside the fields."""
    for name, sentence in invalid.errors.items():
        place = "about" if name == "topic" else name
        form.add_error(place if place in form.fields else None, sentence)


def _tabs(member: Member) -> list[tuple[str, Any, str]]:
    here = reverse("campaigns:write_to", args=[member.pk])
    return [(one, Channel(one).label, f"{here}?channel={one}") for one in actions.CHANNELS]


def _mending(request: OfficeRequest, member: Member, hindered: str) -> tuple[str, str] | None:
    """Where what is missing can be put right, by who may: an address and words."""
    may = request.user.has_right
    if hindered in ("no_email", "no_mobile", "strange") and may("members.edit"):
        return reverse("members:edit", args=[member.pk]), _("Edit the member")
    if hindered == "no_sms" and may("messages.configure"):
        return reverse("messaging:settings"), _("Mail settings")
    if hindered == "suppressed" and may("messages.view"):
        return reverse("messaging:suppressions"), _("Suppressed addresses")
    return None


def _fields(request: OfficeRequest) -> list[tuple[str, str]]:
    known = actions.fields_of_letter(request.user).labels
    return [(f"{{{{ {key} }}}}", label) for key, label in offered(request.user) if key in known]


@requires("messages.send")
@require_POST
def preview(request: OfficeRequest, pk: int) -> HttpResponse:
    """What stands in the form, as the member would get it; of an SMS, how long it is."""
    member = _member(request, pk)
    channel = _channel(request.POST)
    form = LetterForm(request.POST, member=member, channel=channel, by=request.user)
    form.is_valid()
    context: dict[str, Any] = {"channel": channel, "member": member}
    try:
        shown = actions.shown_to(member, form.letter(), by=request.user)
    except actions.Invalid as invalid:
        context["faults"] = list(invalid.errors.values())
    else:
        context |= {"shown": shown, "empty": actions.named(shown.bare)}
        if channel == Channel.SMS:
            length = units_of(shown.text)
            context |= {"length": length, "parts": parts_of(shown.text), "most": LONGEST_SMS}
            context["too_long"] = length > LONGEST_SMS
    return render(request, f"{TEMPLATES}/_single.html", context)
