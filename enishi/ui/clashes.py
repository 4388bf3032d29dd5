"""Two people edit one thing in a form: nothing is lost, and nobody overwrites by accident.

A form that edits something carries what it was filled with (``{% was_read form %}``, signed). When
it comes back valid, the view locks the thing, compares, and saves or shows the clash::

    answer = clashes.saved(
        request,
        form,
        locked=lambda: Note.objects.select_for_update().get(pk=pk),
        now=initial_of,
        save=lambda row: actions.change_note(row, **form.cleaned_data, by=request.user),
        heading=_("Edit the note"),
        back=url,
    )
    if answer is not None:
        return answer

Fields that only others changed keep their new value: it is put into ``cleaned_data``, and the
message says so. Where both changed the same field, a page shows both values and lets whoever saves
choose; of a list entry by entry. A form whose clean values do not look like its initial ones says
with ``kept()`` (name → value) what it was filled with, with ``in_parts`` which mappings count entry
by entry, and with ``written(name, value)`` how a value reads.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django import forms
from django.core import signing
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from enishi.core.refusals import Refusal
from enishi.ui.written import listed

from . import toasts
from .written import jdate, jdatetime

READ, KEEP, ASKED = "read", "keep:", "clashing"
_SALT = "enishi.ui.clashes"
T = TypeVar("T")
_tellers: list[Callable[[Model], str]] = []


def tells_who(teller: Callable[[Model], str]) -> Callable[[Model], str]:
    """Register who knows by whom a thing was changed last ('' for nobody known)."""
    _tellers.append(teller)
    return teller


def last_by(thing: Model | None) -> str:
    """Who changed a thing last, as far as anybody knows."""
    return next((who for teller in _tellers if thing and (who := teller(thing))), "")


@dataclass(frozen=True)
class Row:
    """One field, or one entry of a list in it, that both changed. ``chosen``: what is ticked."""

    name: str
    label: str
    mine: str
    theirs: str
    chosen: str = ""


@dataclass
class TwoEdits:
    """``rows``: what both changed; ``besides``: what only others did, which stays.

    ``read``: what the next save compares with.
    """

    rows: list[Row]
    besides: list[Row]
    read: dict[str, Any]
    posted: list[tuple[str, str]] = field(default_factory=list)

    def answer(
        self,
        request: HttpRequest,
        *,
        heading: str | Promise,
        back: str,
        who: str = "",
        thing: str | Promise = "",
    ) -> HttpResponse:
        """The page on which one chooses; ``back`` leads away without saving."""
        context = {
            "clash": self,
            "read": signing.dumps(self.read, salt=_SALT, compress=True),
            "asked": "\n".join(row.name for row in self.rows),
            "heading": heading,
            "back": back,
            "who": who,
            "thing": thing,
        }
        return render(request, "ui/office/clash.html", context, status=409)

    def said(self, who: str) -> str:
        """What others changed meanwhile and is kept, for the message after a save."""
        fields = listed(dict.fromkeys(row.label for row in self.besides))
        if not fields:
            return ""
        if who:
            return _("What %(who)s changed in the meantime is kept: %(fields)s.") % {
                "who": who,
                "fields": fields,
            }
        return _("What somebody else changed in the meantime is kept: %(fields)s.") % {
            "fields": fields
        }


def saved(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    locked: Callable[[], T],
    now: Callable[[T], Mapping[str, Any]],
    save: Callable[[T], object],
    heading: str | Promise,
    back: str,
    about: Model | None = None,
    said: str | Promise = "",
) -> HttpResponse | None:
    """Save a form that was sent and is valid; the answer, or None where the form is to be shown:
    it was only opened, or says what is wrong, or what was refused.

    ``now`` tells what the locked thing holds, by the names of the form's fields. ``about``: whose
    history tells who saved last, the thing itself unless another is named. ``said``: the message.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    with transaction.atomic():
        thing = locked()
        about = about or (thing if isinstance(thing, Model) else None)
        two, who = compared(request, form, now(thing)), last_by(about)
        if not two.rows:
            if not tried(form, lambda: save(thing)):
                return None
            if sentence := " ".join(filter(None, (str(said), two.said(who)))):
                toasts.say(request, sentence)
            return redirect(back)
    return two.answer(request, heading=heading, back=back, who=who, thing=str(about or ""))


