"""The lists that the office owns: member types, leave reasons, tags."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.members.models import LeaveReason, MemberType, Tag

from .entry import FoldedField

COLOURS = (
    ("blue", _("Blue")),
    ("green", _("Green")),
    ("orange", _("Orange")),
    ("red", _("Red")),
    ("purple", _("Purple")),
    ("teal", _("Teal")),
    ("pink", _("Pink")),
    ("grey", _("Grey")),
)


class NamedForm(forms.Form):
    """A row of a list that has a name of its own."""

    taken = _("There is already one with this name. Choose another name.")
    model: Any

    def __init__(self, *args: Any, instance: Any = None, **kwargs: Any) -> None:
        self.instance = instance
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = self.model.objects.filter(name=name)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(self.taken)
        return name


class MemberTypeForm(NamedForm):
    model = MemberType

    name = FoldedField(label=_("Name"), required=True, max_length=100)
    for_organisations = forms.BooleanField(
        label=_("For organisations"),
        required=False,
        help_text=_("New members of this type are entered as an organisation."),
    )
    number_pattern = FoldedField(label=_("Number pattern"), required=True, max_length=60)


class LeaveReasonForm(NamedForm):
    model = LeaveReason

    name = FoldedField(label=_("Name"), required=True, max_length=100)


class TagForm(NamedForm):
    model = Tag

    name = FoldedField(label=_("Name"), required=True, max_length=50)
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOURS, widget=forms.RadioSelect)
