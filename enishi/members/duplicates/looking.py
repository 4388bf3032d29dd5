"""Who on the roll is like one person: while typing, on import, for a program that asks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from enishi.members.fields import as_seen, hidden_groups
from enishi.members.models import Member, NotSame, dated

from .folding import COLUMNS, Person, person
from .odds import Odds
from .reasons import Reason, seen, summary
from .scan import people
from .scoring import KEPT, Verdict, verdict

MOST = 200  # members looked at for each thing that is shared


@dataclass(frozen=True)
class Found:
    """Somebody on the roll who may be the same, how sure that is, and why."""

    member: Member
    score: int
    reasons: list[Reason]

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return summary(self.reasons)

    def as_seen(self, by: Any) -> "Found":
        """The same without what ``by`` may not see."""
        told = seen(self.reasons, hidden_groups(by))
        return replace(self, member=as_seen(self.member, by), reasons=told)


def alike(
    said: Mapping[str, Any], *, least: int = KEPT, most: int = 5, odds: Odds | None = None
) -> list[Found]:
    """Members who may be the one that ``said`` (clean values by column) tells of, likeliest first.

    Parts may be missing. Costs a few look-ups in indexes, whatever the size of the roll.
    """
    return _among(person(said), _candidates(said), least, most, odds)


def alike_of(member: Member, *, least: int = KEPT, most: int = 20) -> list[Found]:
    """Other members who may be the same as ``member``; who is known not to be stays out."""
    said = {name: getattr(member, name) for name in COLUMNS}
    emails = list(member.further_emails.values_list("email", flat=True))
    others = _candidates(said, emails) - {member.pk} - _known_not_to_be(member.pk)
    return _among(person(said, emails), others, least, most, None)


def _among(
    one: Person, ids: Iterable[int], least: int, most: int, odds: Odds | None
) -> list[Found]:
    ids = list(ids)
    if not ids:
        return []
    odds = odds or Odds.current()
    likely = []
    for other in people(ids).values():
        score, reasons = verdict(one, other, odds)
        if score >= least:
            likely.append((score, other.id, reasons))
    likely = sorted(likely, key=lambda found: (-found[0], found[1]))[:most]
    members = Member.objects.select_related("type").in_bulk([pk for _, pk, _ in likely])
    return [Found(members[pk], score, reasons) for score, pk, reasons in likely]


def _candidates(said: Mapping[str, Any], emails: Iterable[str] = ()) -> set[int]:
    present = Member.objects.present().order_by()
    found: set[int] = set()
    words = {said.get("phone"), said.get("mobile"), said.get("email"), *emails}
    for word in filter(None, words):
        mine = Q(phone=word) | Q(mobile=word) | Q(email=word) | Q(further_emails__email=word)
        found |= _ids(present.search(word).filter(mine))
    if born := said.get("birth_date"):
        same_day = present.alias(born=dated("birth_date")).filter(born=born)
        found |= _ids(same_day, most=5 * MOST)
    names = [said.get("family_name") or "", said.get("given_name") or ""]
    kana = [said.get("family_name_kana") or "", said.get("given_name_kana") or ""]
    firm = said.get("organisation_name") or ""
    city = said.get("city") or ""
    if all(kana):
        same_kana = present.filter(sorting_name=" ".join(kana))
        found |= _ids(same_kana.filter(city=city) if city else same_kana)
    if all(names) and not born:
        same_name = present.search("".join(names))
        found |= _ids(same_name.filter(city=city) if city else same_name)
    if firm:
        found |= _ids(present.filter(kind="organisation").search(firm))
    return found


def _ids(members: Any, most: int = MOST) -> set[int]:
    return set(members.values_list("pk", flat=True)[:most])


def _known_not_to_be(pk: int) -> set[int]:
    pairs = NotSame.objects.filter(Q(first=pk) | Q(second=pk)).values_list("first_id", "second_id")
    return {other for pair in pairs for other in pair} - {pk}


def verdict_of(one: Member, other: Member) -> Verdict:
    """How sure it is that these two are one, as they are now."""
    known = people((one.pk, other.pk))
    return verdict(known[one.pk], known[other.pk], Odds.current())
