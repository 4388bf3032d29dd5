"""The rule language: questions about members, as JSON, compiled to one SQL condition.

    rule = parse({"all": [{"field": "age", "op": "gte", "value": 30}, …]}, by=user)
    rule.members()          a queryset, members in the bin left out
    rule.where()            Where(sql, params) over the alias ``m`` = members_member
    rule.count(timeout_ms)  exact; raises TooSlow
    rule.explain(member)    {"matches": …, "because": the tree with "verdict" and "values"}
    rule.sentence()         what it means, in the reader's language
    rule.mentions()         fields, kinds, sources, segments; ``moving``, ``moves`` by day/instant

``parse`` raises RuleFaults (a Refusal with status 422): ``.faults`` are RuleFault(path, reason).
The language is described in docs/reference/rules.md.

**A new kind of condition** derives from Leaf and is registered when its app is ready::

    @leaf("did")                                  # the key that marks its JSON object
    @dataclass(frozen=True)
    class Did(Leaf):
        @classmethod
        def parse(cls, tree, reader): …           # JSON → Did; values are checked here
        def where(self, at): …                    # Where over ``m``
        def because(self, at): …                  # {"times": Where(…)}: values behind the verdict
        def sentence(self): …
        def mentions(self): …                     # Mentions(kinds=…, moves=…)

- ``reader.fault("sentence")`` refuses what stands here, ``reader.at("where").at(0).fault(…)``
  further down; ``reader.only(tree, "did", "where", …)`` refuses keys that nobody knows;
  ``reader.items(raw)`` walks a list within the limits; ``reader.text(raw)`` takes a text;
  ``reader.by`` is the user who asks, ``reader.as_of`` the day of the answer.
- Conditions on rows (``where`` of ``did`` and ``has``): ``read_rows(raw, reader, fields)`` takes a
  list or a tree of ``{"field", "op", "value"}`` over ``fields`` (name → Subject, whose ``sql`` is
  about the row); its ``.where(at)`` is SQL over that row.
- ``at`` is a Moment: ``at.now`` (UTC), ``at.today``, ``at.zone``; with ``as_of`` both are of that
  day, so bound windows by ``at.now`` on both sides. ``read_window(raw, reader)`` reads a window,
  ``window.span(at)`` gives instants (Span: start, end, closed), ``spanned(subject, span)`` SQL.
- ``read_count(raw, reader)`` reads ``times`` ({"op", "value"}) into Counted.
  ``rows_of(table, member, where, count=…)`` is the quickest SQL for "so many such rows of the
  member": set-wise, never one query a member.
- In SQL ``m.`` always means the member and nothing else may have the alias ``m``. Write values as
  parameters, never into the text. A Where that cannot be NULL says ``total=True`` (EXISTS cannot):
  ``not`` of it is plain NOT, so that PostgreSQL makes an anti-join.
- An answer for another day: set ``follows_as_of = True`` where ``where`` keeps to ``at``.

**Rows of another app** for ``has`` are registered with ``has_source`` (see there).
"""

from enishi.core.bulk import TooSlow

from . import own_rows  # noqa: F401  registers our own rows
from .catalogue import fields_for, more_field
from .comparison import Comparison, asked_of, counted
from .days import spanned
from .faults import Faulty, RuleFault, RuleFaults
from .leaves import DAY, INSTANT, LEAVES, Leaf, Mentions, leaf
from .moment import Moment, moved, years_before
from .normal import in_sql, normal
from .operators import OPERATORS, Counted, read_count
from .own import subject_of
from .reader import Reader
from .rows import HAS, ONCE, Source, has_source, more_sources, read_rows, rows_of, sources
from .rule import Holds, Rule, parse
from .rule import counted as count_members
from .subjects import Listed, Names, Subject, Type
from .where import NO, YES, Where, every, some
from .windows import Span, Window, read_window
from .words import counted_words

__all__ = [
    "DAY",
    "HAS",
    "INSTANT",
    "LEAVES",
    "NO",
    "ONCE",
    "OPERATORS",
    "YES",
    "Comparison",
    "Counted",
    "Faulty",
    "Holds",
    "Leaf",
    "Listed",
    "Mentions",
    "Moment",
    "Names",
    "Reader",
    "Rule",
    "RuleFault",
    "RuleFaults",
    "Source",
    "Span",
    "Subject",
    "TooSlow",
    "Type",
    "Where",
    "Window",
    "asked_of",
    "count_members",
    "counted",
    "counted_words",
    "every",
    "fields_for",
    "has_source",
    "in_sql",
    "leaf",
    "more_field",
    "more_sources",
    "moved",
    "normal",
    "parse",
    "read_count",
    "read_rows",
    "read_window",
    "rows_of",
    "some",
    "sources",
    "spanned",
    "subject_of",
    "years_before",
]
