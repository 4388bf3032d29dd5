"""One field of a form with all that belongs to it."""

from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe

_PLACE = ("prefecture", "city", "town")


def parts(bound: BoundField, **options: Any) -> dict[str, Any]:
    """What ui/components/field.html draws. Options: see ``{% field %}`` in templatetags/ui.py."""
    kind = options.get("kind") or _kind(bound)
    help_text = options.get("help") or bound.help_text
    ids = [f"{bound.id_for_label or bound.auto_id}-{part}" for part in ("error", "help", "echo")]
    error_id, help_id, echo_id = ids
    described = [
        *([error_id] if bound.errors else []),
        *([help_id] if help_text else []),
        *([echo_id] if kind == "date" else []),
    ]
    return {
        "bound": bound,
        "kind": kind,
        "label": options.get("label") or bound.label,
        "help": help_text,
        "class": options.get("class_") or "",
        "required": bound.field.required and not options.get("unmarked"),
        "error_id": error_id,
        "help_id": help_id,
        "echo_id": echo_id,
        "described_by": " ".join(described),
        "input": _drawn(bound, kind, described, options),
    }


def _kind(bound: BoundField) -> str:
    widget = bound.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    if isinstance(bound.field, forms.DateField) or isinstance(widget, forms.DateInput):
        return "date"
    return "text"


def _drawn(
    bound: BoundField, kind: str, described: list[str], options: dict[str, Any]
) -> SafeString:
    if kind == "choices":
        return SafeString("")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attrs["aria-invalid"] = "true"
    own = bound.field.widget.attrs.get("class", "")
    if kind not in ("tick", "hidden"):
        select = isinstance(bound.field.widget, forms.Select)
        look = "form-select" if select else "form-control"
        attrs["class"] = " ".join(filter(None, [look, options.get("width", ""), own]))
    if kind == "date":
        attrs |= {"autocomplete": _autocomplete(bound), "inputmode": "text"}
    if "placeholder" in options:
        attrs["placeholder"] = options["placeholder"] or False  # False takes it away
    if options.get("kana"):
        attrs["data-kana-to"] = options["kana"]
    if options.get("postal"):
        attrs |= {"data-postal-url": options["postal"], "inputmode": "numeric"}
        attrs |= {f"data-{part}": options.get(part) or f"id_{part}" for part in _PLACE}
    widget = bound.field.widget
    if type(widget) is forms.Select:
        return _select(bound, attrs)
    if type(widget) in _LINES and not bound.field.localize:
        return _line(bound, attrs)
    return bound.as_widget(attrs=attrs)


_LINES = (forms.TextInput, forms.EmailInput, forms.HiddenInput, forms.DateInput, forms.Textarea)


def _line(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """As Django draws it, without a template for each of its attributes."""
    widget, name, look = bound.field.widget, _name(bound), _look(bound, attrs)
    value = widget.format_value(bound.value())
    if isinstance(widget, forms.Textarea):
        drawn = f"<textarea {name}{look}>\n{escaped(value or '')}</textarea>"
    else:
        assert isinstance(widget, forms.widgets.Input)
        filled = "" if value is None else f' value="{escaped(value)}"'
        drawn = f'<input type="{widget.input_type}" {name}{filled}{look}>'
    return mark_safe(drawn)  # noqa: S308 - whatever is put in has been escaped


def _select(bound: BoundField, attrs: dict[str, Any]) -> SafeString:
    """As Django draws it, without two templates for each of 250 countries."""
    widget = bound.field.widget
    choices = [pair for pair in widget.choices]  # noqa: C416 - list() would count them first
    if any(isinstance(label, list | tuple) for _value, label in choices):  # in groups
        return bound.as_widget(attrs=attrs)
    chosen = widget.format_value(bound.value())
    return mark_safe(  # noqa: S308 - whatever is put in has been escaped
        f"<select {_name(bound)}{_look(bound, attrs)}>{options(choices, chosen)}</select>"
    )


def _look(bound: BoundField, attrs: dict[str, Any]) -> str:
    """All attributes of an input but its name and value."""
    widget = bound.field.widget
    attrs = bound.build_widget_attrs(attrs, widget)
    if bound.auto_id:
        attrs.setdefault("id", widget.attrs.get("id") or bound.auto_id)
    return flatatt({**widget.attrs, **attrs})


def _name(bound: BoundField) -> str:
    return f'name="{escaped(bound.html_name)}"'


def options(choices: Iterable[tuple[Any, Any]], chosen: Collection[str]) -> str:
    """The options of a select, as HTML."""
    drawn = []
    for value, label in choices:
        text = "" if value is None else str(value)
        mark = " selected" if text in chosen else ""
        drawn.append(f'<option value="{escaped(text)}"{mark}>{escaped(label)}</option>')
    return "".join(drawn)


def escaped(value: Any) -> str:
    """Escaped, unless it is said to be safe; ``django.utils.html`` does the same five times slower,
    as it would also keep lazy texts lazy."""
    text = value if isinstance(value, str) else str(value)
    return text if isinstance(text, SafeString) else escape(text)


def _autocomplete(bound: BoundField) -> str:
    return str(bound.field.widget.attrs.get("autocomplete", "off"))
