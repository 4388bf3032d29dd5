"""The search box: finds members by any part of number, name, kana, e-mail or phone.

``Member.search`` holds everything that is searched, normalised. ``SearchEntry`` holds it again,
indexed by n-grams. Members of a large import wait in ``SearchPending`` until a job has made their
entries; until then they are looked through one by one, so a search is always right.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.core.cache import caches
from django.db import connection
from django.db.models import BooleanField, F, Func, Q

from enishi.core import japanese
from enishi.core.pages import CAP

if TYPE_CHECKING:
    from .models import Field, Member, MemberQuerySet, SearchPending

COLUMNS = frozenset(
    {
        "number",
        "family_name",
        "given_name",
        "family_name_kana",
        "given_name_kana",
        "former_name",
        "organisation_name",
        "organisation_name_kana",
        "email",
        "phone",
        "mobile",
    }
)

COUNTED = CAP  # candidates up to which they are counted
SAMPLE = 20_000  # members looked through where there are more
HIDEABLE = frozenset({"kana", "former_name", "email", "phone"})  # groups that are searched
MOST = 30_000  # candidates up to which they are collected first; more: walk along the sorting

_PHONE = re.compile(r"\+?[0-9][0-9()\-.]*|\([0-9][0-9()\-.]*")
_KANJI = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f]")
_INTERNATIONAL = re.compile(r"\+81\(?0?\)?")


def words(
    *,
    number: str = "",
    family_name: str = "",
    given_name: str = "",
    family_name_kana: str = "",
    given_name_kana: str = "",
    former_name: str = "",
    organisation_name: str = "",
    organisation_name_kana: str = "",
    email: str = "",
    phone: str = "",
    mobile: str = "",
    more: Iterable[str] = (),
) -> str:
    """What is searched of a member. Family and given name stand together: 田中太郎 is one word."""
    return japanese.search_text(
        number,
        family_name + given_name,
        family_name_kana + given_name_kana,
        former_name,
        organisation_name,
        organisation_name_kana,
        email,
        phone,
        mobile,
        *more,
    )


def text_of(member: "Member") -> str:
    """What is searched of ``member``: further e-mails, own fields that are searched and the
    numbers of who was merged in, too."""
    from .models import Member

    more: list[str] = []
    if member.pk:
        more += member.further_emails.values_list("email", flat=True)
        more += Member.objects.filter(merged_into=member.pk).values_list("number", flat=True)
    more += own_words(member.data, searched_fields())
    return words(**{name: getattr(member, name) for name in COLUMNS}, more=more)


def searched_fields() -> list["Field"]:
    """The own fields that the office lets the search box find."""
    from .fields import fields_of

    return [field for field in fields_of() if field.in_search]


def own_words(data: Mapping[str, Any], own: Iterable["Field"]) -> list[str]:
    """What is searched of the fields ``own``."""
    from .fields import type_of

    return [
        type_of(field).searched(field, data[field.key])
        for field in own
        if data.get(field.key) is not None
    ]


def remember(member: "Member") -> None:
    """Make or renew the entry of one member, in the transaction that changed it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_searchentry (member_id, search) VALUES (%s, %s)"
            " ON CONFLICT (member_id) DO UPDATE SET search = excluded.search",
            [member.pk, member.search],
        )


ENOUGH = 5  # n-grams that are asked for: the rarest; more would only cost time
STEP = 10_000  # members that are indexed in one transaction


def index_some(pending: "SearchPending") -> int:
    """Make the entries of the first members of a locked pending range; returns how many ids."""
    last = min(pending.from_id + STEP - 1, pending.to_id)
    with connection.cursor() as cursor:
        # Whoever was edited meanwhile has a newer entry already.
        cursor.execute(
            "INSERT INTO members_searchentry (member_id, search)"
            " SELECT id, search FROM members_member WHERE id BETWEEN %s AND %s ORDER BY id"
            " ON CONFLICT (member_id) DO NOTHING",
            [pending.from_id, last],
        )
    done = last - pending.from_id + 1
    if last == pending.to_id:
        pending.delete()
    else:
        pending.from_id = last + 1
        pending.save(update_fields=["from_id"])
    return done


