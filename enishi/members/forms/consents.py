"""Forms about topics and consents."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.members.models import Consent, Topic
from enishi.messaging.models import Channel

# Notices on my page are not sent by topic yet: they are not offered.
OFFERED = [choice for choice in Channel.choices if choice[0] != Channel.NOTICE]


class TopicForm(forms.Form):
    """A topic of the list."""

    name = forms.CharField(label=_("Name"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    description = forms.CharField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("Members read it where they choose."),
    )
    description_en = forms.CharField(
        label=_("Description in English"), max_length=300, required=False
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=OFFERED,
        widget=forms.CheckboxSelectMultiple,
        initial=[Channel.EMAIL.value],
    )
    double_opt_in = forms.BooleanField(
        label=_("Confirm by mail"),
        required=False,
        help_text=_(
            "Whoever chooses it on a public page gets a mail with a link first, and is written to "
            "only after opening it and pressing the button."
        ),
    )

    @staticmethod
    def initial_of(topic: Topic) -> dict[str, Any]:
        names = ("name", "name_en", "description", "description_en", "channels", "double_opt_in")
        return {name: getattr(topic, name) for name in names}


class ConsentForm(forms.Form):
    """What a member told the office."""

    topic = forms.ModelChoiceField(
        label=pgettext_lazy("consent", "Topic"), queryset=Topic.objects.none()
    )
    channel = forms.ChoiceField(label=pgettext_lazy("message", "Channel"), choices=OFFERED)
    state = forms.ChoiceField(
        label=_("Consent"),
        choices=[
            (Consent.Choice.GIVEN.value, pgettext_lazy("consent", "Given")),
            (Consent.Choice.WITHDRAWN.value, pgettext_lazy("consent", "Withdrawn")),
        ],
    )
    form = forms.CharField(
        label=_("Form"),
        max_length=100,
        required=False,
        help_text=_("Where it was said: “application form 2026”, “phone call”."),
    )
    text = forms.CharField(
        label=_("Text shown"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The exact words that the member agreed to."),
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = Topic.objects.offered()  # type: ignore[attr-defined]


class ManyConsentsForm(forms.Form):
    """The same consent of many members at once: by-laws, a paper form, an older list."""

    channel = forms.ChoiceField(label=pgettext_lazy("message", "Channel"), choices=OFFERED)
    form = forms.CharField(
        label=_("Form"), max_length=100, help_text=_("Such as “by-laws, article 5”.")
    )
    text = forms.CharField(
        label=_("Text shown"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The exact words that these members agreed to. They are the proof."),
    )
