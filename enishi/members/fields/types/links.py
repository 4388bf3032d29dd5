"""Types whose value is the id of something else: a member, a record, a stored file.

What can be linked besides members is registered from above:

    class Records:
        def by_text(self, to, texts): ...   # what people write → id, for those that are found
        def names(self, to, ids): ...       # id → Named
        def found(self, to, words, most, by): ...  # Named ones that fit typed words
        def written_sql(self, to, pk): ...  # SQL of the text that by_text finds, for the id ``pk``

    links.linked["record"] = Records()
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Protocol

from django.db.models.functions import Concat, Lower
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.accounts.models import User
from enishi.core import japanese
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field, FieldFile
from enishi.members.models.member import Member

from .base import NOBODY, Compare, FieldType, Json, Names, link
from .numbers import Integer

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Named:
    """What a linked thing is called. ``written`` is what a list holds for it.

    ``more`` tells it apart from others of the same name.
    """

    label: str
    written: str
    url: str = ""
    more: str = ""


class Linked(Protocol):
    """Things of one kind that fields can link to."""

    def by_text(self, to: str, texts: Collection[str]) -> dict[str, int]: ...

    def names(self, to: str, ids: Collection[int]) -> dict[int, Named]: ...

    def found(self, to: str, words: str, most: int, by: User) -> list[Named]: ...

    def written_sql(self, to: str, pk: str) -> str: ...


class Members:
    """Members, written by their number; found by e-mail or name as well where one alone has it."""

    def by_text(self, _to: str, texts: Collection[str]) -> dict[str, int]:
        wanted = {text: japanese.fold(text) for text in texts}
        numbers = {said.split(" ")[0] for said in wanted.values()}
        by_number = dict(Member.objects.filter(number__in=numbers).values_list("number", "pk"))
        found = {
            text: by_number[number]
            for text, said in wanted.items()
            if (number := said.split(" ")[0]) in by_number
        }
        rest = {text: said for text, said in wanted.items() if said and text not in found}
        return found | _by_mail_or_name(rest)

    def found(self, _to: str, words: str, most: int, by: User) -> list[Named]:
        from enishi.members.fields.rights import as_seen, visible_fields

        if not by.has_right("members.view"):
            return []
        seen = visible_fields(by, retired=True)
        some = Member.objects.present().search(words, by=by).order_by()[:most]
        return [
            Named(one.name, one.number, more=" ".join(filter(None, (one.prefecture, one.city))))
            for one in (as_seen(member, by, seen) for member in some)
        ]

    def names(self, _to: str, ids: Collection[int]) -> dict[int, Named]:
        columns = ("number", "kind", "family_name", "given_name", "organisation_name")
        return {
            member.pk: Named(str(member), member.number, reverse("members:karte", args=[member.pk]))
            for member in Member.objects.filter(pk__in=list(ids)).only(*columns)
        }

    def written_sql(self, _to: str, pk: str) -> str:
        return f"(SELECT linked.number FROM members_member linked WHERE linked.id = {pk})"


_WITH_DAY = re.compile(r"(.*\S) (\S*\d\S*)")


def _by_mail_or_name(texts: Mapping[str, str]) -> dict[str, int]:
    """text → id, for those that fit one member only: an address, a name, a name and birth date."""
    mails: dict[str, str] = {}
    names: dict[str, tuple[str, date | None]] = {}
    for text, said in texts.items():
        if "@" in said:
            mails[text] = said.lower()
        elif (dated := _WITH_DAY.fullmatch(said)) and (born := _day(dated[2])):
            names[text] = dated[1].replace(" ", ""), born
        else:
            names[text] = said.replace(" ", ""), None
    present = Member.objects.present()
    by_mail: dict[str, list[int]] = {}
    mailed = present.annotate(mail=Lower("email")).filter(mail__in=set(mails.values()))
    for mail, pk in mailed.values_list("mail", "pk") if mails else ():
        by_mail.setdefault(mail, []).append(pk)
    by_name: dict[str, list[tuple[int, date | None]]] = {}
    whole = Concat("family_name", "given_name", "organisation_name")
    wanted = {name for name, _born in names.values()}
    called = present.annotate(whole=whole).filter(whole__in=wanted)
    for name, pk, born in called.values_list("whole", "pk", "birth_date") if names else ():
        by_name.setdefault(name, []).append((pk, born))
    found = {text: by_mail.get(mail, []) for text, mail in mails.items()}
    for text, (name, born) in names.items():
        found[text] = [pk for pk, day in by_name.get(name, []) if born is None or day == born]
    return {text: pks[0] for text, pks in found.items() if len(pks) == 1}


def _day(text: str) -> date | None:
    try:
        return japanese.date(text)
    except japanese.Unclear:
        return None


linked: dict[str, Linked] = {"member": Members()}


class Link(Integer):
    """A link; ``linked`` says to what."""

    compare = Compare.LINK
    numeric = has_range = may_be_unique = False
    may_be_preset = False
    inputs = ()
    none: ClassVar[Any] = gettext_lazy("There is nothing of this name or number.")

    def read(self, field: Field, text: str) -> Any:
        word = japanese.fold(text)
        if not word:
            return None
        known = linked.get(self.key)
        found = known.by_text(field.links_to, [word]) if known is not None else {}
        if word not in found:
            raise Wrong(str(self.none))
        return found[word]

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
            raise Wrong(_("Send the id, a number."))
        known = linked.get(self.key)
        if known is None or value not in known.names(field.links_to, [value]):
            raise Wrong(str(self.none))
        return value

    def named(self, field: Field, value: Any, names: Names) -> Named | None:
        if not value:
            return None
        found = names.of(self.key, field.links_to, value)
        if found is None and names is NOBODY and self.key in linked:
            found = linked[self.key].names(field.links_to, [value]).get(value)
        return found if isinstance(found, Named) else None

    def written(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.named(field, value, names)
        return found.written if found is not None else ""

    def said(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.named(field, value, names)
        if found is None:
            return str(_("(not there any more)")) if value else ""
        return found.label

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.named(field, value, names)
        said = self.said(field, value, names)
        return link(found.url, said) if found is not None and found.url else said

    def sql_written(self, field: Field, data: str) -> str:
        if self.key not in linked:
            return "''"
        inner = linked[self.key].written_sql(field.links_to, self.sql(field, data))
        return f"coalesce({inner}, '')"

    def schema(self, _field: Field) -> Json:
        return {"type": "integer", "minimum": 1}


class MemberLink(Link):
    key = "member"
    icon = "user"
    explained = gettext_lazy("Another member, such as who introduced this one.")
    none = gettext_lazy(
        "No one member fits this. Write the member number, or choose from the list."
    )


class RecordLink(Link):
    key = "record"
    icon = "database"
    explained = gettext_lazy("A record of one of your own databases.")


class File(FieldType):
    key = "file"
    icon = "paperclip"
    explained = gettext_lazy("A file, such as a PDF. Only who may see the field can open it.")
    compare = Compare.FILE
    may_be_preset = may_be_typed = False

    def clean(self, field: Field, value: Any) -> Any:
        if isinstance(value, str) and value.isascii() and value.strip().isdigit():
            value = int(value)
        return super().clean(field, value)

    def read(self, _field: Field, text: str) -> Any:
        if not text.strip():
            return None
        raise Wrong(_("A file cannot be written as text. Send the id of a stored file."))

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LARGEST_ID:
            raise Wrong(_("Send the id of a stored file."))
        if not FieldFile.objects.filter(pk=value, table=field.table, key=field.key).exists():
            raise Wrong(_("There is no stored file with this id for this field."))
        return value

    def file_of(self, field: Field, value: Any, names: Names) -> FieldFile | None:
        if not value:
            return None
        found = names.of("file", "", value)
        if found is None and names is NOBODY:
            found = FieldFile.objects.filter(pk=value, table=field.table, key=field.key).first()
        return found if isinstance(found, FieldFile) else None

    def written(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return self.said(field, value, names)

    def said(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.file_of(field, value, names)
        if found is None:
            return str(_("(not there any more)")) if value else ""
        return found.name

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.file_of(field, value, names)
        said = self.said(field, value, names)
        return link(address(found), said) if found is not None else said

    def sql(self, field: Field, data: str) -> str:
        return Integer.sql(Integer(), field, data)

    def sql_sort(self, field: Field, data: str) -> str:
        return Integer.sql_sort(Integer(), field, data)

    def sql_written(self, field: Field, data: str) -> str:
        name = "SELECT kept.name FROM members_fieldfile kept WHERE kept.id"
        return f"coalesce(({name} = {self.sql(field, data)}), '')"

    def schema(self, _field: Field) -> Json:
        return {"type": "integer", "minimum": 1, "description": "id of a stored file"}


class Image(File):
    key = "image"
    icon = "photo"
    explained = gettext_lazy("A picture; it is shown small beside the other values.")

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        found = self.file_of(field, value, names)
        url = address(found) if found is not None else ""
        if found is None or not url:
            return self.said(field, value, names)
        return format_html(
            '<a href="{}"><img class="own-image" src="{}?view=small" alt="{}" loading="lazy"></a>',
            url,
            url,
            found.name,
        )


_addresses: dict[str, Any] = {}


def address(file: FieldFile) -> str:
    """Where a file can be had by whoever may see its field; '' where nobody serves it."""
    serve = _addresses.get("record" if file.table else "member")
    return str(serve(file)) if serve is not None else ""


def served_at(owner: str, where: Any) -> None:
    """Register where files of members ("member") or of records ("record") are served."""
    _addresses[owner] = where
