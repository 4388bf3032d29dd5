"""How sure it is that two members are one: evidence weighed by how seldom strangers share it.

Each piece adds the natural log of (likelihood among pairs of one person / among strangers) to the
log odds that two members are one at all; the score is the probability in per cent. Two rules stand
above the sum: whose given names differ is somebody else (twins, families at one address and on one
telephone), and names alone never prove anything.
"""

from math import exp, log
from typing import NamedTuple

from .alikeness import by_a_slip, one_off
from .folding import Address, Person, loosely
from .odds import Odds
from .reasons import Reason

THRESHOLD = 80  # from here on "probably one"
KEPT = 50  # below, a pair is not worth anybody's time

_NAMES_LEAVE = -1.5  # log odds that names alone reach at most
_OTHERS = -2.2  # log odds of two with different given names at most
_SHARED_HOME = 8.0  # what telephone, e-mail and address say of two with like given names
_GENERATION = 14  # years between two birth dates that no slip explains: a parent and a child
_FAMILY_HOME = 3.0  # what telephone, e-mail and address then say; a name is handed on, too
_HARDLY = 0.5


class Verdict(NamedTuple):
    """``score`` 0 to 100, and the reasons."""

    score: int
    reasons: list[Reason]


def verdict(one: Person, other: Person, odds: Odds) -> Verdict:
    """How sure it is that ``one`` and ``other`` are one person (or organisation), and why."""
    if one.is_firm != other.is_firm:
        return Verdict(0, [])
    if one.is_firm:
        reasons, highest = _firms(one, other, odds), 99.0
    else:
        reasons, highest = _people(one, other, odds)
    total = min(odds.prior + sum(reason.weight for reason in reasons), highest)
    return Verdict(round(100 / (1 + exp(-total))), reasons)


def _people(one: Person, other: Person, odds: Odds) -> tuple[list[Reason], float]:
    names, same_given = _names(one, other, odds)
    if same_given is False:
        return [*names, Reason("other_given", -5.0)], _OTHERS
    most = -odds.prior + _NAMES_LEAVE
    for_ = sum(reason.weight for reason in names if reason.weight > 0)
    if for_ > most:
        names = [r._replace(weight=r.weight * most / for_) if r.weight > 0 else r for r in names]
    # What a household shares says little where the given name is not surely the same.
    firm = same_given and not _other_kanji(one, other)
    births = _births(one, other, odds)
    most_shared = _SHARED_HOME if not firm else 20.0
    if any(reason.code == "generation" for reason in births):
        most_shared = _FAMILY_HOME
    reasons = [
        *names,
        *births,
        *_at_most(
            most_shared,
            [*_ways(one, other, odds), *_places(one.address, other.address, odds)],
        ),
    ]
    if one.gender and other.gender and one.gender != other.gender:
        reasons.append(Reason("other_gender", -3.0))
    if _came_back(one, other) or _came_back(other, one):
        reasons.append(Reason("came_back", 1.0))
    return reasons, 99.0


def _other_kanji(one: Person, other: Person) -> bool:
    """The given names sound alike, but both are written in kanji, and in different ones."""
    return one.given != other.given and not (_tells_nothing(one) or _tells_nothing(other))


def _tells_nothing(one: Person) -> bool:
    return not one.given or one.given == one.given_kana


def _at_most(most: float, reasons: list[Reason]) -> list[Reason]:
    """What speaks for one person, all together no more than ``most``."""
    found = []
    for reason in sorted(reasons, key=lambda reason: -reason.weight):
        weight = min(reason.weight, most)
        found.append(reason._replace(weight=weight))
        most -= max(weight, 0.0)
    return found


def _came_back(one: Person, other: Person) -> bool:
    return bool(one.left and other.joined and other.joined >= one.left and other.left is None)


# Names


def _names(one: Person, other: Person, odds: Odds) -> tuple[list[Reason], bool | None]:
    """Reasons about the names, and whether the given names agree (None: one is missing)."""
    if (whole := _whole(one, other, odds)) is not None:
        return whole, True
    given, same = _given(one, other, odds)
    if same is False:
        return given, False
    return _as_one([*_family(one, other, odds), *given]), same


def _as_one(reasons: list[Reason]) -> list[Reason]:
    """Where both parts of the name are the same, one reason says so."""
    same = [reason for reason in reasons if reason.code in ("same_family", "same_given")]
    if len(same) < 2:
        return reasons
    rest = [reason for reason in reasons if reason not in same]
    return [Reason("same_name", sum(reason.weight for reason in same)), *rest]


