"""History in sentences: what happened, in the language of whoever reads it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from enishi.accounts.permissions import AREAS
from enishi.core.facts import Fact
from enishi.ui.written import japanese, jdate, jdatetime

from .models import HistoryEntry
from .recording import name_of

NOBODY = gettext_lazy("The system")
SOMETHING = gettext_lazy("(unknown)")
NAMES_OF_FIELDS = {"columns", "fields"}
HIDDEN = {
    "changes",
    "version",
    "rule",
    "included",
}  # shown in another way, or of no use to a reader


@dataclass(frozen=True)
class Detail:
    """One value of an entry. ``kept`` is false where only the name of the field is kept."""

    label: str
    old: str
    new: str
    changed: bool
    kept: bool = True


class _Words(defaultdict[str, Any]):
    """A sentence that names a field which the fact no longer has still reads."""

    def __missing__(self, key: str) -> str:
        return "…"


@cache
def kinds() -> dict[str, type[Fact]]:
    """Every kind of fact by the name that history keeps."""

    def below(kind: type[Fact]) -> Iterable[type[Fact]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return {name_of(kind): kind for kind in below(Fact)}


# Where an app's area is not called like the app: what people do there.
_AREA_OF_APP = {"project": "jobs", "messaging": "messages"}


def label_of_area(key: str) -> str:
    key = _AREA_OF_APP.get(key, key)
    return str(AREAS[key].label) if key in AREAS else key


def label_of_kind(name: str) -> str:
    """A kind of fact for a list to choose from: its sentence with gaps."""
    kind = kinds().get(name)
    text = str(kind.history) if kind else ""
    if not text:
        return name.rsplit(".", maxsplit=1)[-1]
    return text % _Words(str)


def sentence(entry: HistoryEntry) -> str:
    """What happened; the kind's own sentence, or one made of its name."""
    words = _words(entry)
    kind = kinds().get(entry.fact)
    text = str(kind.history) if kind else ""
    if not text:
        text = _("%(by)s: %(kind)s, %(about)s")
        words["kind"] = entry.fact.split(".")[-1]
    return text % words


def _words(entry: HistoryEntry) -> _Words:
    """What the places of a sentence are filled with."""
    words = _Words(str)
    words |= {name: said(value) for name, value in entry.values.items() if name != "changes"}
    about = entry.about_label or str(SOMETHING)
    words |= {
        "by": _person(entry.by_label) if entry.by_label else str(NOBODY),
        "about": _person(about) if entry.about_type == "accounts.user" else about,
    }
    if changed := [detail.label for detail in details(entry) if detail.changed]:
        words["fields"] = _(", ").join(changed)
    return words


_PLACE = re.compile(r"%\((\w+)\)")

# 「佐藤さんが山田 花子の住所を変更」 → 「住所を変更」
_CUT = re.compile(r"%\(by\)sが|%\(about\)s(?:との|から|の|を|に|と|は)?")


def sentence_there(entry: HistoryEntry, called: str) -> tuple[str, str]:
    """What happened, for the page of the thing itself, and who did it ('' where that is said).

    Such a page need not name the thing in every line; where a language must, it is ``called`` so.
    """
    kind = kinds().get(entry.fact)
    text = str(kind.history) if kind else ""
    if japanese() and (cut := _CUT.sub("", text)) != text:
        return cut % _words(entry), entry.by_label
    if not text:
        return sentence(entry), ""
    words = _words(entry)
    words["about"] = called
    return text % words, ""


def _person(name: str) -> str:
    """佐藤さん: sentences name people politely, so a fact's sentence adds no さん of its own."""
    return pgettext("somebody in a sentence", "%(name)s") % {"name": name}


def details(entry: HistoryEntry) -> list[Detail]:
    """The values with their labels, as far as the sentence does not say them; changes first.

    A model may know more names than its columns: ``history_field(name)`` gives the label and how
    a value is said, or None.
    """
    about = _model(entry.about_type)
    kind = kinds().get(entry.fact)
    in_sentence = set(_PLACE.findall(str(kind.history))) if kind else set()
    knows = getattr(about, "history_field", None)
    rows = []
    for name, pair in (entry.values.get("changes") or {}).items():
        field = _field(about, name) or _field_in(entry.area, name)
        label, say = (knows and knows(name)) or (_label(field, name), partial(said, field=field))
        if pair is None:
            rows.append(Detail(label, "", "", changed=True, kept=False))
        else:
            old, new = pair if isinstance(pair, list) and len(pair) == 2 else ("", pair)
            rows.append(Detail(label, say(old), say(new), changed=True))
    for name, value in entry.values.items():
        if name not in HIDDEN | in_sentence and value not in (None, "", [], {}):
            field = _field(about, name) or _field_in(entry.area, name)
            if name in NAMES_OF_FIELDS and isinstance(value, list):
                inner = [(_field(about, one) or _field_in(entry.area, one), one) for one in value]
                text = _(", ").join(_label(*pair) for pair in inner)
            else:
                text = said(value, field)
            rows.append(Detail(_label(field, name), "", text, changed=False))
    return rows


