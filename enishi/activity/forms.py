"""The form of the settings page."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Tracking

MOST_SITES = 50


class TrackingSettings(forms.ModelForm):  # type: ignore[type-arg]
    """How visits are counted, how long activities are kept."""

    origins = forms.CharField(
        label=_("Other sites of the organisation"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "https://www.example.jp"}),
        help_text=_("One address a line. The member site itself is always counted."),
    )

    class Meta:
        model = Tracking
        fields: ClassVar[list[str]] = [
            *("enabled", "consent", "address", "origins", "visit_days", "keep_months"),
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["origins"] = "\n".join(self.instance.origins)

    def kept(self) -> dict[str, Any]:
        """What it is filled with, in the shape of the clean values."""
        return {name: getattr(self.instance, name) for name in self._meta.fields or ()}

    def clean_origins(self) -> list[str]:
        found: list[str] = []
        for line in self.cleaned_data["origins"].split():
            parts = urlsplit(line.rstrip("/").lower())
            if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
                raise forms.ValidationError(
                    _("“%(site)s” is no address of a site. Write it like https://www.example.jp."),
                    params={"site": line[:60]},
                )
            if (origin := f"{parts.scheme}://{parts.netloc}") not in found:
                found.append(origin)
        if len(found) > MOST_SITES:
            raise forms.ValidationError(_("Write up to 50 sites."))
        return found

    def clean_visit_days(self) -> int:
        days: int = self.cleaned_data["visit_days"]
        if days < 1:
            raise forms.ValidationError(_("Keep them for at least one day."))
        return days

    def clean_keep_months(self) -> int | None:
        months: int | None = self.cleaned_data["keep_months"]
        if months is not None and months < 1:
            raise forms.ValidationError(_("Keep them for at least one month."))
        return months
