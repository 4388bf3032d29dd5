"""Choosing one of many without a list of all: a search box, and the few that it finds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from enishi.members.fields import as_seen, visible_fields
from enishi.members.models import Household, Kind, Member

FEW = 8


@dataclass(frozen=True)
class Option:
    """Something that can be chosen, and a few words that tell it apart."""

    pk: int
    label: str
    detail: str = ""


def member_options(text: str, kind: str = "", by: Any = None) -> list[Option]:
    """Present members whom ``text`` finds, a handful; '' finds nobody."""
    found = Member.objects.none()
    if text.strip():
        found = Member.objects.present().search(text[:200], by=by)
    if kind in Kind.values:
        found = found.filter(kind=kind)
    rows = found.select_related("type").order_by()[:FEW]
    seen = visible_fields(by, retired=True)
    return [_member(as_seen(one, by, seen)) for one in rows]


def _member(member: Member) -> Option:
    words = (member.kana, member.number, str(member.type), f"{member.prefecture}{member.city}")
    return Option(member.pk, member.name or member.number, " · ".join(filter(None, words)))


def household_options(text: str, _kind: str = "", by: Any = None) -> list[Option]:
    """Households by number or name, or by somebody who lives there."""
    text = text.strip()[:200]
    if not text:
        return []
    named = Household.objects.filter(name__icontains=text) | Household.objects.filter(
        number__iexact=text
    )
    found = list(named.distinct()[:FEW])
    if len(found) < FEW:
        people = list(
            Member.objects.present().search(text, by=by).order_by().values_list("pk")[:50]
        )
        inside = Household.objects.filter(links__member__in=[pk for (pk,) in people])
        found += [one for one in inside.distinct()[:FEW] if one not in found]
    return [_household(one) for one in found[:FEW]]


def _household(household: Household) -> Option:
    names = [link.member.name for link in household.links.open().select_related("member")[:4]]
    return Option(household.pk, household.name, f"{household.number} · {'、'.join(names)}")


Find = Callable[[str, str, Any], list[Option]]


class Picker(forms.Widget):
    """A search box over the options that it found, as radio buttons. Works without scripts too."""

    by: Any = None  # who searches; see ``asked_by``

    def __init__(self, url_name: str, find: Find, kind: str = "", hint: str | Promise = "") -> None:
        super().__init__()
        self.url_name, self.find, self.kind, self.hint = url_name, find, kind, hint

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> tuple[str, str]:
        return data.get(name, ""), data.get(f"{name}-search", "")

    def value_omitted_from_data(self, data: Any, _files: Any, name: str) -> bool:
        return name not in data and f"{name}-search" not in data

    def render(
        self,
        name: str,
        value: Any,
        attrs: Any = None,
        renderer: Any = None,  # noqa: ARG002 - Django passes it by name
    ) -> SafeString:
        chosen, text = value if isinstance(value, tuple) else (value or "", "")
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "described_by": (attrs or {}).get("aria-describedby", ""),
            "invalid": "aria-invalid" in (attrs or {}),
            "url": reverse(self.url_name),
            "kind": self.kind,
            "hint": self.hint,
            "text": text,
            "chosen": str(chosen),
            "options": self.find(text, self.kind, self.by) if text else [],
            "searched": bool(text),
        }
        drawn = render_to_string("members/office/_picker.html", context)
        return mark_safe(drawn)  # noqa: S308 - drawn by the template


class PickField(forms.Field):
    """One member or household, picked or written so that only one fits."""

    def __init__(self, *, rows: Callable[[], Any], widget: Picker, **kwargs: Any) -> None:
        super().__init__(widget=widget, **kwargs)
        self.rows = rows

    def clean(self, value: Any) -> Any:
        pk, text = value if isinstance(value, tuple) else (value or "", "")
        if str(pk).isascii() and str(pk).isdigit():
            found = self.rows().filter(pk=int(pk)).first()
            if found is not None:
                return found
        if text.strip():
            widget = self.widget
            assert isinstance(widget, Picker)
            options = widget.find(text, widget.kind, widget.by)
            exact = self.rows().filter(number=text.strip()).first()
            if exact is not None:
                return exact
            if len(options) == 1:
                return self.rows().get(pk=options[0].pk)
            if options:
                raise ValidationError(_("Several fit. Choose one of them."))
            raise ValidationError(_("Nobody fits. Check the writing, or add the member first."))
        if self.required:
            raise ValidationError(_("Search and choose one."))
        return None


def asked_by(form: forms.Form, by: Any) -> None:
    """The pickers of a form find nobody by what ``by`` may not see."""
    for field in form.fields.values():
        if isinstance(field.widget, Picker):
            field.widget.by = by


def member_field(label: str | Promise, kind: str = "", **kwargs: Any) -> PickField:
    """A field for one present member of ``kind`` ('' for any)."""

    def rows() -> Any:
        members = Member.objects.present()
        return members.filter(kind=kind) if kind else members

    hint = _("Name, kana, number, e-mail, phone")
    widget = Picker("members:choices", member_options, kind, hint)
    return PickField(label=label, rows=rows, widget=widget, **kwargs)


def household_field(label: str | Promise, **kwargs: Any) -> PickField:
    """A field for one household."""
    hint = _("Number, name, or who lives there")
    widget = Picker("members:household_choices", household_options, "", hint)
    return PickField(label=label, rows=Household.objects.all, widget=widget, **kwargs)
