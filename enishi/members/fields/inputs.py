"""Inputs that more than one line of text needs: addresses, files, links, moments, suggestions."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from enishi.core import japanese
from enishi.members.forms.entry import ReadField
from enishi.members.models import Field, FieldFile
from enishi.ui.written import postal

from .types import ADDRESS_PARTS, NOBODY, Names, type_of
from .types.links import address as address_of_file
from .wrong import Wrong

_TEMPLATES = "members/office/fields"


class SuggestInput(forms.TextInput):
    """A line of text with a list of words to pick from."""

    template_name = f"{_TEMPLATES}/suggest.html"

    def __init__(self, words: Sequence[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.words = words

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["words"] = self.words
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-words"
        return context


class MomentField(ReadField):
    """A time of day, or a day with its time, picked or typed."""

    def __init__(self, *, kind: str, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"class": "w-mid"}), **kwargs)
        self.widget.input_type = kind
        self.kind = kind

    def prepare_value(self, value: Any) -> Any:
        if self.kind == "time" or not isinstance(value, str):
            return value
        return value.replace(" ", "T")


class AddressInput(forms.Widget):
    """The five parts of an address; the postal code fills in the rest."""

    template_name = f"{_TEMPLATES}/address.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = value if isinstance(value, Mapping) else {}
        prefecture = parts.get("prefecture", "")
        names = list(japanese.prefectures)
        context["parts"] = {part: parts.get(part, "") for part in ADDRESS_PARTS}
        context["parts"]["postal_code"] = postal(parts.get("postal_code", "")).removeprefix("〒")
        context["prefectures"] = names if prefecture in ("", *names) else [*names, prefecture]
        context["postal_url"] = reverse("members:postal_codes")
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        found = {part: data.get(f"{name}-{part}") for part in ADDRESS_PARTS}
        if all(part is None for part in found.values()):
            return data.get(name)
        return {part: text or "" for part, text in found.items()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return not any(f"{name}-{part}" in data for part in ADDRESS_PARTS) and name not in data

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-postal_code"


class AddressField(forms.Field):
    widget = AddressInput

    def __init__(self, *, of: Field, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def clean(self, value: Any) -> Any:
        try:
            found = type_of(self.of).clean(self.of, value)
        except Wrong as wrong:
            raise forms.ValidationError(wrong.reason) from wrong
        if found is None and self.required:
            raise forms.ValidationError(self.error_messages["required"])
        return found


class LinkField(ReadField):
    """A link to a member or record: its number is typed or found by its name."""

    def __init__(self, *, of: Field, **kwargs: Any) -> None:
        self.of = of
        attrs = {"class": "w-mid", "autocomplete": "off"}
        super().__init__(widget=LinkInput(of, attrs), max_length=200, **kwargs)


class LinkInput(forms.TextInput):
    template_name = f"{_TEMPLATES}/link.html"

    def __init__(self, of: Field, attrs: dict[str, Any] | None = None) -> None:
        hint = pgettext("placeholder", "Type a name or number and choose")
        super().__init__({"placeholder": hint, "autocomplete": "off", **(attrs or {})})
        self.of = of

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["find_url"] = self.find_url
        return context

    @property
    def find_url(self) -> str:
        """Where what fits the typed words can be asked for."""
        return f"{reverse('members:field_links')}?field={self.of.pk}"


class HeldFileInput(forms.Widget):
    """The file that is there, a box to take it away, and a place for another one."""

    template_name = f"{_TEMPLATES}/file.html"
    needs_multipart_form = True

    def __init__(self, of: Field, names: Names, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.of, self.names = of, names

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        pk = _id(value)
        held = None if pk is None else self.names.of("file", "", pk)
        if pk is not None and held is None:
            held = FieldFile.objects.filter(pk=pk, table=self.of.table, key=self.of.key).first()
        context["held"] = held
        context["url"] = address_of_file(held) if held is not None and not held.held else ""
        context["is_image"] = self.of.type == Field.Type.IMAGE
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        if (upload := files.get(f"{name}-file")) is not None:
            return upload
        return "" if data.get(f"{name}-away") else data.get(name, "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}-file" not in files

    def id_for_label(self, id_: str) -> str:
        return f"{id_}-file"


class HeldFileField(forms.Field):
    """A file. What is chosen is stored at once (held), so that it need not be chosen again when
    something else in the form is wrong; the value is the id of the stored file."""

    def __init__(self, *, of: Field, names: Names = NOBODY, **kwargs: Any) -> None:
        super().__init__(widget=HeldFileInput(of, names), **kwargs)
        self.of = of

    def clean(self, value: Any) -> Any:
        from enishi.core.refusals import Refusal
        from enishi.members.actions.field_files import hold_file

        if isinstance(value, UploadedFile):
            try:
                value.held_id = hold_file(self.of, value, by=None).pk  # type: ignore[attr-defined]
            except Refusal as refused:
                raise forms.ValidationError(str(refused)) from refused
            return value.held_id  # type: ignore[attr-defined]
        try:
            found = type_of(self.of).clean(self.of, value)
        except Wrong as wrong:
            raise forms.ValidationError(wrong.reason) from wrong
        if found is None and self.required:
            raise forms.ValidationError(_("Choose a file."))
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:  # noqa: ARG002
        return getattr(data, "held_id", "") if isinstance(data, UploadedFile) else data


def _id(value: Any) -> int | None:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
