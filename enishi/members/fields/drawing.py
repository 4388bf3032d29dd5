"""Own fields drawn without a template: a form may have five hundred of them.

What is drawn is what ``ui/components/field.html`` would draw, in a tenth of the time. A field with
errors, or of a kind that is not drawn here, is left to the template.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.ui.fields import escaped, options
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


def _ready(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - whatever is put in has gone through _e


def _required(bound: BoundField) -> str:
    return f' <span class="mark">{escaped(_("Required"))}</span>' if bound.field.required else ""


def _help(bound: BoundField) -> str:
    if not bound.help_text:
        return ""
    return f'<div class="field-help" id="{_id(bound)}-help">{escaped(bound.help_text)}</div>'


def _labelled(bound: BoundField, css: str, inner: str) -> SafeString:
    return _ready(
        f'<div class="field {escaped(css)}"><label class="form-label" for="{_id(bound)}">'
        f"{escaped(bound.label)}{_required(bound)}</label>{inner}{_help(bound)}</div>\n"
    )


def _attributes(bound: BoundField, look: str) -> str:
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
    parts = [
        f" {name}" if value is True else f' {name}="{escaped(value)}"' for name, value in pairs
    ]
    return f'name="{escaped(bound.html_name)}" id="{_id(bound)}" class="{css}"{"".join(parts)}'


def _asks(bound: BoundField) -> bool:
    return bool(bound.field.widget.use_required_attribute(bound.initial))


def _line(bound: BoundField) -> str:
    widget = bound.field.widget
    value = widget.format_value(bound.value())
    attributes = _attributes(bound, "form-control")
    if isinstance(widget, forms.Textarea):
        return f"<textarea {attributes}>\n{escaped(value or '')}</textarea>"
    line = f'<input type="{_input_type(widget)}" {attributes}{_valued(value)}>'
    return _dated(bound, line) if isinstance(widget, forms.DateInput) else line


def _valued(value: Any) -> str:
    return f' value="{escaped(value)}"' if value not in (None, "") else ""


def _link(bound: BoundField) -> str:
    widget: Any = bound.field.widget
    value = widget.format_value(bound.value())
    return (
        f'<span class="link-search" data-link-search="{escaped(widget.find_url)}">'
        f'<input type="text" {_attributes(bound, "form-control")}{_valued(value)}></span>'
    )


def _input_type(widget: Any) -> str:
    return str(getattr(widget, "input_type", "text"))


def _dated(bound: BoundField, line: str) -> str:
    unclear = _("This does not read as a date. Write it like 1985/4/1 or S60.4.1.")
    return (
        f'<div class="date-box" data-date>{line}'
        '<button class="date-box-open" type="button"'
        f' aria-label="{escaped(_("Choose from the calendar"))}">{icon("calendar")}</button>'
        '<input class="date-box-native" type="date" tabindex="-1" aria-hidden="true"></div>'
        f'<p class="form-echo" id="{_id(bound)}-echo" data-date-echo="{escaped(unclear)}"'
        ' aria-live="polite"></p>'
    )


def _chosen(bound: BoundField) -> set[str]:
    value = bound.value()
    values: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return {"" if one is None else str(one) for one in values}


def _options(bound: BoundField) -> list[tuple[str, str]]:
    choices: Any = bound.field.widget.choices
    return [("" if value is None else str(value), str(label)) for value, label in choices]


def _select(bound: BoundField) -> str:
    drawn_ = options(_options(bound), _chosen(bound))
    return f"<select {_attributes(bound, 'form-select')}>{drawn_}</select>"


def _ticked(bound: BoundField, css: str) -> SafeString:
    chosen, name, key = _chosen(bound), escaped(bound.html_name), _id(bound)
    several = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    kind = "checkbox" if several else "radio"
    must = " required" if bound.field.required and _asks(bound) else ""
    boxes = "".join(
        f'<label class="choice" for="{key}_{i}"><input type="{kind}" name="{name}"'
        f' value="{escaped(value)}" id="{key}_{i}"{must}{" checked" if value in chosen else ""}>'
        f"<span>{escaped(label)}</span></label>"
        for i, (value, label) in enumerate(_options(bound))
    )
    described = f' aria-describedby="{key}-help"' if bound.help_text else ""
    return _ready(
        f'<fieldset class="field {escaped(css)}"{described} id="{key}"><legend class="form-label">'
        f"{escaped(bound.label)}{_required(bound)}</legend>"
        f'<div class="choices">{boxes}</div>{_help(bound)}</fieldset>\n'
    )
