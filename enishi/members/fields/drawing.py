"""Own fields drawn without a template: a form may have five hundred of them.

What is drawn is what ``ui/components/field.html`` would draw, in a tenth of the time. A field with
errors, or of a kind that is not drawn here, is left to the template.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.ui.templatetags.ui import icon

from .inputs import LinkInput

_LINES = (forms.TextInput, forms.Textarea, forms.DateInput)
_TICKED = (forms.CheckboxSelectMultiple, forms.RadioSelect)


def drawn(bound: BoundField, css: str) -> SafeString | None:
    """The field with label, help and input; None where the template has to draw it."""
    widget = bound.field.widget
    if bound.errors or bound.field.disabled:
        return None
    if type(widget) in _LINES:
        return _labelled(bound, css, _line(bound))
    if type(widget) is LinkInput:
        return _labelled(bound, css, _link(bound))
    if type(widget) is forms.Select:
        return _labelled(bound, css, _select(bound))
    if type(widget) in _TICKED:
        return _ticked(bound, css)
    return None


def _id(bound: BoundField) -> str:
    return str(bound.auto_id)


def _required(bound: BoundField) -> SafeString:
    if not bound.field.required:
        return mark_safe("")
    return format_html(' <span class="mark">{}</span>', _("Required"))


def _help(bound: BoundField) -> SafeString:
    if not bound.help_text:
        return mark_safe("")
    return format_html('<div class="field-help" id="{}-help">{}</div>', _id(bound), bound.help_text)


def _labelled(bound: BoundField, css: str, inner: SafeString) -> SafeString:
    return format_html(
        '<div class="field {}"><label class="form-label" for="{}">{}{}</label>{}{}</div>\n',
        css,
        _id(bound),
        bound.label,
        _required(bound),
        inner,
        _help(bound),
    )


def _attributes(bound: BoundField, look: str) -> SafeString:
    """Attributes that every input has, and those of its widget."""
    widget = bound.field.widget
    own = {**widget.attrs}
    css = " ".join(filter(None, (look, own.pop("class", ""))))
    described = f"{_id(bound)}-help" if bound.help_text else ""
    if isinstance(widget, forms.DateInput):
        described = f"{described} {_id(bound)}-echo".strip()
        own |= {"autocomplete": "off", "inputmode": "text"}
    if described:
        own["aria-describedby"] = described
    if bound.field.required and bound.form.use_required_attribute and _asks(bound):
        own["required"] = True
    pairs = ((name, value) for name, value in own.items() if value not in (None, False))
    parts = [f" {name}" if value is True else f' {name}="{escape(value)}"' for name, value in pairs]
    head = f'name="{escape(bound.html_name)}" id="{_id(bound)}" class="{css}"'
    return mark_safe(head + "".join(parts))  # noqa: S308 - every value is escaped


def _asks(bound: BoundField) -> bool:
    return bool(bound.field.widget.use_required_attribute(bound.initial))


def _line(bound: BoundField) -> SafeString:
    widget = bound.field.widget
    value = widget.format_value(bound.value())
    attributes = _attributes(bound, "form-control")
    if isinstance(widget, forms.Textarea):
        return format_html("<textarea {}>\n{}</textarea>", attributes, value or "")
    said = format_html(' value="{}"', value) if value not in (None, "") else ""
    line = format_html('<input type="{}" {}{}>', _input_type(widget), attributes, said)
    return _dated(bound, line) if isinstance(widget, forms.DateInput) else line


def _link(bound: BoundField) -> SafeString:
    widget: Any = bound.field.widget
    value = widget.format_value(bound.value())
    return format_html(
        '<span class="link-search" data-link-search="{}"><input type="text" {}{}></span>',
        widget.find_url,
        _attributes(bound, "form-control"),
        format_html(' value="{}"', value) if value not in (None, "") else "",
    )


def _input_type(widget: Any) -> str:
    return str(getattr(widget, "input_type", "text"))


def _dated(bound: BoundField, line: SafeString) -> SafeString:
    return format_html(
        '<div class="date-box" data-date>{}'
        '<button class="date-box-open" type="button" aria-label="{}">{}</button>'
        '<input class="date-box-native" type="date" tabindex="-1" aria-hidden="true"></div>'
        '<p class="form-echo" id="{}-echo" data-date-echo="{}" aria-live="polite"></p>',
        line,
        _("Choose from the calendar"),
        icon("calendar"),
        _id(bound),
        _("This does not read as a date. Write it like 1985/4/1 or S60.4.1."),
    )


def _chosen(bound: BoundField) -> set[str]:
    value = bound.value()
    values: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return {"" if one is None else str(one) for one in values}


def _options(bound: BoundField) -> list[tuple[str, str]]:
    choices: Any = bound.field.widget.choices
    return [("" if value is None else str(value), str(label)) for value, label in choices]


def _select(bound: BoundField) -> SafeString:
    chosen = _chosen(bound)
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if value in chosen else "", label)
            for value, label in _options(bound)
        ),
    )
    return format_html("<select {}>{}</select>", _attributes(bound, "form-select"), options)


def _also(must: str, *, checked: bool) -> SafeString:
    return mark_safe(f"{must}{' checked' if checked else ''}")  # noqa: S308 - nothing of anybody


def _ticked(bound: BoundField, css: str) -> SafeString:
    chosen, name, key = _chosen(bound), bound.html_name, _id(bound)
    several = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    kind = "checkbox" if several else "radio"
    must = " required" if bound.field.required and _asks(bound) else ""
    boxes = format_html_join(
        "",
        '<label class="choice" for="{}_{}"><input type="{}" name="{}" value="{}" id="{}_{}"{}>'
        "<span>{}</span></label>",
        (
            (key, i, kind, name, v, key, i, _also(must, checked=v in chosen), label)
            for i, (v, label) in enumerate(_options(bound))
        ),
    )
    described = f' aria-describedby="{key}-help"' if bound.help_text else ""
    return format_html(
        '<fieldset class="field {}"{} id="{}"><legend class="form-label">{}{}</legend>'
        '<div class="choices">{}</div>{}</fieldset>\n',
        css,
        mark_safe(described),  # noqa: S308 - made of an id
        key,
        bound.label,
        _required(bound),
        boxes,
        _help(bound),
    )
