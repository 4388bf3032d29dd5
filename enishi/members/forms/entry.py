"""Form fields that accept what Japanese offices type: full or half width, 和暦, any kana."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from enishi.core import japanese
from enishi.members.fields import Wrong, sentence

LONGEST = 20_000


class TypedField(forms.CharField):
    """Text whose length the server judges: a browser would cut what is pasted without a word."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        attrs.pop("maxlength", None)
        return attrs


class ReadField(TypedField):
    """Text that ``reader`` makes a value of.

    What the reader finds unclear becomes the error beside the field; what was typed stays.
    """

    def __init__(
        self,
        *,
        reader: Callable[[str], Any],
        writer: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 200)
        super().__init__(**kwargs)
        self.reader = reader
        self.writer = writer

    def prepare_value(self, value: Any) -> Any:
        return self.writer(value) if self.writer is not None else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.reader(text)
        except japanese.Unclear as unclear:
            raise forms.ValidationError(sentence(unclear)) from unclear
        except Wrong as wrong:
            raise forms.ValidationError(wrong.reason) from wrong


class DateField(ReadField):
    """A date in any usual writing: 2026/4/1, 令和8年4月1日, R8.4.1."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault("reader", japanese.date)
        super().__init__(widget=forms.DateInput, **kwargs)

    def clean(self, value: Any) -> date | None:
        found: date | None = super().clean(value)
        return found

    def prepare_value(self, value: Any) -> Any:
        return f"{value.year}/{value.month}/{value.day}" if isinstance(value, date) else value


class FoldedField(ReadField):
    """One line of text, in half width where that is usual, without stray spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(reader=japanese.fold, **kwargs)


class ProseField(TypedField):
    """Text of several lines, kept as it was typed."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", LONGEST)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), strip=True, **kwargs)


def empty_choice(choices: Any) -> list[tuple[str, Any]]:
    """``choices`` with "not chosen" before them."""
    return [("", _("Not chosen")), *choices]
