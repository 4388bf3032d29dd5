"""Slips of the pen: one letter too many, too few or another, two in the wrong order."""

from datetime import date

# 昭和, 平成 and 令和 taken for one another, and for the western year of the same two digits.
_ERAS = frozenset({63, 30, 93, 25, 12, 18})


def one_off(one: str, other: str) -> bool:
    """Whether one slip leads from one to the other; two equal texts are not one slip apart."""
    if one == other or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 2:
        return False
    if len(one) > len(other):
        one, other = other, one
    i = 0
    while i < len(one) and one[i] == other[i]:
        i += 1
    if len(one) < len(other):
        return one[i:] == other[i + 1 :]
    if one[i + 1 :] == other[i + 1 :]:
        return True
    if i + 1 >= len(one):
        return False
    return one[i : i + 2] == other[i + 1] + other[i] and one[i + 2 :] == other[i + 2 :]


def by_a_slip(one: date, other: date) -> bool:
    """Whether a slip explains two birth dates: a digit, two exchanged, an era taken wrongly."""
    mine, theirs = f"{one:%Y%m%d}", f"{other:%Y%m%d}"
    if one_off(mine, theirs):
        return True
    if one.year == other.year and (one.month, one.day) == (other.day, other.month):
        return True
    return (one.month, one.day) == (other.month, other.day) and abs(one.year - other.year) in _ERAS
