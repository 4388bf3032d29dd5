"""The verbs of labels: ask for a PDF, make it, forget it after a while."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from enishi.accounts.models import User
from enishi.core import clock
from enishi.core.facts import announce
from enishi.members.actions.refusals import AddressesHidden, Invalid, NobodyToWriteTo
from enishi.members.facts import LabelsPrinted
from enishi.members.fields import hidden_groups
from enishi.members.models import LabelPrint

from .addressing import ORDERS, addressed, chosen
from .drawing import FONTS, Options, drawn
from .sheets import SHEETS

AT_ONCE = 500  # labels up to which the file is made while one waits
MOST = 20_000  # a thousand sheets
KEPT_FOR = timedelta(days=7)


def options_from(said: Mapping[str, Any]) -> Options:
    """The options as a form or a program writes them. Raises Invalid."""
    sheet = str(said.get("sheet") or "a4-12")
    choices: dict[str, tuple[str, Any]] = {
        "sheet": (sheet, SHEETS),
        "direction": (str(said.get("direction") or "horizontal"), ("horizontal", "vertical")),
        "font": (str(said.get("font") or "serif"), FONTS),
        "order": (str(said.get("order") or "kana"), ORDERS),
    }
    errors = {
        name: _("Choose one of the list.")
        for name, (value, known) in choices.items()
        if value not in known
    }
    if errors:
        raise Invalid(errors)
    first = _number(said, "first", 1, 1, SHEETS[sheet].places)
    return Options(
        first=int(first),
        per_household=bool(said.get("per_household")),
        with_number=bool(said.get("with_number")),
        postal_boxes=bool(said.get("postal_boxes")),
        shift_x=_number(said, "shift_x", 0, -20, 20),
        shift_y=_number(said, "shift_y", 0, -20, 20),
        **{name: value for name, (value, _known) in choices.items()},
    )


def _number(said: Mapping[str, Any], name: str, usual: float, least: float, most: float) -> float:
    text = said.get(name)
    if text in (None, ""):
        return usual
    if re.fullmatch(r"-?\d{1,4}(\.\d{1,2})?", str(text)) and least <= float(str(text)) <= most:
        return float(str(text))
    sentence = _("Write a number from %(least)s to %(most)s.")
    raise Invalid({name: sentence % {"least": f"{least:g}", "most": f"{most:g}"}})


@transaction.atomic
def start(
    *, filters: Mapping[str, Any], options: Options, by: User | AnonymousUser | None
) -> LabelPrint:
    """Ask for labels of the members that ``filters`` choose. Few are made at once.

    Raises NobodyToWriteTo, and Invalid for more than 20,000.
    """
    from .jobs import make_labels

    refuse_hidden(by)
    members = chosen(dict(filters), options, by)
    count = members.order_by().values("pk")[: MOST + 1].count()
    if not count:
        raise NobodyToWriteTo
    if count > MOST:
        sentence = _("At most %(most)s labels can be made at once. Filter the list first.")
        raise Invalid({"sheet": sentence % {"most": f"{MOST:,}"}})
    now = clock.now()
    made = LabelPrint.objects.create(
        name=f"{_('labels')}_{clock.today():%Y%m%d}.pdf",
        options=options.plain(),
        filters=dict(filters),
        by=by if isinstance(by, User) else None,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    if count <= AT_ONCE:
        make_file(made)
    else:
        made.job = make_labels.enqueue(by=by, about=made, print_id=made.pk)
        made.save(update_fields=["job"])
    return made


@transaction.atomic
def make_file(made: LabelPrint) -> dict[str, Any]:
    """Draw the PDF of a print and keep it. Raises NobodyToWriteTo."""
    options = Options(**made.options)
    found = addressed(chosen(made.filters, options, made.by), options)
    if not found.people:
        raise NobodyToWriteTo
    made.labels, made.left_out = len(found.people), found.left_out
    made.file.save(made.name, ContentFile(drawn(found.people, options)), save=False)
    made.save(update_fields=["file", "labels", "left_out"])
    announce(LabelsPrinted(about=made, file=made.name, labels=made.labels, by=made.by))
    return {"print": made.pk, "labels": made.labels}


def refuse_hidden(by: Any) -> None:
    """Labels are addresses. Raises AddressesHidden for whoever may not see these."""
    if "address" in hidden_groups(by):
        raise AddressesHidden


def preview(filters: Mapping[str, Any], options: Options, by: User | AnonymousUser) -> bytes:
    """A picture (PNG) of the first page, with the first members of the selection."""
    refuse_hidden(by)
    few = SHEETS[options.sheet].places
    members = chosen(dict(filters), options, by)
    some = members.model.objects.filter(
        pk__in=list(members.values_list("pk", flat=True)[: few * 2])
    )
    some = some.order_by(*ORDERS[options.order])
    found = addressed(some, options).people[:few]
    return drawn(found, options, png=True)


def forget_expired() -> int:
    """Delete the files whose time is over; the rows stay as a log. Returns how many."""
    old = LabelPrint.objects.exclude(file="").filter(expires_at__lt=clock.now())
    count = 0
    for made in old:
        made.file.delete(save=False)
        made.file = ""
        made.save(update_fields=["file"])
        count += 1
    return count
