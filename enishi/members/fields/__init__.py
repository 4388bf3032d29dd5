"""The fields of a member, built in and own: what each is called, how a value is read and stored.

An own field's key is written ``data.<key>``: in lists, filters, imports, exports and the API.

``every_field()`` gives all of them as ``Definition``, ``visible_fields(user)`` those that somebody
may see and ``editable_fields(user)`` those that somebody may change: a surface asks one of the
two, never the table.

A definition answers for all kinds: ``clean(value)`` (raises ``Wrong`` with a sentence),
``compare`` and ``sql(alias)`` with ``param(clean value)`` for filters. An own field is
``definition.own``; what its type can do stands in ``enishi.members.fields.types``.

**For custom databases.** The same ``Field``, with ``table`` set to the key of the database:

* Add, change, order, retire, delete: ``enishi.members.actions`` — ``add_field(table=key, …)`` and
  the others, which take the Field. The pages of settings take a table, too: ``fields.desk``.
* ``fields_of(table)`` are the live fields in order; ``definitions_of(table)`` the same as
  definitions by ``data.<key>``; ``visible_fields(user, table)``, ``editable_fields(user, table)``.
* A record keeps its values in a JSON column ``data``, as a member does. ``cleaned(table, values,
  before=…)`` makes the clean ``data`` of what was typed or sent: values by key, defaults, required
  ones, retired choices; it raises ``WrongValues`` with ``errors`` by ``data.<key>``. Unknown keys
  are refused.
* Rows on a page: ``names = names_for(fields, [record.data, …])`` once, then
  ``type_of(field).show(field, record.data.get(field.key), names)``. As text for a list that is
  imported again: ``written`` in Python, ``sql_written(field, "r.data")`` in SQL.
* Filters and sorting: ``type_of(field).sql(field, "r.data")``, ``.param(value)``,
  ``.sql_sort(field, "r.data")``; ``type_of(field).compare`` says what kind of SQL it is.
* Entry: ``enishi.members.fields.forms.form_field(field)`` is the form field (name it
  ``form_name("data." + key)``), ``initial(field, value)`` what it is filled with.
* Where the rows lie: register it with ``homes.lives_in``; then formulas are worked out anew when
  they change, no two can be made alike where that is forbidden, deleted fields go for good.
* JSON schema: ``type_of(field).schema(field)``.
* Links to records: register the database's rows in ``types.linked["record"]`` (protocol
  ``types.Linked``; ``to`` is ``field.links_to``), and where files of records are served with
  ``types.served_at("record", lambda file: url)``.
"""

from .built_in import BUILT_IN, LANGUAGES, LONGEST_NOTE, clean, contradictions
from .definitions import OWN, Definition, Sort, own_field
from .groups import GROUP_OF
from .known import definitions_of, every_field, fields_of, looked_up_once
from .rights import (
    as_seen,
    editable_fields,
    hidden_built_in,
    hidden_groups,
    hidden_keys,
    visible_fields,
)
from .types import TYPES, Compare, Names, names_for, stored_type_of, type_of
from .values import WrongValues, cleaned
from .wrong import TOO_LONG, Wrong, sentence

__all__ = [
    "BUILT_IN",
    "GROUP_OF",
    "LANGUAGES",
    "LONGEST_NOTE",
    "OWN",
    "TOO_LONG",
    "TYPES",
    "Compare",
    "Definition",
    "Names",
    "Sort",
    "Wrong",
    "WrongValues",
    "as_seen",
    "clean",
    "cleaned",
    "contradictions",
    "definitions_of",
    "editable_fields",
    "every_field",
    "fields_of",
    "hidden_built_in",
    "hidden_groups",
    "hidden_keys",
    "looked_up_once",
    "names_for",
    "own_field",
    "sentence",
    "stored_type_of",
    "type_of",
    "visible_fields",
]
