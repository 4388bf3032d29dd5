"""What the office writes a campaign with."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from enishi.accounts.models import User
from enishi.members.models import Member, Topic
from enishi.messaging.models import MessageClass
from enishi.segments.conditions import seen_by
from enishi.segments.models import Segment

from .actions import conversion_kinds
from .audience import segments_of
from .models import Campaign

MODES = (
    ("blocks", gettext_lazy("Blocks")),
    ("html", "HTML"),
    ("mjml", "MJML"),
    ("text", gettext_lazy("Text only")),
)
EVERYBODY = "all"
EMPTY_BLOCKS = '[{"text": "", "type": "text"}]'


def _text(label: Any, longest: int, help_text: Any = "", **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=longest, required=False, help_text=help_text, **more
    )


def _area(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})
    return forms.CharField(
        label=label, required=False, strip=False, widget=widget, help_text=help_text
    )


def _code(label: Any) -> forms.CharField:
    """What the editor of blocks writes: for programs, in no language."""
    field = _area(label, 8)
    field.widget.attrs["lang"] = "zxx"
    return field


def _as_text(blocks: Any) -> str:
    return json.dumps(blocks, ensure_ascii=False, sort_keys=True)


def _written(blocks: str) -> str:
    """Blocks as the editor sends them, written as we write them, so that they compare."""
    try:
        return _as_text(json.loads(blocks or "[]"))
    except (ValueError, RecursionError) as error:
        raise forms.ValidationError(_("The blocks cannot be read.")) from error


class CampaignForm(forms.Form):
    """All of a draft on one page. ``values()`` are what the actions take."""

    name = _text(gettext_lazy("Name"), 200, gettext_lazy("For the office only."))
    message_class = forms.ChoiceField(
        label=gettext_lazy("Class"),
        choices=MessageClass.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Advertising goes only to members who agreed to its topic. Transactional is for what"
            " members must know: a general meeting, a change of the rules."
        ),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Topic"),
        required=False,
        help_text=gettext_lazy("Advertising needs one: who agreed to it gets the mail."),
    )
    subject = _text(gettext_lazy("Subject"), 500)
    preheader = _text(
        gettext_lazy("Preheader"),
        300,
        gettext_lazy("The words that mail programs show behind the subject."),
    )
    sender_kind = forms.ChoiceField(
        label=gettext_lazy("Sender"), choices=Campaign.Sender.choices, widget=forms.RadioSelect
    )
    sender_name = _text(gettext_lazy("Sender name"), 200)
    sender = _text(
        gettext_lazy("Sender address"), 254, gettext_lazy("Empty: the one of the mail settings.")
    )
    reply_to = _text(gettext_lazy("Reply address"), 254)
    mode = forms.ChoiceField(
        label=pgettext_lazy("body", "Written as"),
        choices=MODES,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Blocks need no knowledge. HTML and MJML are for code from a web designer."
        ),
    )
    blocks = _code(gettext_lazy("Blocks"))
    html = _area("HTML", 18)
    mjml = _area("MJML", 18)
    text = _area(pgettext_lazy("mail", "Text"), 18)
    text_part = _area(
        gettext_lazy("Text part"),
        6,
        gettext_lazy("For mail programs that show no HTML. Empty: it is made of the mail."),
    )
    tracked = forms.BooleanField(label=gettext_lazy("Measure opens and clicks"), required=False)
    utm = _text(gettext_lazy("UTM campaign"), 100)
    include = forms.MultipleChoiceField(
        label=gettext_lazy("Members of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    exclude = forms.MultipleChoiceField(
        label=gettext_lazy("But not"), required=False, widget=forms.CheckboxSelectMultiple
    )
    shared_address = forms.ChoiceField(
        label=gettext_lazy("Families with one address"), choices=Campaign.Shared.choices
    )
    spread_minutes = forms.IntegerField(
        label=gettext_lazy("Spread over (minutes)"), required=False, min_value=0, max_value=10080
    )
    local_time = forms.TimeField(
        label=gettext_lazy("Arrives where the member lives at"),
        required=False,
        help_text=gettext_lazy(
            "Such as 08:00, by the clocks of the country in the address: members abroad get it in"
            " their morning too. Empty: all at once."
        ),
    )
    quiet_from = forms.TimeField(label=gettext_lazy("Quiet from"), required=False)
    quiet_to = forms.TimeField(label=gettext_lazy("Quiet until"), required=False)
    late_hours = forms.IntegerField(
        label=gettext_lazy("Do not start if late by (hours)"), min_value=1, max_value=720
    )
    b_subject = _text(
        gettext_lazy("Subject of variant B"),
        500,
        gettext_lazy("Fill in to try two subjects out; the better one goes to the rest."),
    )
    b_sender_name = _text(gettext_lazy("Sender name of variant B"), 200)
    b_own_body = forms.BooleanField(
        label=gettext_lazy("Another text for variant B"), required=False
    )
    b_blocks = _code(gettext_lazy("Text of variant B"))
    b_other = forms.CharField(required=False, disabled=True, widget=forms.HiddenInput)
    conversions = forms.MultipleChoiceField(
        label=gettext_lazy("What counts as success"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What members do after they clicked; shown with the results."),
    )
    conversion_days = forms.IntegerField(
        label=gettext_lazy("Days after the click"), required=False, min_value=1, max_value=365
    )
    archived = forms.BooleanField(
        label=gettext_lazy("Anybody may read it in the public archive (/archive/)"),
        required=False,
        help_text=gettext_lazy("Without names, and without parts for a segment."),
    )
    test_share = forms.IntegerField(
        label=gettext_lazy("Share of the test (%)"), required=False, min_value=0, max_value=100
    )
    winner_by = forms.ChoiceField(
        label=gettext_lazy("Winner by"),
        choices=Campaign._meta.get_field("winner_by").flatchoices,
        help_text=gettext_lazy("Success takes longer than a click: wait a day or more."),
    )
    winner_hours = forms.IntegerField(
        label=gettext_lazy("Winner after (hours)"), required=False, min_value=0, max_value=240
    )

    def __init__(self, given: Any = None, *, campaign: Campaign, by: User) -> None:
        self.campaign = campaign
        super().__init__(given, initial=initial(campaign))
        topics = [(str(topic.pk), str(topic)) for topic in Topic.objects.offered()]
        self.fields["topic"].choices = [("", "—"), *topics]  # type: ignore[attr-defined]
        chosen = set(segments_of(campaign.audience))  # what was chosen stays, whoever looks
        known = list(Segment.objects.all()[:500])
        known += Segment.objects.filter(pk__in=chosen - {one.pk for one in known})
        shown = chosen | {one.pk for one in seen_by(known, by)}
        segments = [(str(one.pk), one.name) for one in known if one.pk in shown]
        kinds = [(one.key, str(one)) for one in conversion_kinds()]
        self.fields["conversions"].choices = kinds  # type: ignore[attr-defined]
        rules = _rules(campaign, "include")
        self.fields["include"].choices = [  # type: ignore[attr-defined]
            (EVERYBODY, _("All members")),
            *rules,
            *segments,
        ]
        self.fields["exclude"].choices = [  # type: ignore[attr-defined]
            *_rules(campaign, "exclude"),
            *segments,
        ]

    def clean_blocks(self) -> str:
        return _written(self.cleaned_data["blocks"])

    def clean_b_blocks(self) -> str:
        return _written(self.cleaned_data["b_blocks"])

    def values(self) -> dict[str, Any]:
        """The values as ``actions.create`` and ``change`` take them."""
        given = dict(self.cleaned_data)
        mode = given.pop("mode")
        bodies = {key: given.pop(key) for key, _label in MODES}
        bodies["blocks"] = json.loads(bodies["blocks"])
        values = {
            **given,
            "body": {mode: bodies[mode]},
            "audience": {
                side: [self._chosen(side, one) for one in given.pop(side)]
                for side in ("include", "exclude")
            },
        }
        subject, sender = values.pop("b_subject"), values.pop("b_sender_name")
        values.pop("include", None)
        values.pop("exclude", None)
        own, body = values.pop("b_own_body"), {"blocks": json.loads(values.pop("b_blocks"))}
        values.pop("b_other", None)
        values["conversion_days"] = values["conversion_days"] or 14
        kept = _variants(self.campaign)
        second = {**(kept[1] if len(kept) > 1 else {}), "subject": subject, "sender_name": sender}
        if "blocks" in (second.get("body") or body):  # what a program wrote otherwise stays
            second["body"] = body if own else None
        if subject or sender or second["body"] or second.get("sender"):
            values["variants"] = [kept[0] if kept else {}, second, *kept[2:]]
        else:
            values["variants"] = [{}]
        return values

    def _chosen(self, side: str, value: str) -> Any:
        if value == EVERYBODY:
            return {"all": []}
        if value.startswith("rule"):
            return self.campaign.audience[side][int(value.removeprefix("rule"))]
        return int(value)


def _variants(campaign: Campaign) -> list[dict[str, Any]]:
    """The variants as they are; a program may have written more than this form shows."""
    names = ("subject", "sender", "sender_name", "body")
    rows = campaign.variants.all() if campaign.pk else []
    return [{name: getattr(one, name) for name in names} for one in rows]


def _rules(campaign: Campaign, side: str) -> list[tuple[str, str]]:
    """Rules that a program gave; they are kept, and can be left out."""
    return [
        (f"rule{number}", _("A rule of its own"))
        for number, one in enumerate(campaign.audience.get(side) or [])
        if isinstance(one, Mapping) and one != {"all": []}
    ]


def initial(campaign: Campaign) -> dict[str, Any]:
    """What the form is filled with."""
    names = (
        *("name", "message_class", "subject", "preheader", "sender_kind", "sender", "sender_name"),
        *("reply_to", "text_part", "tracked", "utm", "shared_address", "spread_minutes"),
        *(
            "local_time",
            "quiet_from",
            "quiet_to",
            "late_hours",
            "winner_by",
            "winner_hours",
            "test_share",
        ),
        *("conversions", "conversion_days", "archived"),
    )
    found: dict[str, Any] = {name: getattr(campaign, name) for name in names}
    mode = campaign.mode if campaign.body else "blocks"
    found |= {"mode": mode, "topic": str(campaign.topic_id or ""), "blocks": EMPTY_BLOCKS}
    found["b_blocks"] = EMPTY_BLOCKS
    for key, _label in MODES:
        if key in campaign.body:
            body = campaign.body[key]
            found[key] = _as_text(body) if key == "blocks" else body
    for side in ("include", "exclude"):
        found[side] = [
            _value(number, one) for number, one in enumerate(campaign.audience.get(side) or [])
        ]
    second = campaign.variants.filter(number=1).first() if campaign.pk else None
    if second is not None:
        found |= {"b_subject": second.subject, "b_sender_name": second.sender_name}
        if second.body and "blocks" not in second.body:
            found["b_other"] = _("The text of variant B was written by a program; it is kept.")
        elif second.body:
            found["b_own_body"] = True
            found["b_blocks"] = _as_text(second.body["blocks"])
    found["test_share"] = campaign.test_share or 20
    return found


def _value(number: int, one: Any) -> str:
    if one == {"all": []}:
        return EVERYBODY
    return f"rule{number}" if isinstance(one, Mapping) else str(one)


class MemberInput(forms.TextInput):
    """A member, found by name or number while one types."""

    template_name = "members/office/fields/link.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["find_url"] = reverse("members:field_links")
        return context


class ReaderForm(forms.Form):
    """Through which member's eyes a mail is looked at."""

    reader = forms.CharField(
        label=gettext_lazy("See it as"),
        required=False,
        max_length=200,
        widget=MemberInput(
            attrs={
                "autocomplete": "off",
                "placeholder": gettext_lazy("Name or number of a member"),
            }
        ),
    )


def reader_named(text: str, by: User | None) -> Member | None:
    """The member of this number, or the first whom these words find for ``by``."""
    words = text.replace("\u3000", " ").strip()[:200]
    if not words:
        return None
    present = Member.objects.present()
    number = words.split(" ")[0]
    found = present.filter(number=number).first()
    return found or present.search(words, by=by).order_by("pk").first()


class StartForm(forms.Form):
    """Now, or at a time."""

    when = forms.ChoiceField(
        label=gettext_lazy("When to send"),
        choices=(("now", gettext_lazy("Now")), ("later", gettext_lazy("At a time"))),
        widget=forms.RadioSelect,
        initial="now",
    )
    at = forms.DateTimeField(
        label=gettext_lazy("Date and time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def clean(self) -> None:
        if self.cleaned_data.get("when") == "later" and not self.cleaned_data.get("at"):
            self.add_error("at", _("Write when it should be sent."))