def _same(code: str, weight: float, written: tuple[str, str]) -> list[Reason]:
    """The same but for the writing, which is told."""
    one, other = (text.replace(" ", "") for text in written)
    found = [Reason(code, weight)]
    return found if one == other else [*found, Reason("variant", 0.01, (one, other))]


def _whole(one: Person, other: Person, odds: Odds) -> list[Reason] | None:
    """The names as one word: parted elsewhere, not at all, or the wrong way round."""
    if one.family == other.family and one.given == other.given:
        return None
    parts = next((p for p in (one, other) if p.family and p.given), None)
    if parts is None:
        return None
    weight = _worth(odds.family(parts.family)) + _worth(odds.given(parts.given))
    turned = one.given and one.family == other.given and one.given == other.family
    turned_kana = (
        one.given_kana
        and one.family_kana != one.given_kana
        and one.family_kana == other.given_kana
        and one.given_kana == other.family_kana
    )
    if turned or (turned_kana and _kanji_may_agree(one, other)):
        return [Reason("swapped", weight - 1.0)]
    if one.full and one.full == other.full:
        return [Reason("same_name", weight)]
    unparted = not (one.given and other.given)
    if unparted and one.full_kana and one.full_kana == other.full_kana:
        return [
            Reason("same_sound", weight - 1.0, (" ".join(one.written), " ".join(other.written)))
        ]
    return None


def _kanji_may_agree(one: Person, other: Person) -> bool:
    """The kana are the wrong way round; the kanji are the same, or are not there."""
    return one.full == other.full or one.full == other.given + other.family


def _worth(share: float) -> float:
    return log(0.95 / share)


def _given(one: Person, other: Person, odds: Odds) -> tuple[list[Reason], bool | None]:
    mine, theirs = one.given_kana, other.given_kana
    if not (one.given or mine) or not (other.given or theirs):
        return [Reason("given_missing", 0.0)], None
    written = (one.written[1], other.written[1])
    if one.given and one.given == other.given:
        found = _same("same_given", _worth(odds.given(one.given)), written)
        if mine and theirs and mine != theirs:
            found.append(Reason("other_reading", _misread(mine, theirs)))
        return found, True
    if mine and mine == theirs:
        weight = _worth(odds.given_sound(mine))
        in_kana = not _other_kanji(one, other)
        return [Reason("same_sound", weight - (0.7 if in_kana else 2.5), written)], True
    if not _other_kanji(one, other) and mine and theirs and loosely(mine) == loosely(theirs):
        return [Reason("same_sound", _worth(odds.given_sound(mine)) - 2.0, written)], True
    return [], False


def _misread(mine: str, theirs: str) -> float:
    """The same kanji with another reading: a slip in a letter, or really another reading."""
    return -0.5 if one_off(mine, theirs) or loosely(mine) == loosely(theirs) else -1.8


def _family(one: Person, other: Person, odds: Odds) -> list[Reason]:
    mine, theirs = one.family_kana, other.family_kana
    written = (one.written[0], other.written[0])
    if not (one.family or mine) or not (other.family or theirs):
        return [Reason("family_missing", 0.0)]
    if one.family and one.family == other.family:
        found = _same("same_family", _worth(odds.family(one.family)), written)
        if mine and theirs and mine != theirs:
            found.append(Reason("other_reading", _misread(mine, theirs)))
        return found
    if mine and mine == theirs:
        return [Reason("same_sound", _worth(odds.family_sound(mine)) - 2.0, written)]
    for former, name, said in (
        (one.former, other.family, written[1]),
        (other.former, one.family, written[0]),
        (one.former, other.former, ""),
    ):
        if former and former == name:
            return [Reason("former_name", _worth(odds.family(former)) - 1.0, (said or former,))]
    if mine and theirs and loosely(mine) == loosely(theirs):
        return [Reason("same_sound", _worth(odds.family_sound(mine)) - 3.5, written)]
    changed = -4.5 if "male" in (one.gender, other.gender) else -3.5
    return [Reason("family_changed", changed, written)]


# Days, telephones, places


def _births(one: Person, other: Person, odds: Odds) -> list[Reason]:
    if one.birth is None or other.birth is None:
        return []
    if one.birth == other.birth:
        return [Reason("same_birth", _worth(odds.birth(one.birth.isoformat())))]
    if by_a_slip(one.birth, other.birth):
        return [Reason("near_birth", 1.5, (one.birth.isoformat(), other.birth.isoformat()))]
    apart = abs(one.birth.year - other.birth.year) >= _GENERATION
    return [Reason("generation" if apart else "other_birth", -4.6)]


