"""The dialogs that move a membership on: when, why, and to which type."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.core import clock
from enishi.members.models import LeaveReason, MemberType

from .entry import DateField, ProseField


class DayForm(forms.Form):
    """A day, today unless said otherwise, and a remark."""

    on = DateField(label=_("Date"), required=True)
    note = ProseField(label=_("Remarks"), rows=2, max_length=500)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": clock.today(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    @property
    def day(self) -> date:
        on: date = self.cleaned_data["on"]
        return on


class LeaveForm(DayForm):
    """Leaving, with a reason from the office's own list."""

    reason = forms.ModelChoiceField(
        label=_("Reason"),
        queryset=LeaveReason.objects.none(),
        required=False,
        empty_label=_("Not known"),
    )
    field_order = ("on", "reason", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = self.fields["reason"]
        assert isinstance(reasons, forms.ModelChoiceField)
        reasons.queryset = LeaveReason.objects.filter(retired_at=None)


class SuspensionForm(DayForm):
    """A suspension, for ever or until a day."""

    until = DateField(
        label=_("Resumes on"),
        help_text=_("Leave empty if it is not known when the member resumes."),
    )
    field_order = ("on", "until", "note")


class TypeForm(DayForm):
    """Moving to another member type."""

    type = forms.ModelChoiceField(
        label=_("New member type"), queryset=MemberType.objects.none(), empty_label=None
    )
    field_order = ("type", "on", "note")

    def __init__(self, *args: Any, now: MemberType, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields["type"]
        assert isinstance(types, forms.ModelChoiceField)
        types.queryset = MemberType.objects.filter(retired_at=None).exclude(pk=now.pk)
