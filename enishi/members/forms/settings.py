"""The lists that the office owns: member types, leave reasons, tags, own fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.core import japanese
from enishi.members.models import Field, LeaveReason, Member, MemberType, Tag

from .entry import FoldedField, ProseField

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


class OwnFieldForm(forms.Form):
    """A field of the organisation's own. Its type is chosen once: values are stored by it."""

    label_ja = FoldedField(label=_("Label"), required=True, max_length=100)
    label = FoldedField(
        label=_("Label in English"),
        max_length=100,
        help_text=_("Shown to those who use Enishi in English. May stay empty."),
    )
    type = forms.ChoiceField(
        label=_("Type"),
        choices=Field.Type.choices,
        widget=forms.RadioSelect,
        help_text=_("The type cannot be changed later."),
    )
    choices = ProseField(
        label=_("Choices"),
        rows=6,
        help_text=_("One on each line. Several can be ticked for one member."),
    )

    def __init__(self, *args: Any, instance: Field | None = None, **kwargs: Any) -> None:
        self.instance = instance
        super().__init__(*args, **kwargs)
        if instance is not None:
            del self.fields["type"]
            if instance.type != Field.Type.CHOICES:
                del self.fields["choices"]

    def clean_label_ja(self) -> str:
        label: str = self.cleaned_data["label_ja"]
        others = Field.objects.filter(label_ja=label)
        if self.instance is not None:
            others = others.exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(NamedForm.taken)
        return label

    def clean_choices(self) -> list[str]:
        lines = map(japanese.fold, self.cleaned_data["choices"].splitlines())
        choices = list(dict.fromkeys(line for line in lines if line))
        if any(len(choice) > 100 for choice in choices):
            raise forms.ValidationError(_("A choice may have 100 characters at most."))
        if self.instance is None:
            return choices if self.data.get("type") == Field.Type.CHOICES else []
        for choice in self.instance.choices:
            held = Member.objects.filter(data__contains={self.instance.key: [choice]})
            if choice not in choices and held.exists():
                raise forms.ValidationError(
                    _("There are members with “%(choice)s”. Leave it in the list."),
                    params={"choice": choice},
                )
        return choices

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        offered = found.get("type", getattr(self.instance, "type", ""))
        if offered == Field.Type.CHOICES and "choices" in found and not found["choices"]:
            self.add_error("choices", _("Write at least one choice."))
        return found
