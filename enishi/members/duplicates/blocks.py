"""Blocking: which members are compared at all. Never everybody with everybody.

Each member gives a few keys; members that share one are candidates. What very many share (an
office's telephone, a placeholder for an unknown birth date) is parted by the given name first, and
given up where even that does not part it.
"""

from collections.abc import Iterator
from typing import Any

import polars as pl

from .folding import Person, loosely

TOGETHER = 30  # members that share a key and are compared each with each
AT_MOST = 60  # of one given name among more
_FLUSH = 50_000

KINDS = ("sound_birth", "name_birth", "phone", "email", "home", "home_birth", "city", "firm")
CONTACTS = frozenset({"phone", "email", "home_birth", "sound_birth", "name_birth"})


def keys(one: Person) -> Iterator[tuple[str, int]]:
    """The keys of a member: kind, and a number that is the same for the same value."""
    for phone in one.phones:
        yield "phone", hash((one.is_firm, phone))
    for email in one.emails:
        yield "email", hash((one.is_firm, email))
    yield from _keys_of_firm(one) if one.is_firm else _keys_of_person(one)


def _keys_of_firm(one: Person) -> Iterator[tuple[str, int]]:
    yield "firm", hash(one.firm)
    if one.firm_kana:
        yield "firm", hash((1, one.firm_kana))
    if one.address.town and one.address.numbers:
        yield "home", hash((1, one.address.town, one.address.numbers[:2], one.firm[:2]))


def _keys_of_person(one: Person) -> Iterator[tuple[str, int]]:
    where = one.address
    home = (where.town, where.numbers[:2]) if where.town and where.numbers else None
    # The letters in order: the same for names that are swapped, or not parted.
    sound = "".join(sorted(loosely(one.family_kana) + loosely(one.given_kana)))
    name = "".join(sorted(one.full))
    if one.birth is not None:
        born = one.birth.toordinal()
        names = ["".join(sorted(one.former + one.given))] if one.former else []
        for text in filter(None, [name, *names]):
            yield "name_birth", hash((text, born))
        if sound:
            yield "sound_birth", hash((sound, born))
        if home:
            yield "home_birth", hash((home, born))
    for given in {one.given, loosely(one.given_kana)} if home else ():
        if given:
            yield "home", hash((home, given))
    if where.city:
        for text in {name, sound}:
            if text:
                yield "city", hash((where.city, text))


class Blocks:
    """Takes members one by one and gives the pairs worth comparing."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[list[int], list[int]]] = {kind: ([], []) for kind in KINDS}
        self._kept: dict[str, list[pl.DataFrame]] = {kind: [] for kind in KINDS}
        self._rows: list[tuple[int, int, int, int]] = []
        self._members: list[pl.DataFrame] = []
        self._count = 0

    def add(self, one: Person) -> None:
        at = self._count
        self._count += 1
        for kind, key in keys(one):
            names, places = self._keys[kind]
            names.append(key)
            places.append(at)
        self._rows.append(
            (
                one.id,
                hash(one.given) if one.given else 0,
                hash(loosely(one.given_kana)) if one.given_kana else 0,
                hash(one.family) if one.family else 0,
            )
        )
        if len(self._rows) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        for kind, (names, places) in self._keys.items():
            if names:
                frame = pl.DataFrame(
                    {
                        "key": pl.Series(names, dtype=pl.Int64),
                        "at": pl.Series(places, dtype=pl.UInt32),
                    }
                )
                self._kept[kind].append(frame)
                self._keys[kind] = ([], [])
        if self._rows:
            columns = list(zip(*self._rows, strict=True))
            names_ = ("id", "given", "sound", "family")
            made = {n: pl.Series(c, dtype=pl.Int64) for n, c in zip(names_, columns, strict=True)}
            self._members.append(pl.DataFrame(made))
            self._rows = []

    def pairs(self) -> pl.DataFrame:
        """Columns ``first`` and ``second``: ids of members to compare, the smaller one first."""
        self._flush()
        if not self._members:
            return pl.DataFrame(schema={"first": pl.Int64, "second": pl.Int64})
        members = pl.concat(self._members)
        self._members = []
        # One kind after the other: its keys are let go before the next.
        pairs = pl.concat([self._pairs_of(kind, members) for kind in KINDS]).unique()
        ids = members["id"]
        one, other = ids.gather(pairs["one"]), ids.gather(pairs["other"])
        made = pl.DataFrame({"one": one, "other": other})
        return made.select(
            first=pl.min_horizontal("one", "other"), second=pl.max_horizontal("one", "other")
        ).sort("first", "second")

    def _pairs_of(self, kind: str, members: pl.DataFrame) -> pl.DataFrame:
        frames = self._kept.pop(kind)
        if not frames:
            return pl.DataFrame(schema={"one": pl.UInt32, "other": pl.UInt32})
        frame = pl.concat(frames)
        del frames
        return _likely(_sharing(kind, frame, members), members)


def _sharing(kind: str, frame: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    frame = frame.filter(pl.col("key").is_duplicated()).unique()
    frame = frame.with_columns(size=pl.len().over("key")).filter(pl.col("size") > 1)
    small = _each_with_each(frame.filter(pl.col("size") <= TOGETHER), ["key"])
    large = frame.filter(pl.col("size") > TOGETHER)
    if large.is_empty() or kind not in CONTACTS:
        return small
    parts = [small]
    for name in ("given", "sound"):
        parted = large.with_columns(part=members[name].gather(large["at"]))
        parted = parted.filter(pl.col("part") != 0)
        parted = parted.with_columns(size=pl.len().over("key", "part"))
        parted = parted.filter(pl.col("size").is_between(2, AT_MOST))
        parts.append(_each_with_each(parted, ["key", "part"]))
    return pl.concat(parts)


def _each_with_each(frame: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    joined = frame.select(*on, "at").join(frame.select(*on, other="at"), on=on)
    return joined.filter(pl.col("at") < pl.col("other")).select(one="at", other="other").unique()


def _likely(pairs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Without those whose given names differ in writing and in sound: families, twins."""

    def of(name: str, side: str) -> Any:
        return members[name].gather(pairs[side])

    frame = pairs.with_columns(
        **{
            f"{name}_{side}": of(name, side)
            for name in ("given", "sound", "family")
            for side in ("one", "other")
        }
    )
    c = pl.col
    agree = (
        (c("given_one") == c("given_other"))
        | ((c("sound_one") == c("sound_other")) & (c("sound_one") != 0))
        | (c("given_one") == 0)
        | (c("given_other") == 0)
        | (c("given_one") == c("family_other"))
        | (c("given_other") == c("family_one"))
    )
    return frame.filter(agree).select("one", "other")