def the_only(model: type[T]) -> Callable[[], T]:
    """For ``locked``: the one row of settings, made where nobody has saved any yet."""

    def locked() -> T:
        rows = model.objects  # type: ignore[attr-defined]
        rows.get_or_create(pk=1)
        found: T = rows.select_for_update().get(pk=1)
        return found

    return locked


def tried(form: forms.BaseForm, act: Callable[[], object]) -> bool:
    """Whether ``act`` went through; what it refuses stands beside the fields."""
    try:
        with transaction.atomic():
            act()
    except Refusal as no:
        for name, sentence in (no.errors or {"": str(no)}).items():
            form.add_error(name if name in form.fields else None, sentence)
        return False
    return True


def read_values(form: forms.BaseForm) -> str:
    """What the form was filled with, signed, for its hidden field ``read``."""
    if form.is_bound and READ in form.data:
        return str(form.data[READ])
    values = {name: _flat(form, name, value) for name, value in held(form).items()}
    return signing.dumps(values, salt=_SALT, compress=True)


def held(form: forms.BaseForm) -> dict[str, Any]:
    """What a form is filled with, for ``now``: ``lambda row: held(NoteForm(instance=row))``."""
    if hasattr(form, "kept"):
        found: dict[str, Any] = form.kept()
        return found
    return {name: form.get_initial_for_field(f, name) for name, f in form.fields.items()}


def look(request: HttpRequest, form: forms.BaseForm, now: Mapping[str, Any]) -> TwoEdits | None:
    """What both changed, None where nothing clashes; for views that lock and save themselves."""
    two = compared(request, form, now)
    return two if two.rows else None


def compared(request: HttpRequest, form: forms.BaseForm, now: Mapping[str, Any]) -> TwoEdits:
    """How a valid form meets what its thing holds ``now`` (by name of the form's fields).

    The fields that this user did not touch are set to what they are now.
    """
    try:
        base: dict[str, Any] = signing.loads(request.POST.get(READ, ""), salt=_SALT)
    except signing.BadSignature:
        return TwoEdits([], [], {})  # a program, or a page from before: what it says counts
    asked = set(request.POST.get(ASKED, "").split("\n"))
    rows: list[Row] = []
    besides: list[Row] = []
    seen = dict(base)
    for name, value in now.items():
        if name not in form.cleaned_data or name not in base:
            continue
        typed = form.cleaned_data[name]
        theirs, mine, read = _alike(_flat(form, name, value), _flat(form, name, typed), base[name])
        said_now, mine = mine, _mine(request, name, mine, read)
        open_ = asked & _places(name, mine, theirs)
        open_ = {place for place in open_ if f"{KEEP}{place}" not in request.POST}
        if mine == read and not open_:
            if theirs != said_now:
                form.cleaned_data[name] = value
            if theirs != read:
                text = said(form, name, value)
                besides.append(Row(name, _label(form, name), text, text))
        elif theirs in (read, mine) and not open_:
            form.cleaned_data[name] = _as_typed(form, name, mine)
        else:
            rows += _rows(form, name, read, (mine, typed), (theirs, value))
            seen[name] = theirs
    posted = form.carried(request.POST) if hasattr(form, "carried") else request.POST
    return TwoEdits(rows, besides, seen, _carried(posted, rows))


def _flat(form: forms.BaseForm, name: str, value: Any) -> Any:
    """``value`` as JSON; a mapping is one value unless the form compares it ``in_parts``."""
    found = plain(value)
    if isinstance(value, Mapping) and name not in getattr(form, "in_parts", ()):
        return json.dumps(found, ensure_ascii=False, sort_keys=True)
    return found


def _alike(*values: Any) -> tuple[Any, ...]:
    """Nothing is an empty list where the others are lists."""
    if any(isinstance(value, dict) for value in values):
        return tuple({} if value == "" else value for value in values)
    return values


