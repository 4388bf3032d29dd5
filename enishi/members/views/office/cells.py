"""What stands in a row of the list: which columns there are and how a value is drawn in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from enishi.members.fields import Definition, Names, Sort, names_for
from enishi.members.fields.types import NOBODY
from enishi.members.models import Member, Status
from enishi.ui.fields import escaped
from enishi.ui.templatetags.ui import badge
from enishi.ui.written import initial, japanese, jdate, number, phone, postal

from .words import TONES, said

USUAL = ("name", "kana", "number", "member_type", "status", "phones", "place", "joined_on")
PLAIN = frozenset(USUAL) - {"joined_on"} | {"tags", "email"}  # a value that needs no label
CHOSEN = "members.columns"  # where the session keeps a user's choice

_JOINED_TOGETHER = {
    "family_name",
    "given_name",
    "family_name_kana",
    "given_name_kana",
    "organisation_name",
    "organisation_name_kana",
}


@dataclass(frozen=True)
class Column:
    """One column that can be shown. ``sort`` is its key in ``?sort=``, '' where it cannot sort."""

    key: str
    label: str | Promise
    sort: str = ""
    css: str = ""
    definition: Definition | None = None


_COMPOSED = (
    Column("name", pgettext_lazy("of a person", "Name")),
    Column("kana", _("Kana")),
    Column("phones", _("Phone")),
    Column("place", _("Address")),
    Column("tags", _("Tags")),
    Column("updated_at", _("Updated")),
)


def every_column(definitions: dict[str, Definition], sorts: dict[str, str]) -> list[Column]:
    """All columns: name and kana first, then the fields, composed ones in their place."""
    composed = {c.key: Column(c.key, c.label, sorts.get(c.key, ""), c.css, None) for c in _COMPOSED}
    columns = [composed["name"]]
    if "family_name_kana" in definitions:
        columns.append(composed["kana"])
    for key, one in definitions.items():
        if key in _JOINED_TOGETHER or one.sealed:
            continue
        if key == "phone":
            columns.append(composed["phones"])
        if key == "postal_code":
            columns.append(composed["place"])
        css = "num" if one.sort in (Sort.INTEGER, Sort.MONEY, Sort.DECIMAL) else ""
        sort = key if one.own is not None else sorts.get(key, "")
        columns.append(Column(key, one.label, sort, css, one))
    return [*columns, composed["tags"], composed["updated_at"]]


def chosen_columns(chosen: Sequence[str], columns: list[Column]) -> list[Column]:
    """The columns that were chosen, or the usual ones."""
    wanted = chosen or USUAL
    by_key = {column.key: column for column in columns}
    found = [by_key[key] for key in wanted if key in by_key]
    return found or [by_key[key] for key in USUAL if key in by_key]


def ticks(columns: Sequence[Column], chosen: Sequence[Column]) -> SafeString:
    """A box to tick for each column that can be shown; there may be five hundred."""
    shown = {column.key for column in chosen}
    drawn = []
    for column in columns:
        key, mark = escaped(column.key), " checked" if column.key in shown else ""
        drawn.append(
            f'<label class="choice" data-narrow="{key}"><input type="checkbox" name="columns"'
            f' value="{key}"{mark}><span>{escaped(column.label)}</span></label>\n'
        )
    return SafeString("".join(drawn))


def rows(members: Sequence[Member], columns: Sequence[Column], *, selectable: bool) -> SafeString:
    """The members as table rows. Drawn here because a template takes three times as long."""
    address = reverse("members:karte", args=[0]).removesuffix("0/")
    select = escape(gettext("Select %(name)s"))
    opened = [
        format_html(
            '<td data-label="{}" class="{}">',
            column.label,
            f"{column.css} {'plain' if column.key in PLAIN else ''}".strip(),
        )
        for column in columns
    ]
    own = [one.definition.own for one in columns if one.definition and one.definition.own]
    names = names_for(own, [member.data for member in members])
    badges = {status: badge(status.label, TONES[status]) for status in Status}
    drawn = []
    for member in members:
        url = f"{address}{member.pk}/"
        name = escape(member.name or member.number)
        drawn.append(f'<tr data-href="{url}">')
        if selectable:
            drawn.append(
                '<td class="check"><input type="checkbox" class="form-check-input" name="ids"'
                f' value="{member.pk}" aria-label="{select % {"name": name}}"></td>'
            )
        for column, opening in zip(columns, opened, strict=True):
            if column.key == "name":
                mark = initial(member.name)
                drawn.append(f'<th scope="row">{mark} <a href="{url}">{name}</a></th>')
            elif column.key == "status":
                drawn.append(f"{opening}{badges[Status(member.status)]}</td>")
            else:
                drawn.append(f"{opening}{conditional_escape(_text(member, column, names))}</td>")
        drawn.append("</tr>\n")
    return SafeString("".join(drawn))


def _text(member: Member, column: Column, names: Names) -> Any:
    match column.key:
        case "kana":
            return member.kana
        case "phones":
            return phone(member.mobile or member.phone)
        case "place":
            return f"{member.prefecture}{member.city}"
        case "tags":
            tags = getattr(member, "shown_tags", ())
            drawn = ((tag.colour, tag.name) for tag in tags)
            return format_html_join(" ", '<span class="badge tag-{}">{}</span>', drawn)
        case "updated_at":
            return short(member.updated_at)
    assert column.definition is not None
    return written(column.definition, member, names)


def written(definition: Definition, member: Member, names: Names = NOBODY) -> Any:
    """The value of a field as people read it; ``names`` of what own fields link to."""
    if definition.own is not None:
        value = member.data.get(definition.own.key)
        if value and definition.sort == Sort.DATE:
            return short(parse_date(value))
        if value and definition.sort == Sort.LONG_TEXT:
            return format_html('<span class="cut">{}</span>', value[:80])
        return said(definition.own, value, names)
    value = getattr(member, definition.column)
    if value in (None, ""):
        return ""
    match definition.sort:
        case Sort.DATE:
            return short(value)
        case Sort.PHONE:
            return phone(value)
        case Sort.POSTAL_CODE:
            return postal(value)
        case Sort.CHOICE:
            return str(dict(definition.choices).get(value, value))
        case Sort.INTEGER:
            return number(value)
        case Sort.LONG_TEXT:
            return format_html('<span class="cut">{}</span>', value[:80])
    return str(value)


def short(day: Any) -> str:
    """A date without its weekday: rows are narrow."""
    return jdate(day).split("(")[0] if japanese() else jdate(day).partition(", ")[2]
