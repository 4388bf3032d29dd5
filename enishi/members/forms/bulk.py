"""The value that many members get."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.accounts.models import User
from enishi.core import japanese
from enishi.members.fields import Definition, Sort
from enishi.members.fields.forms import form_field

from .entry import ProseField, empty_choice


class BulkValueForm(forms.Form):
    """One input that suits the field; an empty one empties it."""

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = self._input(definition)
        made.label = str(definition.label)
        if not made.required:
            made.help_text = made.help_text or _("Leave it empty to empty the field.")
        self.fields["value"] = made

    def _input(self, definition: Definition) -> forms.Field:
        if definition.own is not None:
            return form_field(definition.own)
        if definition.key == "prefecture":
            names = [(name, name) for name in japanese.prefectures]
            return forms.ChoiceField(choices=empty_choice(names), required=False)
        if definition.sort == Sort.OWNER:
            staff = User.objects.filter(is_staff=True, is_active=True).order_by("name", "pk")
            people = [(one.email, str(one)) for one in staff]
            nobody = [("", pgettext_lazy("owner", "Nobody"))]
            return forms.ChoiceField(choices=[*nobody, *people], required=False)
        if definition.choices:
            required = definition.key == "language"
            choices = list(definition.choices)
            return forms.ChoiceField(
                choices=choices if required else empty_choice(choices), required=required
            )
        if definition.sort == Sort.LONG_TEXT:
            return ProseField(rows=4, max_length=definition.longest)
        return forms.CharField(required=False, max_length=max(definition.longest, 100))
