"""Two people edited one member: field by field, what each of them wrote."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core import signing
from django.http import QueryDict

from enishi.audit.models import HistoryEntry
from enishi.members.actions import Clash
from enishi.members.fields import BUILT_IN, type_of
from enishi.members.fields.forms import FORM, form_data, form_name
from enishi.members.forms.member import MemberForm, kept_of, plain
from enishi.members.models import Field, Member
from enishi.ui.written import listed


@dataclass(frozen=True)
class Row:
    """One field that differs, as people read it."""

    name: str
    label: str
    mine: str
    theirs: str


class Clashing:
    """The fields in which a form and the member as it is now differ, and who changed them.

    ``rows``: what both changed, so that somebody must choose. ``besides``: what only others did;
    it stays without a question. What only the form changed travels along and is saved.
    """

    def __init__(self, member: Member, form: MemberForm, posted: QueryDict, clash: Clash) -> None:
        self.member = Member.objects.select_related("type", "owner").get(
            pk=member.pk
        )  # as it is now
        self.form = form
        self.posted = posted
        self.both = {form_name(key) for key in clash.fields}
        self.now = plain(kept_of(self.member, form.own))
        self.before = form.read_values
        self.mine = plain({form_name(key): value for key, value in form.values.items()})

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(name) for name in self._differing() if name in self.both]

    @cached_property
    def besides(self) -> list[Row]:
        before = self.before or {}
        others = (name for name in self._differing() if name not in self.both)
        return [self._row(name) for name in others if self.mine[name] == before.get(name)]

    def _differing(self) -> Iterator[str]:
        return (name for name, mine in self.mine.items() if mine != self.now[name])

    def _row(self, name: str) -> Row:
        mine, theirs = self._read(name, self.mine[name]), self._read(name, self.now[name])
        return Row(name, str(self.form[name].label), mine, theirs)

    def _read(self, name: str, value: Any) -> str:
        """A value as people read it: the label of a choice, not its key."""
        own = self._own.get(name)
        if own is not None:
            return "" if value in ("", None) else type_of(own).said(own, value)
        field = self.form.fields[name]
        choices = getattr(field, "choices", None)
        if choices is None:
            return BUILT_IN[name].said(value) if name in BUILT_IN else str(value)
        labels = {
            str(getattr(key, "value", key)): str(label) for key, label in choices if key != ""
        }
        values = value if isinstance(value, list) else [value]
        keys = [str(one) for one in values]
        return listed(labels.get(key, key) for key in keys if key)

    @cached_property
    def _own(self) -> dict[str, Field]:
        return {f"{FORM}{field.key}": field for field in self.form.own}

    @property
    def read(self) -> str:
        """The present values, for the next save to compare with."""
        return signing.dumps(self.now, compress=True)

    @property
    def who(self) -> str:
        """Who changed the member last, '' when nobody is known."""
        last = HistoryEntry.objects.about(self.member).first()
        return last.by_label if last is not None else ""

    def carried(self) -> list[tuple[str, str]]:
        """Everything that was typed, to travel along while the choice is made."""
        return [
            (name, value)
            for name, values in self.posted.lists()
            for value in values
            if name not in {"csrfmiddlewaretoken", "version", "read", "clashing"}
            and not name.startswith("keep_")
        ]


def settled(posted: QueryDict, own: list[Field]) -> tuple[QueryDict, bool]:
    """The form's values after the choices of the clash page, and whether every row was chosen.

    ``clashing`` names the rows; ``keep_<field>`` says "mine" or "theirs", and "theirs" is what
    ``read`` holds.
    """
    rows = posted.get("clashing", "").split()
    if not rows:
        return posted, True
    try:
        theirs = signing.loads(posted.get("read", ""))
    except signing.BadSignature:
        return posted, False
    values = posted.copy()
    fields = {f"{FORM}{field.key}": field for field in own}
    chosen = {name: posted.get(f"keep_{name}") for name in rows if name in theirs}
    for name, keep in chosen.items():
        if keep == "theirs":
            _put(values, name, theirs[name], fields.get(name))
    return values, all(keep in {"mine", "theirs"} for keep in chosen.values())


def _put(values: QueryDict, name: str, value: Any, own: Field | None) -> None:
    if own is None:
        values[name] = str(value)
        return
    for part, texts in form_data(own, name, None if value == "" else value).items():
        values.setlist(part, texts)