def _ways(one: Person, other: Person, odds: Odds) -> list[Reason]:
    """Telephones and e-mails. Each further one that agrees says less: they come together."""
    agreeing = sorted(_agreeing(one, other, odds), key=lambda reason: -reason.weight)
    found = [reason._replace(weight=reason.weight / 2**i) for i, reason in enumerate(agreeing)]
    if one.phones and other.phones and not any("phone" in r.code for r in agreeing):
        mobile = _mobiles(one) and _mobiles(other)
        found.append(Reason("other_phone", -1.2 if mobile else -0.8))
    if one.emails and other.emails and not any("email" in r.code for r in agreeing):
        found.append(Reason("other_email", -0.7))
    return found


def _mobiles(one: Person) -> bool:
    return any(len(phone) == 11 for phone in one.phones)


def _agreeing(one: Person, other: Person, odds: Odds) -> list[Reason]:
    found: list[Reason] = []
    phones = one.phones & other.phones
    if phones:
        found.append(
            max(
                (
                    _shared("same_phone", 9.0 if len(phone) == 11 else 7.0, odds.sharing(phone))
                    for phone in phones
                ),
                key=lambda reason: reason.weight,
            )
        )
    elif any(one_off(mine, theirs) for mine in one.phones for theirs in other.phones):
        found.append(Reason("near_phone", 4.5))
    emails = one.emails & other.emails
    if emails:
        found.append(
            max(
                (_shared("same_email", 8.0, odds.sharing(email)) for email in emails),
                key=lambda reason: reason.weight,
            )
        )
    elif one.emails and other.emails:
        found += _nearly(one.emails, other.emails)
    return found


def _shared(code: str, weight: float, by: int) -> Reason:
    """The more members have it, the less it says; an office's line says next to nothing."""
    worth = weight - 1.3 * log(by - 1) if by > 2 else weight
    return Reason(code if worth > 1 else "often_shared", max(worth, _HARDLY))


def _nearly(mine: frozenset[str], theirs: frozenset[str]) -> list[Reason]:
    for a in mine:
        for b in theirs:
            if len(a) > 8 and one_off(a, b):
                return [Reason("near_email", 3.0)]
            local, _, _ = a.partition("@")
            if len(local) >= 8 and local == b.partition("@")[0]:
                return [Reason("similar_email", 2.5)]
    return []


def _places(one: Address, other: Address, odds: Odds) -> list[Reason]:
    elsewhere = (one.prefecture and other.prefecture and one.prefecture != other.prefecture) or (
        one.city and other.city and not _city_fits(one.city, other.city)
    )
    if elsewhere:
        return [Reason("other_address", -1.6)]
    if one.town and other.town and one.numbers and other.numbers:
        if one.town == other.town:
            length = min(len(one.numbers), len(other.numbers))
            if one.numbers == other.numbers:
                return [Reason("same_address", 9.5 if len(one.numbers) > 1 else 6.0)]
            if length > 1 and one.numbers[:length] == other.numbers[:length]:
                return [Reason("near_address", 6.0)]
        if one.city and one.city == other.city:
            weight = log(0.12 / odds.city(one.city)) + (1.0 if one.town == other.town else 0.0)
            weight = min(max(weight, -1.2), 1.5)
            return [Reason("same_city" if weight > 0 else "other_address", weight)]
        return [Reason("other_address", -1.0)]
    if one.city and one.city == other.city:
        weight = log(0.7 / odds.city(one.city)) + (
            1.0 if one.postal_code == other.postal_code else 0
        )
        return [Reason("same_city", min(max(weight, 0.0), 3.0))]
    return []


def _city_fits(one: str, other: str) -> bool:
    """One may lack the district or the ward: 北区 and 京都市北区."""
    return one == other or one.endswith(other) or other.endswith(one)


# Organisations


def _firms(one: Person, other: Person, odds: Odds) -> list[Reason]:
    found: list[Reason] = []
    if one.firm and one.firm == other.firm:
        found.append(Reason("same_organisation", min(_worth(odds.firm(one.firm)), 9.5)))
    elif one.firm_kana and one.firm_kana == other.firm_kana:
        found.append(Reason("same_organisation", min(_worth(odds.firm(one.firm)), 9.0) - 1.5))
    elif len(one.firm) > 4 and one_off(one.firm, other.firm):
        found.append(Reason("same_organisation", 4.0))
    else:
        found.append(Reason("other_organisation", -6.0))
    shared = [*_ways(one, other, odds), *_places(one.address, other.address, odds)]
    return [*found, *_at_most(12.0, shared)]
