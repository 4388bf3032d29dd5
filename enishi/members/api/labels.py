"""Labels and envelopes for programs."""

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field as Described
from ninja import Router, Schema, Status

from enishi.accounts.api import needs
from enishi.core import clock
from enishi.members.labels import actions
from enishi.members.models import LabelPrint

from .members import by_of

router = Router(tags=["labels"])
EXPORT = needs("members:export")


class LabelValues(Schema):
    """What to print, for whom. ``filters`` are those of the list of members, or ``ids``."""

    sheet: str = Described(
        "a4-12",
        description="a4-12, a4-24, a4-10, a4-18, a4-21, chou3, kaku2, chou4 or hagaki",
    )
    direction: str = Described("horizontal", description="horizontal or vertical")
    font: str = Described("serif", description="serif or sans")
    first: int = Described(1, description="the label of the first sheet to begin with")
    per_household: bool = False
    with_number: bool = False
    postal_boxes: bool = False
    order: str = Described("kana", description="kana, postal or number")
    filters: dict[str, Any] = Described(default_factory=dict)


class LabelAnswer(Schema):
    """A PDF of labels; ``ready`` when it can be fetched, until ``expires_at``."""

    id: int
    name: str
    ready: bool
    labels: int | None
    left_out: dict[str, int]
    created_at: datetime
    expires_at: datetime


def _print(made: LabelPrint) -> dict[str, Any]:
    names = ("id", "name", "labels", "left_out", "created_at", "expires_at")
    return {name: getattr(made, name) for name in names} | {"ready": bool(made.file)}


@router.post("/labels", response={201: LabelAnswer}, auth=EXPORT, summary="Make labels")
def make(request: HttpRequest, values: LabelValues) -> Status[dict[str, Any]]:
    """Up to 500 at once; more are made in the background."""
    options = actions.options_from(values.dict(exclude={"filters"}))
    made = actions.start(filters=values.filters, options=options, by=by_of(request))
    return Status(201, _print(made))


@router.get("/labels/{id}", response=LabelAnswer, auth=EXPORT, summary="A print of labels")
def one(request: HttpRequest, id: int) -> dict[str, Any]:
    """Whether the PDF is ready."""
    return _print(get_object_or_404(LabelPrint, pk=id))


@router.get("/labels/{id}/file", auth=EXPORT, summary="Download labels")
def file(request: HttpRequest, id: int) -> FileResponse:
    """The PDF, for a week."""
    actions.refuse_hidden(request.user)
    made = get_object_or_404(LabelPrint, pk=id)
    if not made.file or made.expires_at < clock.now():
        raise Http404
    return FileResponse(made.file.open("rb"), as_attachment=True, filename=made.name)
