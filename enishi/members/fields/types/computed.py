"""The type whose value is worked out of other fields. It is kept by the write path."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.members.fields.wrong import Wrong
from enishi.members.models.fields import Field

from .base import NOBODY, FieldType, Json, Names

RESULTS = ("decimal", "integer", "money", "text", "date", "boolean")


class Computed(FieldType):
    """Everything but reading is that of the type that the result is kept as."""

    key = "computed"
    icon = "math-function"
    explained = gettext_lazy("Worked out of other fields by a formula, such as an age or a sum.")
    may_be_preset = may_be_typed = False

    def kept(self, field: Field) -> FieldType:
        from . import TYPES

        return TYPES[field.stored_type]

    def clean(self, field: Field, value: Any) -> Any:
        return self.kept(field).clean(field, value)

    def read(self, _field: Field, _text: str) -> Any:
        raise Wrong(_("This value is worked out by itself."))

    def written(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return self.kept(field).written(field, value, names)

    def said(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "" if value is None else self.kept(field).said(field, value, names)

    def show(self, field: Field, value: Any, names: Names = NOBODY) -> str:
        return "" if value is None else self.kept(field).show(field, value, names)

    def searched(self, field: Field, value: Any) -> str:
        return self.kept(field).searched(field, value)

    def sql(self, field: Field, data: str) -> str:
        return self.kept(field).sql(field, data)

    def sql_sort(self, field: Field, data: str) -> str:
        return self.kept(field).sql_sort(field, data)

    def sql_written(self, field: Field, data: str) -> str:
        return self.kept(field).sql_written(field, data)

    def schema(self, field: Field) -> Json:
        return self.kept(field).schema(field) | {"readOnly": True}
