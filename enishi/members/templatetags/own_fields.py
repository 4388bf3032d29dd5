"""Own fields in a form: ``{% load own_fields %}{% own_field bound %}``."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField

from enishi.members.fields.inputs import AddressField
from enishi.ui.fields import parts

register = template.Library()


@register.inclusion_tag("ui/components/field.html")
def own_field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """Label, help, error and input of an own field, as wide as its type needs."""
    field, widget = bound.field, bound.field.widget
    wide = isinstance(widget, forms.Textarea) or isinstance(field, AddressField)
    several = isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect)
    css = options.pop("class", "" if wide or several else "half")
    return parts(bound, class_=css, **options)
