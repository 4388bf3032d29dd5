"""What history can be narrowed by."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import User
from enishi.core import japanese

from .models import HistoryQuerySet
from .wording import kinds, label_of_area, label_of_kind


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


class Narrowing(forms.Form):
    """Who, where, what and when; everything may stay empty."""

    by = forms.ModelChoiceField(
        User.objects.staff().order_by("name", "pk"),
        label=_("Who"),
        required=False,
        empty_label=_("Everybody"),
    )
    area = forms.ChoiceField(label=_("Area"), required=False)
    fact = forms.ChoiceField(label=_("What"), required=False)
    since = forms.CharField(label=_("From"), required=False)
    until = forms.CharField(label=_("To"), required=False)
    about = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = sorted(
            name
            for name, kind in kinds().items()
            if kind.in_history and ".tests." not in kind.__module__
        )
        labels = {area: label_of_area(area) for area in (name.split(".")[0] for name in every)}
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            ("", _("All areas")),
            *labels.items(),
        ]
        self.fields["fact"].choices = [  # type: ignore[attr-defined]
            ("", _("Everything")),
            *((name, label_of_kind(name)) for name in every),
        ]

    def clean_since(self) -> Any:
        return self._day("since")

    def clean_until(self) -> Any:
        return self._day("until")

    def _day(self, name: str) -> Any:
        try:
            return japanese.date(self.cleaned_data[name])
        except japanese.Unclear as unclear:
            raise forms.ValidationError(unclear.reason) from unclear

    def narrow(self, entries: HistoryQuerySet) -> HistoryQuerySet:
        """The entries that fit what was chosen (fields with errors narrow nothing)."""
        chosen = self.cleaned_data
        if chosen.get("by"):
            entries = entries.filter(by=chosen["by"])
        if chosen.get("area"):
            entries = entries.filter(area=chosen["area"])
        if chosen.get("fact"):
            entries = entries.filter(fact=chosen["fact"])
        if chosen.get("since"):
            entries = entries.filter(at__gte=_start(chosen["since"]))
        if chosen.get("until"):
            entries = entries.filter(at__lt=_start(chosen["until"]) + timedelta(days=1))
        kind, _colon, key = chosen.get("about", "").partition(":")
        if kind and key:
            entries = entries.filter(about_type=kind, about_id=key)
        return entries
