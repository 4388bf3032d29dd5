"""Own fields in a form: ``{% load own_fields %}{% own_field bound %}``."""

from django import forms, template
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from enishi.members.fields.drawing import drawn
from enishi.members.fields.inputs import AddressField
from enishi.ui.fields import parts

register = template.Library()


@register.simple_tag
def own_field(bound: BoundField, css: str | None = None) -> SafeString:
    """Label, help, error and input of an own field, as wide as its type needs."""
    field, widget = bound.field, bound.field.widget
    if css is None:
        wide = isinstance(widget, forms.Textarea) or isinstance(field, AddressField)
        several = isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect)
        css = "" if wide or several else "half"
    return drawn(bound, css) or render_to_string(
        "ui/components/field.html", parts(bound, class_=css)
    )
