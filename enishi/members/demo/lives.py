"""How memberships go: fifteen years of joining, pausing, coming back and leaving, drawn by dice."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

REGULAR, ASSOCIATE, STUDENT, SUPPORTING, CORPORATE = (
    "正会員",
    "準会員",
    "学生会員",
    "賛助会員",
    "法人会員",
)
YEARS = 15

# April is the season of joining, autumn a smaller one; nobody joins at the end of the year.
_JOIN_BY_MONTH = (0.9, 0.7, 0.8, 3.2, 1.4, 1.0, 0.9, 0.6, 1.0, 1.7, 1.0, 0.4)
_QUIET_YEARS = {2020: 0.45, 2021: 0.6}

REASONS: dict[str, float] = {  # the leave reasons that Enishi begins with
    "転居": 16,
    "会費の負担": 14,
    "多忙": 18,
    "進学・就職・退職": 12,
    "期待と違った": 9,
    "会費の未納": 7,
    "連絡がつかない": 5,
    "逝去": 6,
    "その他": 13,
}
DECEASED = "逝去"
_PAUSES = ("海外赴任のため", "育児のため", "療養のため", "介護のため", "本人の希望")


@dataclass(frozen=True)
class Stretch:
    """One stretch of a membership; the last one of a life has no end."""

    status: str
    type: str
    since: date
    reason: str = ""
    note: str = ""


def joining_days(count: int, today: date, dice: random.Random) -> list[date]:
    """``count`` days of the last fifteen years, ascending, dense in April and thin in 2020."""
    months: list[date] = []
    weights: list[float] = []
    for back in range(YEARS * 12):
        year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
        months.append(date(year, month + 1, 1))
        growth = 1.0 + 0.5 * (YEARS * 12 - back) / (YEARS * 12)
        founding = 2.5 if back >= (YEARS - 1) * 12 else 1.0
        weights.append(_JOIN_BY_MONTH[month] * growth * founding * _QUIET_YEARS.get(year, 1.0))
    days: list[date] = []
    while len(days) < count:
        first = dice.choices(months, weights)[0]
        day = first + timedelta(days=min(dice.randint(0, 27), dice.randint(0, 27)))
        if day <= today:
            days.append(day)
    return sorted(days)


def a_life(dice: random.Random, *, joined: date, member_type: str, today: date) -> list[Stretch]:
    """The stretches of somebody who joined on ``joined``, in order; some reach into the future."""
    life: list[Stretch] = []
    if dice.random() < 0.5:
        applied = joined - timedelta(days=dice.randint(4, 21))
        life.append(Stretch("applicant", member_type, applied))
        if dice.random() < 0.3:
            life.append(
                Stretch("provisional", member_type, joined - timedelta(days=dice.randint(1, 3)))
            )
    life.append(Stretch("active", member_type, joined))
    graduation = joined.year + dice.randint(1, 4)
    year_end = _year_end_after(joined)
    first = True
    while True:
        member_type = life[-1].type
        if dice.random() < 0.03:
            pause = joined if first else year_end - timedelta(days=dice.randint(30, 330))
            back = pause + timedelta(days=dice.choice((183, 365, 365, 548)))
            if life[-1].since < pause < today:
                why = dice.choice(_PAUSES)
                life.append(Stretch("suspended", member_type, pause, note=why))
                if back >= today:
                    return life
                life.append(Stretch("active", member_type, back))
                year_end = _year_end_after(back)
        if year_end > today + timedelta(days=150):
            return life
        if member_type == STUDENT and year_end.year >= graduation:
            if dice.random() < 0.45:
                return [*life, Stretch("left", member_type, year_end, reason="進学・就職・退職")]
            if year_end <= today:
                life.append(Stretch("active", REGULAR, year_end, note="卒業に伴う変更"))
        elif dice.random() < (0.075 if first else 0.032):
            return _and_left(dice, life, year_end, today)
        elif dice.random() < 0.012:
            some_day = year_end - timedelta(days=dice.randint(20, 300))
            if life[-1].since < some_day <= today:
                return _and_left(dice, life, some_day, today)
        year_end, first = date(year_end.year + 1, 4, 1), False


def _and_left(dice: random.Random, life: list[Stretch], day: date, today: date) -> list[Stretch]:
    """Leave on ``day``; a few come back after a year or more."""
    reason = dice.choices(list(REASONS), list(REASONS.values()))[0]
    if day > today:
        reason = dice.choice(("転居", "多忙", "会費の負担"))
    life = [*life, Stretch("left", life[-1].type, day, reason=reason)]
    again = day + timedelta(days=dice.randint(300, 1500))
    if reason != DECEASED and again < today and dice.random() < 0.08:
        life.append(Stretch("active", life[-1].type, again, note="再入会"))
    return life


def _year_end_after(day: date) -> date:
    """The first 1 April at least a quarter after ``day``: nobody leaves in the month of joining."""
    later = day + timedelta(days=90)
    return date(later.year + (later >= date(later.year, 4, 1)), 4, 1)


def status_on(life: list[Stretch], day: date) -> Stretch | None:
    """What somebody was on ``day``; None before the first stretch."""
    past = [stretch for stretch in life if stretch.since <= day]
    return past[-1] if past else None


def before(life: list[Stretch], day: date) -> list[Stretch]:
    """The stretches that had begun before ``day``."""
    return [replace(stretch) for stretch in life if stretch.since < day]