def terms(text: str) -> list[str]:
    """The words of a query as they stand in ``Member.search``; phone numbers as digits."""
    found: dict[str, None] = {}
    for word in japanese.search_text(text[:200]).split():
        if _PHONE.fullmatch(word):
            word = re.sub(r"\D", "", _INTERNATIONAL.sub("0", word, count=1))  # noqa: PLW2901
        found[word] = None
    return list(found)[:10]


def grams(term: str) -> set[str]:
    """The n-grams that a text holding ``term`` has, as the SQL function ``members_grams`` has it.

    Empty for one letter, digit or kana: too many have it.
    """
    if len(term) == 1:
        return {term} if _KANJI.fullmatch(term) else set()
    return {term[i : i + 2] for i in range(len(term) - 1)}


@dataclass(frozen=True)
class Look:
    """A query, looked at once: its words, and how many members may and do hold all of them.

    ``candidates`` have all the n-grams (None where the words are too short to have any),
    ``matches`` of these hold the words. Up to COUNTED candidates both are exact, beyond that
    guessed. Members in the bin are counted too.
    ``everybody`` is how many members PostgreSQL believes there are. ``grams`` are the rarest.
    """

    terms: list[str]
    grams: list[str]
    candidates: int | None
    matches: int
    everybody: int
    is_guessed: bool = False
    hidden: frozenset[str] = frozenset()  # groups of fields that whoever asks may not see

    @property
    def is_common(self) -> bool:
        """Whether too many have the n-grams to collect them; a walk along a sorting is better."""
        return self.candidates is None or self.candidates > MOST

    def holding(self) -> Q:
        """The plain condition, which has to read every member that it is asked about."""
        found = Q()
        for term in self.terms:
            found &= Q(search__contains=term)
        return found & self._seen

    @property
    def _seen(self) -> Q:
        """That the words stand in what whoever asks may see, too: the entry holds everything."""
        from .search_seen import Seen

        return Q(Seen(self.terms, self.hidden)) if self.hidden and self.terms else Q()

    def collected(self, members: "MemberQuerySet") -> "MemberQuerySet":
        """``members`` who hold the words, found through the index of n-grams."""
        if not self.grams:
            return members.filter(self.holding())
        likes = [f"%{escaped(term)}%" for term in self.terms]
        like = " AND search LIKE %s" * len(likes)
        query = _FOUND + like
        params: list[Any] = [self.grams, *likes]
        for from_id, to_id in _pending():
            query += _NOT_YET + like
            params += [from_id, to_id, *likes]
        return members.filter(_Among(query, params)).filter(self._seen)


def look(text: str, hidden: frozenset[str] = frozenset()) -> Look:
    """Look at a query: count in the index of n-grams, or in a sample where the words are common.

    ``hidden`` are the groups of built-in fields (``fields.hidden_groups``) in which nothing is
    found.
    """
    hidden &= HIDEABLE
    wanted = terms(text)
    some = sorted(set().union(*(grams(term) for term in wanted)))
    if not some:
        return Look(wanted, some, None, 0, 0, hidden=hidden)
    everybody, frequent = _known()
    rarest = sorted(some, key=lambda gram: frequent.get(gram, 0.0))[:ENOUGH]
    at_most = int(frequent.get(rarest[0], 0.0) * everybody)
    if hidden and at_most > 4 * MOST:
        guess = at_most // 4
        return Look(wanted, rarest, at_most, guess, everybody, is_guessed=True, hidden=hidden)
    if hidden:
        return _looked_at(wanted, rarest, everybody, hidden)
    likes = [f"%{escaped(term)}%" for term in wanted]
    holds = " AND ".join(["search LIKE %s"] * len(likes))
    with connection.cursor() as cursor:
        if at_most > (4 * MOST if len(some) > 1 else COUNTED):
            matches = _sampled(cursor, holds, likes, everybody)
            return Look(wanted, rarest, at_most, matches, everybody, is_guessed=True)
        cursor.execute(
            f"SELECT count(*), count(*) FILTER (WHERE {holds})"  # noqa: S608
            f" FROM ({_FOUND.replace('member_id', 'search')} LIMIT {COUNTED + 1}) AS found",
            [*likes, rarest],
        )
        candidates, matches = cursor.fetchone()
        if candidates <= COUNTED:
            return Look(wanted, rarest, candidates, matches, everybody)
        matches = max(_sampled(cursor, holds, likes, everybody), matches)
    return Look(wanted, rarest, max(at_most, candidates), matches, everybody, is_guessed=True)


