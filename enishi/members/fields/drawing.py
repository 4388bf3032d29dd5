"""Own fields drawn without a template: a form may have five hundred of them.

What is drawn is what ``ui/components/field.html`` would draw, in a tenth of the time. A field with
errors, or of a kind that is not drawn here, is left to the template.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from enishi.ui.fields import escaped, options
from enishi.ui.templatetags.ui import icon

from .inputs import LinkInput

_HOLE = "\0"  # where the value goes in what is drawn of a field: no text of ours has one


def drawn(bound: BoundField, css: str) -> SafeString | None:
    """The field with label, help and input; None where the template has to draw it."""
    form, field = bound.form, bound.field
    draw = _WAYS.get(type(field.widget))
    if draw is None or field.disabled or (form.is_bound and bound.errors):
        return None
    # What is the same for every value is drawn once, where forms share the field.
    around: dict[Any, str] = vars(field).setdefault("_around", {})
    key = (bound.html_name, bound.auto_id, css, form.use_required_attribute)
    if key not in around:
        around[key] = draw(bound, css)
    if isinstance(field.widget, forms.widgets.ChoiceWidget):
        return _ready(_with_chosen(around[key], bound))
    value = field.widget.format_value(bound.value())
    before, _hole, after = around[key].partition(_HOLE)
    if isinstance(field.widget, forms.Textarea):
        return _ready(f"{before}{escaped(value or '')}{after}")
    valued = f' value="{escaped(value)}"' if value not in (None, "") else ""
    return _ready(f"{before}{valued}{after}")


def _with_chosen(html: str, bound: BoundField) -> str:
    """``html`` with the mark of being chosen behind the values that are."""
    mark = " selected" if isinstance(bound.field.widget, forms.Select) else " checked"
    for value in _chosen(bound):
        this = f' value="{escaped(value)}"'
        html = html.replace(this, this + mark)
    return html


def _id(bound: BoundField) -> str:
    return str(bound.auto_id)


def _ready(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308 - whatever is put in has been escaped


def _required(bound: BoundField) -> str:
    return f' <span class="mark">{escaped(_("Required"))}</span>' if bound.field.required else ""


def _help(bound: BoundField) -> str:
    if not bound.help_text:
        return ""
    return f'<div class="field-help" id="{_id(bound)}-help">{escaped(bound.help_text)}</div>'


def _labelled(bound: BoundField, css: str, inner: str) -> str:
    return (
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


def _line(bound: BoundField, css: str) -> str:
    widget: Any = bound.field.widget
    attributes = _attributes(bound, "form-control")
    return _labelled(bound, css, f'<input type="{widget.input_type}" {attributes}{_HOLE}>')


def _prose(bound: BoundField, css: str) -> str:
    attributes = _attributes(bound, "form-control")
    return _labelled(bound, css, f"<textarea {attributes}>\n{_HOLE}</textarea>")


def _link(bound: BoundField, css: str) -> str:
    widget: Any = bound.field.widget
    inner = (
        f'<span class="link-search" data-link-search="{escaped(widget.find_url)}">'
        f'<input type="text" {_attributes(bound, "form-control")}{_HOLE}></span>'
    )
    return _labelled(bound, css, inner)


def _date(bound: BoundField, css: str) -> str:
    line = f'<input type="text" {_attributes(bound, "form-control")}{_HOLE}>'
    unclear = _("This does not read as a date. Write it like 1985/4/1 or S60.4.1.")
    inner = (
        f'<div class="date-box" data-date>{line}'
        '<button class="date-box-open" type="button"'
        f' aria-label="{escaped(_("Choose from the calendar"))}">{icon("calendar")}</button>'
        '<input class="date-box-native" type="date" tabindex="-1" aria-hidden="true"></div>'
        f'<p class="form-echo" id="{_id(bound)}-echo" data-date-echo="{escaped(unclear)}"'
        ' aria-live="polite"></p>'
    )
    return _labelled(bound, css, inner)


def _chosen(bound: BoundField) -> set[str]:
    value = bound.value()
    values: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
    return {"" if one is None else str(one) for one in values}


def _options(bound: BoundField) -> list[tuple[str, str]]:
    choices: Any = bound.field.widget.choices
    return [("" if value is None else str(value), str(label)) for value, label in choices]


def _select(bound: BoundField, css: str) -> str:
    drawn_ = options(_options(bound), ())
    attributes = _attributes(bound, "form-select")
    return _labelled(bound, css, f"<select {attributes}>{drawn_}</select>")


def _ticked(bound: BoundField, css: str) -> str:
    name, key = escaped(bound.html_name), _id(bound)
    several = isinstance(bound.field.widget, forms.CheckboxSelectMultiple)
    kind = "checkbox" if several else "radio"
    must = " required" if bound.field.required and _asks(bound) else ""
    boxes = "".join(
        f'<label class="choice" for="{key}_{i}"><input type="{kind}" name="{name}"'
        f' value="{escaped(value)}" id="{key}_{i}"{must}>'
        f"<span>{escaped(label)}</span></label>"
        for i, (value, label) in enumerate(_options(bound))
    )
    described = f' aria-describedby="{key}-help"' if bound.help_text else ""
    return (
        f'<fieldset class="field {escaped(css)}"{described} id="{key}"><legend class="form-label">'
        f"{escaped(bound.label)}{_required(bound)}</legend>"
        f'<div class="choices">{boxes}</div>{_help(bound)}</fieldset>\n'
    )


_WAYS: dict[type[forms.Widget], Callable[[BoundField, str], str]] = {
    forms.TextInput: _line,
    forms.Textarea: _prose,
    forms.DateInput: _date,
    LinkInput: _link,
    forms.Select: _select,
    forms.RadioSelect: _ticked,
    forms.CheckboxSelectMultiple: _ticked,
}