def said(value: Any, field: "Field[Any, Any] | None" = None) -> str:
    """A kept value as text: days and choices in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        if "label" in value:
            return str(value["label"])
        return _(", ").join(f"{key}: {said(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return _(", ").join(said(inner, field) for inner in value)
    if field is not None and value in dict(field.flatchoices):
        return str(dict(field.flatchoices)[value])
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-":
        return _day(value)
    return str(VALUES.get(value, value) if isinstance(value, str) else value)


def _day(value: str) -> str:
    try:
        return jdate(date.fromisoformat(value))
    except ValueError:
        pass
    try:
        return jdatetime(datetime.fromisoformat(value))
    except ValueError:
        return value


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label) if label else None
    except (LookupError, ValueError):
        return None


def _field(model: type[Model] | None, name: str) -> "Field[Any, Any] | None":
    if model is None:
        return None
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None


@cache
def _field_in(area: str, name: str) -> "Field[Any, Any] | None":
    """The field of that name in any table of the area: a fact often tells of its neighbour."""
    try:
        models = apps.get_app_config(area).get_models()
    except LookupError:
        return None
    return next((found for model in models if (found := _field(model, name))), None)


VALUES = {
    "office": pgettext_lazy("in history", "Office"),
    "contact": pgettext_lazy("in history", "Contact"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "totp": gettext_lazy("Authenticator app"),
    "webauthn": gettext_lazy("Passkey"),
    # of a sending of mails
    "hand": pgettext_lazy("in history", "by hand"),
    "bounces": pgettext_lazy("in history", "too many mails came back"),
    "complaints": pgettext_lazy("in history", "too many were reported as spam"),
    "broken": pgettext_lazy("in history", "something that the mail names is gone"),
    "again": pgettext_lazy("in history", "sent once more"),
    "leave": pgettext_lazy("in history", "left as they are"),
}
WORDS = {
    "seen": gettext_lazy("What was seen"),
    "changed": gettext_lazy("Changed"),
    "removed": gettext_lazy("Removed"),
    "restored": gettext_lazy("Restored"),
    "size": gettext_lazy("Size"),
    "tag": gettext_lazy("Tag"),
    "contact": gettext_lazy("Contact no."),
    "confidential": gettext_lazy("Confidential"),
    "until": gettext_lazy("Until"),
    "taken_off": gettext_lazy("Taken off"),
    "numbers": gettext_lazy("Numbers"),
    "members": gettext_lazy("Members (internal numbers)"),
    "purpose": gettext_lazy("Purpose"),
    "kind": gettext_lazy("Sort"),
    "subject": gettext_lazy("Subject"),
    "channel": gettext_lazy("Channel"),
    "address": gettext_lazy("Address"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "roles": gettext_lazy("Roles"),
    "rights": gettext_lazy("Rights"),
    "scopes": gettext_lazy("Scopes"),
    "method": gettext_lazy("Method"),
    "on": gettext_lazy("Day"),
    "note": gettext_lazy("Note"),
    "reason": gettext_lazy("Reason"),
    "number": gettext_lazy("Number"),
    "old": gettext_lazy("Before"),
    "new": gettext_lazy("After"),
    "rows": gettext_lazy("Rows in the file"),
    "count": gettext_lazy("How many"),
    "columns": gettext_lazy("Columns in the file"),
    "format": gettext_lazy("Format"),
    "name": gettext_lazy("Name"),
    "ids": gettext_lazy("Which"),
    "file": gettext_lazy("File"),
    "labels": gettext_lazy("Labels"),
    "household": gettext_lazy("Household"),
    "organisation": gettext_lazy("Organisation"),
    "guardian": gettext_lazy("Guardian"),
    "other": gettext_lazy("With whom"),
    "before": gettext_lazy("Before"),
    "filename": gettext_lazy("File"),
    "filters": gettext_lazy("Filters"),
    "search": gettext_lazy("Search"),
    "text": gettext_lazy("Text"),
    "suppressed": gettext_lazy("Suppressed"),
    "template": gettext_lazy("Mail template"),
    "language": gettext_lazy("Language"),
    "to_default": gettext_lazy("Back to the default"),
    "token_kind": gettext_lazy("Mark in the return path"),
    "ref": gettext_lazy("Message that led to it"),
    "source": gettext_lazy("Where"),
    "topic": pgettext_lazy("consent", "Topic"),
    "key": gettext_lazy("Key"),
    "state": gettext_lazy("State"),
    "status": gettext_lazy("State"),
    "accepted": pgettext_lazy("in history", "Sent"),
    "failed": pgettext_lazy("in history", "Failed"),
    "uncertain": pgettext_lazy("in history", "Uncertain"),
    "due_on": pgettext_lazy("in history", "Due"),
    "database": pgettext_lazy("in history", "Database"),
    "member": pgettext_lazy("in history", "Member"),
    "kinship": pgettext_lazy("in history", "Kinship"),
    "pays": pgettext_lazy("in history", "Pays"),
    "seats": pgettext_lazy("in history", "Seats"),
    "shared": pgettext_lazy("in history", "Shared"),
    "why": gettext_lazy("Reason"),
}


def _label(field: "Field[Any, Any] | None", name: str) -> str:
    if field is not None and str(field.verbose_name) != name.replace("_", " "):
        return str(field.verbose_name)
    return str(WORDS.get(name, name.replace("_", " ")))