def _sampled(cursor: Any, holds: str, likes: list[str], everybody: int) -> int:
    """How many members hold the words, by those of a sample of SAMPLE; the same every time."""
    share = min(SAMPLE * 100 / max(everybody, 1), 100)
    cursor.execute(
        "SELECT count(*) FROM members_searchentry"  # noqa: S608
        f" TABLESAMPLE SYSTEM (%s) REPEATABLE (1) WHERE {holds}",
        [share, *likes],
    )
    return int(cursor.fetchone()[0] * 100 / share)


def _looked_at(
    wanted: list[str], rarest: list[str], everybody: int, hidden: frozenset[str]
) -> Look:
    """The same for somebody from whom a part of the entries is hidden: a count that includes it
    would tell of it."""
    from .models import Member

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({_FOUND} LIMIT {MOST + 1}) AS found",  # noqa: S608
            [rarest],
        )
        candidates = cursor.fetchone()[0]
    seen = Look(wanted, rarest, candidates, 0, everybody, hidden=hidden)
    some = Member.objects.filter(_Among(f"{_FOUND} LIMIT {MOST + 1}", [rarest]))
    matches = some.filter(seen.holding()).count()
    return replace(seen, matches=matches, is_guessed=candidates > MOST)


def _known() -> tuple[int, dict[str, float]]:
    """How many members PostgreSQL believes there are, and the share of them for common n-grams."""
    local = caches["local"]
    known: tuple[int, dict[str, float]] | None = local.get("members.grams")
    if known is None:
        with connection.cursor() as cursor:
            cursor.execute(_EVERYBODY)
            everybody = int(cursor.fetchone()[0])
            cursor.execute(_FREQUENT)
            known = max(everybody, 0), dict(cursor.fetchall())
        local.set("members.grams", known, 60 if everybody < 10_000 else 600)
    return known


def narrowed(members: "MemberQuerySet", text: str, by: Any = None) -> "MemberQuerySet":
    """``members`` whose search text holds every word of ``text``; all of them for no word.

    ``by`` asks: in fields that they may not see nothing is found.
    """
    from .fields import hidden_groups

    if not text.strip():
        return members
    seen = look(text, hidden_groups(by))
    if not seen.terms:
        return members.none()
    return members.filter(seen.holding()) if seen.is_common else seen.collected(members)


_FOUND = "SELECT member_id FROM members_searchentry WHERE members_grams(search) @> %s::text[]"
_EVERYBODY = "SELECT reltuples FROM pg_class WHERE oid = 'members_member'::regclass"
_FREQUENT = """
    SELECT gram, share
    FROM pg_stats,
        unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (gram, share)
    WHERE tablename = 'member_grams' AND gram IS NOT NULL AND share IS NOT NULL
"""
_NOT_YET = " UNION ALL SELECT id FROM members_member WHERE id BETWEEN %s AND %s"


class _Among(Func):
    """Whether a member's id is in the answer of a query, which PostgreSQL runs once, beforehand."""

    output_field = BooleanField()

    def __init__(self, query: str, params: list[Any]) -> None:
        super().__init__(F("pk"))
        self.query = query
        self.params = params

    def as_sql(  # type: ignore[override]
        self, compiler: Any, *_more: Any, **_context: Any
    ) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        return f"{column} = ANY(ARRAY({self.query}))", [*params, *self.params]


def _pending() -> list[tuple[int, int]]:
    from .models import SearchPending

    return list(SearchPending.objects.values_list("from_id", "to_id"))


def escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
