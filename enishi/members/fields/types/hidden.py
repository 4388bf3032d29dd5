"""What a sealed value looks like to whoever may not see it: dots, and nothing in lists of text."""

from typing import Any

from django.utils.translation import gettext as _

from enishi.core.sealing import is_sealed
from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, FieldType, Names

DOTS = "••••••"


class Sealed(FieldType):
    """A type of which values may be sealed: read and drawn as ``inner`` does, once opened."""

    def __init__(self, inner: FieldType) -> None:
        self.inner = inner

    def __getattribute__(self, name: str) -> Any:
        if name in _OWN:
            return object.__getattribute__(self, name)
        return getattr(object.__getattribute__(self, "inner"), name)

    def clean(self, field: Field, value: Any) -> Any:
        if is_sealed(value):
            raise Wrong(_("There is a broken character here. Type the text again."))
        return self.inner.clean(field, value)

    def written(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "" if is_sealed(value) else self.inner.written(field, value, names)

    def said(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return DOTS if is_sealed(value) else self.inner.said(field, value, names)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return DOTS if is_sealed(value) else self.inner.show(field, value, names)

    def searched(self, _field: Field, _value: Any) -> str:
        return ""

    def sql_written(self, _field: Field, _data: str) -> str:
        return "''"


_OWN = {"inner", "clean", "written", "said", "show", "searched", "sql_written", "__class__"}
