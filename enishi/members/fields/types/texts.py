"""Types whose value is text: short and long text, e-mail, phone, web address."""

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.core import japanese
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, FieldType, Json, Names, link


class Text(FieldType):
    key = "text"
    icon = "cursor-text"
    explained = gettext_lazy("A few words, such as a name or a size.")
    has_length = may_be_unique = may_be_searched = True
    inputs: ClassVar[tuple[str, ...]] = ("suggest",)
    longest = 5_000

    def read(self, _field: Field, text: str) -> Any:
        return japanese.as_written(text)

    def take(self, field: Field, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return super().take(field, value)

    def schema(self, field: Field) -> Json:
        return {"type": "string", "maxLength": field.longest or self.longest}


class LongText(Text):
    key = "long_text"
    icon = "align-left"
    explained = gettext_lazy("Several lines, such as a remark.")
    may_be_unique = False
    inputs = ()
    longest = 20_000


class Email(Text):
    key = "email"
    icon = "mail"
    explained = gettext_lazy("An e-mail address; it is checked and can be clicked.")
    inputs = ()
    longest = 254

    def read(self, _field: Field, text: str) -> Any:
        return japanese.email(text)

    def take(self, _field: Field, _value: Any) -> Any:
        raise Wrong(_("Write an e-mail address."))

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return link(f"mailto:{value}", self.said(field, value, names))


class Phone(Text):
    key = "phone"
    icon = "phone"
    explained = gettext_lazy("A phone number, in any writing.")
    inputs = ()
    longest = 20

    def read(self, _field: Field, text: str) -> Any:
        return japanese.phone(text)

    def said(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        from enishi.ui.written import phone

        return phone(value)


_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


class Url(Text):
    key = "url"
    icon = "link"
    explained = gettext_lazy("An address on the web; it can be clicked.")
    inputs = ()
    longest = 2_000
    schemes: ClassVar = ("http", "https")

    def read(self, _field: Field, text: str) -> Any:
        address = japanese.fold(text)
        if not address:
            return None
        if not _SCHEME.match(address):
            address = f"https://{address}"
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            host = ""
        if not host or parts.scheme not in self.schemes or " " in address or "." not in host:
            raise Wrong(_("Write a web address, like https://example.jp."))
        return address

    def take(self, _field: Field, _value: Any) -> Any:
        raise Wrong(_("Write a web address, like https://example.jp."))

    def show(self, _field: Field, value: Any, _names: Names = NOBODY) -> str:
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>', value, value
        )

    def schema(self, _field: Field) -> Json:
        return {"type": "string", "format": "uri"}
