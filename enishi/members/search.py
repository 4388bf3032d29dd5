"""The search box: finds members by any part of number, name, kana, e-mail or phone.

``Member.search`` holds everything that is searched, normalised. ``SearchEntry`` holds it again,
indexed by n-grams. Members of a large import wait in ``SearchPending`` until a job has made their
entries; until then they are looked through one by one, so a search is always right.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import BooleanField, F, Func, Q

from enishi.core import japanese

if TYPE_CHECKING:
    from .models import Member, MemberQuerySet, SearchPending

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
    """What is searched of ``member``, further e-mail addresses included."""
    more = member.further_emails.values_list("email", flat=True) if member.pk else ()
    return words(**{name: getattr(member, name) for name in COLUMNS}, more=more)


def remember(member: "Member") -> None:
    """Make or renew the entry of one member, in the transaction that changed it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_searchentry (member_id, search) VALUES (%s, %s)"
            " ON CONFLICT (member_id) DO UPDATE SET search = excluded.search",
            [member.pk, member.search],
        )


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


def narrowed(members: "MemberQuerySet", text: str) -> "MemberQuerySet":
    """``members`` whose search text holds every word of ``text``; all of them for no word."""
    wanted = terms(text)
    if not wanted:
        return members if not text.strip() else members.none()
    holding = Q()
    for term in wanted:
        holding &= Q(search__contains=term)
    wanted_grams = sorted(set().union(*(grams(term) for term in wanted)))
    if not wanted_grams or _is_common(wanted_grams):
        return members.filter(holding)
    found = _FOUND
    params: list[Any] = [wanted_grams]
    for from_id, to_id in _pending():
        found += _NOT_YET
        params += [from_id, to_id]
        for term in wanted:
            found += " AND search LIKE %s"
            params.append(f"%{_escaped(term)}%")
    return members.filter(holding, _Among(found, params))


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


_FOUND = "SELECT member_id FROM members_searchentry WHERE members_grams(search) @> %s::text[]"
_NOT_YET = " UNION ALL SELECT id FROM members_member WHERE id BETWEEN %s AND %s"


def is_common(text: str) -> bool:
    """Whether more members than MOST may hold the words of ``text``."""
    found = set().union(*(grams(term) for term in terms(text)))
    return not found or _is_common(sorted(found))


def _is_common(wanted: list[str]) -> bool:
    """Whether so many members have these n-grams that a walk along any sorting meets them soon."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({_FOUND} LIMIT {MOST + 1}) AS found",  # noqa: S608
            [wanted],
        )
        return bool(cursor.fetchone()[0] > MOST)


def _pending() -> list[tuple[int, int]]:
    from .models import SearchPending

    return list(SearchPending.objects.values_list("from_id", "to_id"))


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
