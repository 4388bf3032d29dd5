"""The parts that pages are drawn with: ``{% load ui %}``. The gallery shows each with its code.

Shells
    ``{% extends "ui/office/base.html" %}``: blocks ``title`` (browser tab), ``breadcrumbs``
    (``<li>``s), ``page_title``, ``page_count``, ``page_actions`` (one ``btn-primary``),
    ``page_lead`` (one helpful sentence), ``tabs``, ``content``, ``dialogs``,
    ``page_class`` (``page-narrow`` for forms).
    ``{% extends "ui/portal/base.html" %}``: blocks ``title``, ``content``.

Tags
    ``{% asset "office.ts" %}``  style sheets and scripts of an entry of the front-end
    ``{% icon "users" "icon-sm" %}``  an icon of frontend/icons.txt (add a line, build again)
    ``{% field form.name %}``  label, help, error and input; ``width="w-short|w-mid"``,
        ``class="half|third|quarter"`` in a ``.form-grid``, ``label=``, ``help=``, ``kind="date"``,
        ``postal=url`` with ids in ``prefecture= city= town=`` (the URL answers ?code=1234567 with
        ``{"places": [{"prefecture", "city", "town"}]}``); date fields read 和暦 and echo the day
    ``{% was_read form %}``  what an edit form was filled with, for ui.clashes
    ``{% presence thing editing=True %}``  who else has this open, or edits it, just now
    ``{% errors_summary form %}``  all errors on top, each a link to its field
    ``{% badge "有効" "good" %}``  good, info, wait, bad, tag or nothing
    ``{% meter done total label="…" %}``  progress with numbers (total may be 0: not yet known)
    ``{% stepper 2 "選ぶ" "対応づけ" %}``  steps, the second is the present one
    ``{% empty_state icon title text url label %}``  what, what to do first, one button
    ``{% pager page note="…" %}``  a core.pages.Page: first, previous, next (``?cursor=``)
    ``{% sort_head "kana" "フリガナ" sort %}``  a ``<th>`` that sorts (``?sort=``)
    ``{% row_height %}``  the switch between dense and roomy rows
    ``{% chip "会員種別" "が" "正会員" off_url %}``  one filter, read as a sentence
    ``{% tab url "ラベル" count %}``  inside block ``tabs``
    ``{% stat "会員" 1234 unit="人" note="…" url="…" %}``  one number of the dashboard
    ``{% sparkline values %}``, ``{% ratio part whole %}``  small drawings without JavaScript
    ``{% notice "good" "…" %}``  a message inside the page: info, good, wait, bad

Includes
    ``ui/components/diff.html`` with ``changes`` (label, old, new)
    ``ui/components/drop.html`` with ``name``, ``accept``, ``hint``: a file; in a form with
        ``enctype="multipart/form-data" hx-boost="true"`` it shows progress
    ``ui/components/job.html`` with ``job``, ``poll_url``, ``cancel_url``: progress that asks again
    ``ui/components/search_results.html`` with ``found`` (ui.registry.search), ``words``

Filters
    ``jdate`` 2026年11月21日(土) · ``jdatetime`` 2026年11月21日(土) 14:05 · ``number`` 12,345 ·
    ``money`` ¥12,000 · ``initial`` a coloured square with the first letter (``initial:"lg"``) ·
    ``age`` 41歳 · ``ago`` 3分前 · ``size`` 1.2 MB · ``phone`` 03-1234-5678 · ``postal`` 〒123-4567

Classes
    rows: ``<div class="rows-frame" tabindex="0" role="region" aria-label="…"><table class="rows">``
        (``rows-cards`` turns rows into cards on phones by ``data-label``; ``num``, ``wrap``,
        ``bad-cell``; ``<tr data-href="…">``)
    bulk: ``<form data-bulk>``, checkboxes ``name="ids"``, ``data-bulk-all``, ``.bulk-bar``
    forms: ``<form data-guard>`` with ``<button data-save>`` (grey until something changes) and
        ``<span class="dirty-note" hidden>``; add ``data-dirty`` when it comes back with errors
    menus: ``<details class="menu"><summary class="btn">…</summary><ul class="menu-list">``
        with ``.menu-item``, ``.menu-line``, ``.menu-item-danger``
    dialogs: ``<dialog class="dialog" id="x" aria-labelledby="…">``, ``<button data-opens="x">``,
        ``<button data-closes>``
    charts: ``<div class="chart" data-chart="id of a json_script or URL" role="img"
        aria-label="…">``
    ``card``, ``card-header``, ``card-title``, ``card-body``; ``facts`` (dl); ``timeline`` (ol);
    ``filters``, ``rows-tools``, ``prose``, ``num``, ``nowrap``, ``faint``, ``visually-hidden``
    Selects with ``data-submits`` send their form when changed.

After a change call ``ui.toasts.say(request, sentence, undo=url)``; in an htmx answer send
the header ``HX-Trigger: {"toast": "…"}``.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.core import signing
from django.db.models import Model
from django.forms.boundfield import BoundField
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from enishi.core.models import Organisation
from enishi.ui import assets, clashes, drawn, fields, registry, toasts, written

register = template.Library()

for write in (
    *(written.jdate, written.jdatetime, written.number, written.money, written.initial),
    *(written.age, written.ago, written.size, written.phone, written.postal, written.country),
    written.listed,
):
    register.filter(write.__name__, write)
register.simple_tag(drawn.sparkline)
register.simple_tag(drawn.ratio)


@register.simple_tag
def asset(entry: str) -> SafeString:
    styles, imported, scripts = assets.files(entry)
    return format_html(
        "{}{}{}",
        format_html_join("", '<link rel="stylesheet" href="{}">\n', ((url,) for url in styles)),
        format_html_join(
            "", '<link rel="modulepreload" href="{}">\n', ((url,) for url in imported)
        ),
        format_html_join("", '<script type="module" src="{}"></script>', ((u,) for u in scripts)),
    )


@register.simple_tag
def asset_url(file: str) -> str:
    """The URL of a file of frontend/public."""
    return assets.address(file)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    return _icon(name, css, assets.sprite())


@lru_cache(maxsize=500)  # a page of the office has some sixty, mostly the same as the last one
def _icon(name: str, css: str, sprite: str) -> SafeString:
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', css, sprite, name
    )


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    return fields.parts(bound, class_=options.pop("class", ""), **options)


@register.inclusion_tag("ui/components/errors_summary.html")
def errors_summary(form: forms.BaseForm) -> dict[str, Any]:
    wrong = [bound for bound in form if bound.errors] if form.is_bound else []
    return {
        "general": form.non_field_errors() if form.is_bound else [],
        "wrong": [bound for bound in wrong if not bound.is_hidden],
        "hidden": [bound for bound in wrong if bound.is_hidden],
    }


@register.simple_tag
def was_read(form: forms.BaseForm) -> SafeString:
    return format_html('<input type="hidden" name="read" value="{}">', clashes.read_values(form))


@register.inclusion_tag("ui/components/presence.html", takes_context=True)
def presence(
    context: template.Context, thing: Model | str, *, editing: bool = False
) -> dict[str, Any]:
    """Empty where nobody keeps a book of who is where, or nobody is signed in.

    ``thing``: a row, or "kind:id" of something that is no row (yet).
    """
    try:
        url = reverse("accounts:presence")
    except NoReverseMatch:
        url = ""
    kind, _sign, pk = thing.partition(":") if isinstance(thing, str) else ("", "", "")
    place = [kind, pk] if isinstance(thing, str) else [thing._meta.label_lower, str(thing.pk)]
    signed = signing.dumps([*place, editing], salt="presence")
    return {"url": url, "thing": signed, "request": context.get("request")}


@register.simple_tag
def badge(label: object, tone: str = "") -> SafeString:
    css = f" badge-{tone}" if tone else ""
    return format_html('<span class="badge{}">{}</span>', css, label)


@register.inclusion_tag("ui/components/meter.html")
def meter(done: int, total: int, label: str = "", note: str = "", tone: str = "") -> dict[str, Any]:
    percent = min(100, done * 100 // total) if total else 0
    return {
        "done": done,
        "total": total,
        "label": label,
        "note": note,
        "tone": tone,
        "percent": percent,
    }


@register.inclusion_tag("ui/components/stepper.html")
def stepper(at: int, *labels: str) -> dict[str, Any]:
    return {"at": at, "labels": labels}


@register.inclusion_tag("ui/components/empty_state.html")
def empty_state(
    icon: str, title: str, text: str = "", url: str = "", label: str = ""
) -> dict[str, Any]:
    return {"icon": icon, "title": title, "text": text, "url": url, "label": label}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: template.Context, page: Any, note: str = "") -> dict[str, Any]:
    request: HttpRequest = context["request"]
    return {"request": request, "page": page, "note": note, "cursor": request.GET.get("cursor")}


@register.inclusion_tag("ui/components/sort_head.html", takes_context=True)
def sort_head(
    context: template.Context, key: str, label: str, present: str, css: str = ""
) -> dict[str, Any]:
    rising, falling = present == key, present == f"-{key}"
    return {
        "request": context["request"],
        "label": label,
        "css": css,
        "rising": rising,
        "falling": falling,
        "next": f"-{key}" if rising else key,
    }


@register.inclusion_tag("ui/components/row_height.html")
def row_height() -> dict[str, Any]:
    return {}


@register.inclusion_tag("ui/components/chip.html")
def chip(label: object, relation: object, value: object, off_url: str = "") -> dict[str, Any]:
    return {"label": label, "relation": relation, "value": value, "off_url": off_url}


@register.inclusion_tag("ui/components/tab.html", takes_context=True)
def tab(
    context: template.Context, url: str, label: object, count: int | None = None
) -> dict[str, Any]:
    here = context["request"].path == url.partition("?")[0]
    return {"url": url, "label": label, "count": count, "here": here}


@register.inclusion_tag("ui/components/stat.html")
def stat(
    label: object,
    value: object,
    *,
    unit: object = "",
    note: object = "",
    url: str = "",
    values: Sequence[float] = (),
) -> dict[str, Any]:
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "note": note,
        "url": url,
        "values": values,
    }


_NOTICE_ICONS = {"good": "circle-check", "wait": "alert-triangle", "bad": "alert-circle"}


@register.inclusion_tag("ui/components/notice.html")
def notice(tone: str, text: object) -> dict[str, Any]:
    return {"tone": tone, "text": text, "icon": _NOTICE_ICONS.get(tone, "info-circle")}


@register.filter
def undo_url(message: Message) -> str:
    """Where to POST to take back what ``message`` tells; '' when it cannot be."""
    tags = (message.extra_tags or "").split()
    tag = next((tag for tag in tags if tag.startswith(toasts.UNDO)), "")
    return tag.removeprefix(toasts.UNDO)


@register.simple_tag(takes_context=True)
def leads_to_office(context: template.Context) -> bool:
    """Whether the office is the way on: not for who asked for a page of the members' site."""
    request: HttpRequest | None = context.get("request")
    return request is None or request.path.startswith("/office/")


@register.simple_tag(takes_context=True)
def office_menu(context: template.Context) -> list[dict[str, Any]]:
    """The groups of the office's menu; the item whose page this is (or lies under) is marked."""
    request = context.get("request")
    if request is None:
        return []
    groups = registry.nav_for(request)
    under = [
        (len(place), item.url)
        for _, items in groups
        for item in items
        for place in item.places
        if _leads_to(unquote(place), request.path)
    ]
    present = max(under, default=(0, ""))[1]
    return [
        {
            "label": label,
            "items": [
                {
                    "item": item,
                    "present": item.url == present,
                    "count": item.count(request) if item.count else 0,
                }
                for item in items
            ],
        }
        for label, items in groups
    ]


def _leads_to(url: str, path: str) -> bool:
    return path == url or (path.startswith(url) and url.count("/") > 2)


@register.simple_tag(takes_context=True)
def organisation_name(context: template.Context) -> str:
    """The organisation's name in the language of the page, or the product's while it has none."""
    request = context.get("request")
    organisation = getattr(request, "organisation", None) or Organisation.current()
    if request is not None:
        request.organisation = organisation
    name = organisation.name if written.japanese() else organisation.name_en or organisation.name
    return name or "Enishi"
