"""Every fault in the texts of a campaign, with its place; asked before anything is sent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.campaigns.models import Campaign, Variant
from enishi.core.refusals import Refusal
from enishi.messaging.actions import merge

from . import blocks, repeating
from .compiling import Compiled, Unreadable, Wanted, compiled
from .fields import catalogue, compiled_catalogue

MODES = ("blocks", "mjml", "html", "text")


@dataclass(frozen=True)
class TextFault:
    """``part``: subject, preheader, body.html, body.blocks[2].text, variants[1].subject …"""

    part: str
    line: int
    column: int
    reason: str


class TextFaults(Refusal):
    """The text cannot be sent as it is. Correct the places named and try again."""

    status = 422

    def __init__(self, faults: list[TextFault]) -> None:
        self.faults = faults
        said = _("line %(line)d, column %(column)d: %(reason)s")
        self.errors: dict[str, str] = {}
        for one in faults:
            self.errors.setdefault(one.part, said % vars(one))
        super().__init__()

    @property
    def details(self) -> dict[str, Any]:
        return {"faults": [vars(one) for one in self.faults]}


def faults_of(campaign: Campaign, variants: list[Variant], by: User | None) -> list[TextFault]:
    """Everything that keeps the texts from being filled in."""
    known = catalogue(by)
    parts = list(_parts(campaign, variants, known))
    found = [fault for part in parts for fault in _faults(*part)]
    if found:
        return found
    bodies = [("body", campaign.body)]
    bodies += [(f"variants[{one.number}].body", one.body) for one in variants if one.body]
    for name, body in bodies:
        try:
            made = compiled(body, campaign.text_part, wanted_of(campaign))
        except Unreadable as error:
            found.append(TextFault(f"{name}.{_mode(body)}", 1, 1, str(error)))
            continue
        found += _faults_of_compiled(name, made, body, by)
    return found


def _faults_of_compiled(
    name: str, made: Compiled, body: Mapping[str, Any], by: User | None
) -> Iterator[TextFault]:
    """What only shows when everything is put together, such as a loop over several blocks."""
    known = compiled_catalogue(by, segments_in(body))
    for text, is_html in ((made.html, True), (made.text, False)):
        try:
            merge.parse(text, known, html=is_html)
        except merge.Faults as faults:
            for one in faults.faults:
                yield TextFault(f"{name}.{_mode(body)}", one.line, one.column, one.reason)
            return


def wanted_of(campaign: Campaign, *, tracked: bool | None = None, first_link: int = 1) -> Wanted:
    return Wanted(
        tracked=campaign.tracked if tracked is None else tracked,
        advertising=campaign.is_advertising,
        preheader=campaign.preheader,
        utm=campaign.utm,
        first_link=first_link,
    )


def segments_in(body: Mapping[str, Any]) -> set[int]:
    """The segments that a body shows parts for."""
    return blocks.segments_in(body["blocks"]) if "blocks" in body else set()


def _mode(body: Mapping[str, Any]) -> str:
    return next((key for key in MODES if key in body), "text")


Part = tuple[str, str, bool, merge.Fields]  # where, the text, whether it is HTML, what it may name


def _parts(campaign: Campaign, variants: list[Variant], known: merge.Fields) -> Iterator[Part]:
    yield "subject", campaign.subject, False, known
    yield "preheader", campaign.preheader, False, known
    yield from _body_parts("body", campaign.body, known)
    yield "text_part", campaign.text_part, False, known
    for one in variants:
        yield f"variants[{one.number}].subject", one.subject, False, known
        if one.body:
            yield from _body_parts(f"variants[{one.number}].body", one.body, known)


def _body_parts(name: str, body: Mapping[str, Any], known: merge.Fields) -> Iterator[Part]:
    for mode in ("mjml", "html", "text"):
        if mode in body:
            yield f"{name}.{mode}", str(body[mode]), mode != "text", known
    for path, block in blocks.walk(body.get("blocks", [])):
        here = known
        if block["type"] == "repeat":
            here = repeating.as_fields(block["database"], known)
            yield f"{name}.{path}.database", blocks.repeats(block, ""), True, known
        for key in blocks.TEXTS:
            if block.get(key):
                yield f"{name}.{path}.{key}", block[key], True, here


def _faults(part: str, text: str, is_html: bool, known: merge.Fields) -> list[TextFault]:
    try:
        merge.parse(text, known, html=is_html)
    except merge.Faults as faults:
        return [TextFault(part, one.line, one.column, one.reason) for one in faults.faults]
    return []
