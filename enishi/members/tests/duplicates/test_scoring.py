"""How sure it is that two are one: the evidence, and whole lists against their truth."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from enishi.members.duplicates import reasons
from enishi.members.duplicates.alikeness import by_a_slip, one_off
from enishi.members.duplicates.blocks import TOGETHER, Blocks
from enishi.members.duplicates.folding import kana, kanji, line, loosely, person
from enishi.members.duplicates.odds import Counts, Odds
from enishi.members.duplicates.scoring import THRESHOLD, verdict

from .invented import invented

HANAKO: dict[str, Any] = {
    "id": 1,
    "kind": "person",
    "family_name": "髙橋",
    "given_name": "花子",
    "family_name_kana": "タカハシ",
    "given_name_kana": "ハナコ",
    "gender": "female",
    "birth_date": date(1985, 4, 1),
    "email": "hanako@example.jp",
    "mobile": "09087654321",
    "prefecture": "宮城県",
    "city": "仙台市青葉区",
    "address_line": "一番町3-7-1",
}
ODDS = Odds(members=3_000)


def score(**other: Any) -> int:
    return verdict(person(HANAKO), person({**HANAKO, "id": 2, **other}), ODDS).score


def test_variants_are_said() -> None:
    other = {**HANAKO, "id": 2, "family_name": "高橋", "email": "", "address_line": ""}
    found = verdict(person(HANAKO), person(other), ODDS)
    assert found.score >= 99
    told = reasons.summary(found.reasons)
    assert "生年月日が同じ" in told
    assert "髙橋と高橋は異体字" in told
    assert "電話番号が同じ" in told


@pytest.mark.parametrize(
    "other",
    [
        {"mobile": "", "email": "", "address_line": "中央1-1-1", "city": "長岡市"},
        {"family_name": "佐藤", "family_name_kana": "サトウ", "former_name": "高橋"},
        {"family_name": "佐藤", "family_name_kana": "サトウ", "address_line": "本町1-1"},
        {"family_name": "花子", "given_name": "髙橋", "family_name_kana": "ハナコ"}
        | {"given_name_kana": "タカハシ"},
        {"family_name": "髙橋花子", "given_name": "", "given_name_kana": ""},
        {"birth_date": date(1985, 4, 11), "email": ""},
        {"birth_date": None, "mobile": "", "email": "", "address_line": "一番町三丁目7番1号"},
        {"given_name": "はな子", "mobile": "", "email": ""},
        {"family_name_kana": "", "given_name_kana": "", "mobile": "", "email": ""},
        {"mobile": "", "phone": "09087654321", "birth_date": None, "address_line": ""},
    ],
)
def test_one_person(other: dict[str, Any]) -> None:
    assert score(**other) >= THRESHOLD


TWIN = {"given_name": "桃子", "given_name_kana": "モモコ"}


@pytest.mark.parametrize(
    "other",
    [
        TWIN,  # the same home, birth date, telephone and e-mail
        {**TWIN, "birth_date": date(1955, 4, 1)},
        {"given_name": "華江", "given_name_kana": "ハナエ"},
        {"birth_date": date(1960, 8, 8), "mobile": "", "email": "", "city": "長岡市"},
        {"birth_date": date(1986, 4, 1), "mobile": "", "email": "", "city": "長岡市"},
        {"birth_date": None, "mobile": "08011112222", "email": "", "address_line": ""},
        {"birth_date": date(1955, 9, 8)},  # a mother: her name, home, telephone and e-mail
        {"gender": "male", "given_name": "華虎", "birth_date": date(1983, 1, 1)},
    ],
)
def test_somebody_else(other: dict[str, Any]) -> None:
    assert score(**other) < THRESHOLD


def test_a_common_name_says_less_the_larger_the_roll() -> None:
    alone = {"mobile": "", "email": "", "address_line": "", "city": ""}
    pair = [person({**HANAKO, **alone, "id": pk}) for pk in (1, 2)]
    scores = [verdict(*pair, _odds(n)).score for n in (3_000, 100_000, 5_000_000)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] >= THRESHOLD > scores[2]


def _odds(members: int) -> Odds:
    return Odds(
        members=members,
        families={"高橋": members // 75},
        givens={"花子": members // 300},
        births={"1985-04-01": members // 25_000},
    )


def test_organisations() -> None:
    aoi = {"id": 1, "kind": "organisation", "organisation_name": "株式会社あおい"}
    phone = {"phone": "0221234567"}
    other = {**aoi, "id": 2, "organisation_name": "㈱あおい", **phone}
    assert verdict(person({**aoi, **phone}), person(other), ODDS).score >= THRESHOLD
    branch = {**other, "organisation_name": "㈱あおい 大阪支店"}
    assert verdict(person({**aoi, **phone}), person(branch), ODDS).score < THRESHOLD
    assert verdict(person({**aoi, **phone}), person({**HANAKO, **phone}), ODDS).score == 0


def test_folding() -> None:
    assert kanji("髙𣘺 ") == kanji("高橋")
    assert kana("ユーコ") == kana("ゆうこ") == kana("ﾕｳｺ")
    assert kana("オオノ") == kana("オーノ")
    assert kana("カヅコ") == kana("カズコ")
    assert loosely(kana("ヤマザキ")) == loosely(kana("ヤマサキ"))
    assert line("中里2-21-5") == line("中里２丁目２１番５号") == line("中里二丁目21番地5")
    assert line("一番町3-7-1") == line("一番町三丁目7番1号")
    assert line("忠和6条5-29-11")[1] == ("5", "29", "11")
    assert line("") == ("", ())


def test_slips() -> None:
    assert one_off("09012345678", "09012345679")
    assert one_off("09012345678", "09012346578")
    assert one_off("0901234567", "09012345678")
    assert not one_off("09012345678", "09012345678")
    assert not one_off("09012345678", "09012346589")
    assert by_a_slip(date(1985, 4, 1), date(1985, 4, 7))
    assert by_a_slip(date(1985, 4, 1), date(1985, 1, 4))
    assert not by_a_slip(date(1985, 4, 1), date(1985, 9, 23))


def test_what_everybody_shares_makes_no_pairs() -> None:
    """An office's telephone on 5,000 members: not 12 million pairs."""
    blocks = Blocks()
    for i in range(5_000):
        one = {
            **HANAKO,
            "id": i + 1,
            "given_name": f"花{i}",
            "given_name_kana": "".join("カサタナハマヤラワン"[int(digit)] for digit in str(i)),
        }
        blocks.add(person({**one, "birth_date": None, "city": "", "address_line": ""}))
    assert blocks.pairs().height < TOGETHER * 100


@pytest.mark.parametrize("seed", range(1, 5))
def test_an_invented_list(seed: int) -> None:
    """Other names, other slips and other look-alikes than those of the sample roster."""
    made = invented(seed)
    blocks, counts, people = Blocks(), Counts(), {}
    for i, row in enumerate(made.rows, 1):
        people[i] = person({**row, "id": i})
        blocks.add(people[i])
        counts.add(people[i])
    shared = Counter(value for one in people.values() for value in one.phones | one.emails)
    odds = counts.odds((value, n) for value, n in shared.items() if n > 2)
    found = {
        frozenset(made.rows[pk - 1]["number"] for pk in pair)
        for pair in blocks.pairs().iter_rows()
        if verdict(people[pair[0]], people[pair[1]], odds).score >= THRESHOLD
    }
    right = found & made.pairs.keys()
    missed = Counter(way for pair, way in made.pairs.items() if pair not in found)
    assert len(right) >= 0.95 * len(made.pairs), missed
    assert len(right) >= 0.95 * len(found)
