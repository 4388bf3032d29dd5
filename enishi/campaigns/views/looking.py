"""A mail as its reader would see it: while it is written, and as it is kept."""

import re
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.html import escape, format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from enishi.accounts.permissions import OfficeRequest, requires
from enishi.campaigns import actions, reporting
from enishi.campaigns.forms import CampaignForm
from enishi.campaigns.models import Campaign, Variant
from enishi.ui.written import number

from .campaigns import found, reader_of, whole

# A mail may look as it likes, but runs nothing, sends nothing and reaches nothing of ours.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https: http:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@requires("campaigns.edit")
@xframe_options_sameorigin
@require_POST
def preview(request: OfficeRequest) -> HttpResponse:
    """What stands in the form, as a member would see it; for the frame beside it."""
    form = CampaignForm(request.POST, campaign=Campaign(), by=request.user)
    form.is_valid()
    member = reader_of(request, request.POST)
    try:
        values = form.values()
        draft = Campaign(
            subject=values.get("subject", ""),
            preheader=values.get("preheader", ""),
            message_class=values.get("message_class", "advertising"),
            text_part=values.get("text_part", ""),
            sender=values.get("sender", ""),
            sender_name=values.get("sender_name", ""),
            sender_kind=values.get("sender_kind", "fixed"),
            body=actions.clean_body(values["body"]),
        )
        variant = _seen_variant(request, draft, values["variants"])
        shown = actions.preview(draft, member, by=request.user, variant=variant)
    except KeyError as error:
        raise BadRequest from error
    except ValueError as error:
        return mail(_wrong([str(error)]))
    except actions.TextFaults as faults:
        return mail(_wrong([f"{path}: {text}" for path, text in faults.errors.items()]))
    return mail(enveloped(shown))


def _seen_variant(
    request: OfficeRequest, draft: Campaign, variants: list[dict[str, Any]]
) -> Variant | None:
    """Variant B as it stands in the form, where that is what one looks at."""
    if request.POST.get("seen_variant") != "1" or len(variants) < 2:
        return None
    given = variants[1]
    body = actions.clean_body(given["body"]) if given.get("body") else None
    names = ("subject", "sender", "sender_name")
    return Variant(campaign=draft, body=body, **{name: given.get(name) or "" for name in names})


def enveloped(shown: actions.Shown) -> str:
    """The mail below what a mailbox shows of it: from whom, the subject, the preheader."""
    html = shown.html or as_html(shown.text)
    head = format_html(
        '<div style="{}"><b>{}</b> <span style="color:#57606a">&lt;{}&gt;</span>'
        '<br><b>{}</b> <span style="color:#57606a">{}</span></div>',
        _ENVELOPE,
        shown.sender_name or shown.sender,
        shown.sender,
        shown.subject or _("(no subject)"),
        shown.preheader,
    )
    found_ = _BODY.search(html)
    at = found_.end() if found_ else 0
    return html[:at] + head + html[at:]


_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_ENVELOPE = (
    "padding:10px 16px;border-bottom:1px solid #d8dee4;background:#ffffff;color:#24292f;"
    "font:14px/1.6 sans-serif;text-align:start;overflow-wrap:anywhere"
)


def _wrong(sentences: list[str]) -> str:
    lines = format_html_join("", "<li>{}</li>", ((one,) for one in sentences))
    return f'<ul style="font:16px sans-serif;color:#a4262c;line-height:1.7">{lines}</ul>'


def as_html(text: str) -> str:
    return (
        '<pre style="font:15px/1.8 sans-serif;white-space:pre-wrap;margin:16px">'
        f"{escape(text)}</pre>"
    )


def mail(html: str) -> HttpResponse:
    """A mail for a frame: it may look as it likes and do nothing."""
    at = html.lower().find("<head>")
    base = '<base target="_blank">'
    html = html[: at + 6] + base + html[at + 6 :] if at >= 0 else base + html
    answer = HttpResponse(html)
    answer["Content-Security-Policy"] = POLICY
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _followed(link: reporting.LinkFigures) -> str:
    people = ngettext("%(count)s person", "%(count)s people", link.people)
    return people % {"count": number(link.people)}


@requires("campaigns.view")
@xframe_options_sameorigin
@require_safe
def shown(request: OfficeRequest, pk: int) -> HttpResponse:
    """The saved mail as ``?member=`` would see it; with ``?clicks=`` how often its links were
    followed."""
    campaign = found(pk)
    wanted = whole(request.GET.get("variant", "")) or 0
    variant = campaign.variants.filter(number=wanted).first()
    if request.GET.get("clicks") and variant is not None and campaign.tracked:
        told = {one.number: (one.url, _followed(one)) for one in reporting.links(campaign)}
        if (html := actions.click_map(campaign, variant, told)) is not None:
            return mail(html)
    member = reader_of(request, request.GET)
    try:
        got = actions.preview(campaign, member, by=request.user, variant=variant)
    except actions.TextFaults as faults:
        return mail(_wrong([f"{path}: {text}" for path, text in faults.errors.items()]))
    return mail(enveloped(got))