def _mine(request: HttpRequest, name: str, mine: Any, read: Any) -> Any:
    """What this user wants after the choices of the page, "theirs" being what was ``read``."""
    if isinstance(mine, dict) and isinstance(read, dict):
        kept = {**mine}
        for key in {*mine, *read}:
            if request.POST.get(f"{KEEP}{name}:{key}") == "theirs":
                kept.pop(key, None)
                if key in read:
                    kept[key] = read[key]
        return kept
    return read if request.POST.get(KEEP + name) == "theirs" else mine


def _places(name: str, mine: Any, theirs: Any) -> set[str]:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        return {f"{name}:{key}" for key in {*mine, *theirs}}
    return {name}


def _rows(
    form: forms.BaseForm,
    name: str,
    read: Any,
    mine: tuple[Any, Any],
    theirs: tuple[Any, Any],
) -> Iterator[Row]:
    """What differs in one field; of a list each entry, the one who changed it ticked."""
    label = _label(form, name)
    if not isinstance(mine[0], dict) or not isinstance(theirs[0], dict):
        yield Row(name, label, said(form, name, mine[1]), said(form, name, theirs[1]))
        return
    before = read if isinstance(read, dict) else {}
    for key in {**theirs[0], **mine[0]}:
        ours, other, was = mine[0].get(key), theirs[0].get(key), before.get(key)
        if ours == other:
            continue
        chosen = "" if was not in (ours, other) else "theirs" if ours == was else "mine"
        part = f"{label}: {_entry(form, name, key)}"
        words = isinstance(ours, str) or isinstance(other, str)
        yield Row(f"{name}:{key}", part, _part(ours, words), _part(other, words), chosen)


def _label(form: forms.BaseForm, name: str) -> str:
    if (known := form.fields.get(name)) is not None:
        return str(known.label or name)
    return str(form.label_of(name)) if hasattr(form, "label_of") else name


def _entry(form: forms.BaseForm, name: str, key: str) -> str:
    if hasattr(form, "label_of") and (text := form.label_of(name, key)):
        return str(text)
    return said(form, name, [key])


def _part(value: Any, words: bool) -> str:
    if words:
        return str(value or "")
    return _("Yes") if value else _("No")


def _as_typed(form: forms.BaseForm, name: str, mine: Any) -> Any:
    """What is to be kept after choices, as the form would have read it."""
    typed = form.cleaned_data[name]
    if not isinstance(mine, dict) or plain(typed) == mine:
        return typed
    if isinstance(typed, Mapping):
        return mine
    return list(mine) if isinstance(typed, list) else form.fields[name].clean(list(mine))


def plain(value: Any) -> Any:
    """A value as JSON, so that equal values are equal however they were written.

    Times count to the minute, as inputs show them; lists are entry → True.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset) or hasattr(value, "iterator"):
        items = value.iterator() if hasattr(value, "iterator") else value
        return dict.fromkeys(sorted(str(plain(one)) for one in items), True)
    return "\n".join(str(value).strip().splitlines())


def said(form: forms.BaseForm, name: str, value: Any) -> str:
    """A value as people read it: the label of a choice, not its key."""
    if hasattr(form, "written") and (text := form.written(name, value)) is not None:
        return str(text)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return jdatetime(value)
    if isinstance(value, date):
        return jdate(value)
    found = plain(value)
    values = list(found) if isinstance(found, dict) else [found]
    choices = getattr(form.fields.get(name), "choices", None)
    if choices is None:
        return listed(values)
    labels = {str(getattr(key, "value", key)): str(label) for key, label in choices}
    return listed(labels.get(str(one), str(one)) for one in values if one != "")


def _carried(posted: QueryDict, rows: list[Row]) -> list[tuple[str, str]]:
    """Everything that was typed, and chosen before, to travel along while the choice is made."""
    gone = {"csrfmiddlewaretoken", READ, ASKED, *(f"{KEEP}{row.name}" for row in rows)}
    return [
        (name, value) for name, values in posted.lists() for value in values if name not in gone
    ]
