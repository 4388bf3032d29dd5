"""The form of a saved view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.accounts.models import Role, User
from enishi.members.models import SavedView

from .entry import FoldedField


class ViewForm(forms.Form):
    """Name and reach of a view. Who may not share or set what a role sees first is not asked."""

    name = FoldedField(label=_("Name of the view"), max_length=100, required=True)
    density = forms.ChoiceField(
        label=_("Row height"), choices=SavedView.Density.choices, required=False
    )
    shared = forms.BooleanField(
        label=_("Share with everybody in the office"),
        required=False,
        help_text=_("Otherwise only you see it."),
    )
    default_for = forms.MultipleChoiceField(
        label=_("Shown first to these roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever has the role sees this view when the list is opened."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.has_right("members.edit"):
            del self.fields["shared"]
        if user.has_right("members.configure"):
            roles: Any = self.fields["default_for"]
            roles.choices = [(role.key, str(role)) for role in Role.objects.all()]
        else:
            del self.fields["default_for"]
