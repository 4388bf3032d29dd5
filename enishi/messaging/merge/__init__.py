"""Merge fields (差込項目): a small language that can only look things up.

``{{ member.name }}`` · ``{{ member.name|default:"会員" }}``, also written
``|default("会員")`` · ``{{ member.name|honorific }}`` ·
``{% if member.type == "正会員" %}…{% elif … %}…{% else %}…{% endif %}`` (``==``, ``!=``, ``not``,
``and``, ``or``) · ``{% for o in orders %}{{ o.title }}{% endfor %}`` over lists that are given ·
``{# left out #}``.

    fields = Fields({"member.name": _("Name")}, lists={"orders": Fields({"title": _("Title")})})
    template = parse(source, fields, html=True)   # raises Faults: each with line, column, reason
    template.render({"member.name": "山田 花子", "orders": [{"title": "総会資料"}]})

There are no expressions, no attributes, no calls and no ``while``: a template can reach only what
``fields`` names, and whatever it does is bounded (LONGEST_SOURCE, DEEPEST, MOST_ROWS,
LONGEST_RESULT). Unknown fields, filters and tags are found by ``parse``, before anything is sent.

``values`` are flat: the whole key → text, number, date or None; a list is a list of such dicts.
In ``html`` values are escaped; a field that begins an ``href`` or ``src`` must be a web, mail or
telephone address or it is left out. The filter ``honorific`` puts ``<prefix>.honorific`` (様 for
persons, 御中 for organisations: ``honorific_of``) behind a name, and nothing behind no name.
"""

from .faults import Fault, Faults, TooLong
from .fields import Fields, honorific_of
from .parsing import DEEPEST, LONGEST_SOURCE, parse
from .template import LONGEST_RESULT, MOST_ROWS, Template, plain

__all__ = [
    "DEEPEST",
    "LONGEST_RESULT",
    "LONGEST_SOURCE",
    "MOST_ROWS",
    "Fault",
    "Faults",
    "Fields",
    "Template",
    "TooLong",
    "honorific_of",
    "parse",
    "plain",
]
