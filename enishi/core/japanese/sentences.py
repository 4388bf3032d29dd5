"""What is said to the person whose value cannot be read; the caller translates."""

import re
from collections.abc import Mapping

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _(msgid: str) -> str:
    """Mark a sentence for the translators; nothing here knows a language."""
    return msgid


DATE_UNCLEAR = _("“%(value)s” is not clear as a date. Write it like 2026-04-01 or 令和8年4月1日.")
DATE_IMPOSSIBLE = _("“%(value)s” is a day that does not exist. Check the month and the day.")
DATE_OUTSIDE_ERA = _(
    "“%(value)s” is outside the era %(era)s, which ran from %(first)s to %(last)s. Check the year."
)
DATE_BEFORE_ERA = _(
    "“%(value)s” is outside the era %(era)s, which began on %(first)s. Check the year."
)
DATE_OLD_CALENDAR = _(
    "“%(value)s” lies before 1873, when the old calendar was in use."
    " Write the date of today's calendar, like 1870-04-01."
)
DATE_TWO_DAYS = _("“%(value)s” names two different days. Keep the right one.")
DATE_WEEKDAY = _("“%(value)s” names a weekday that this day does not have. Check the date.")
DATE_INCOMPLETE = _("“%(value)s” lacks the year, the month or the day. Write the whole date.")
POSTAL_CODE_UNCLEAR = _("“%(value)s” is not a postal code. Write seven digits, like 123-4567.")
PHONE_UNCLEAR = _(
    "“%(value)s” is not a phone number. Write ten or eleven digits beginning with 0,"
    " like 03-1234-5678."
)
PHONE_EXTENSION = _(
    "“%(value)s” has an extension. Keep the number alone and put the extension in the note."
)
PHONE_SEVERAL = _("“%(value)s” holds several phone numbers. Keep one and put the rest elsewhere.")
EMAIL_UNCLEAR = _("“%(value)s” is not an e-mail address. Write it like name@example.jp.")
EMAIL_SEVERAL = _(
    "“%(value)s” holds several e-mail addresses. Keep one and put the rest elsewhere."
)
GENDER_UNCLEAR = _("“%(value)s” is not clear as a gender. Write male, female or other.")
YES_NO_UNCLEAR = _("“%(value)s” is neither yes nor no. Write yes or no.")
MONEY_UNCLEAR = _("“%(value)s” is not clear as an amount. Write digits, like 12,000.")
KANA_UNCLEAR = _("“%(value)s” cannot be read as kana. Write the reading in katakana or hiragana.")
NAME_UNCLEAR = _(
    "“%(value)s” holds more than one name. Keep the name alone and put what is in brackets"
    " into its own field, such as the former name."
)
ADDRESS_UNCLEAR = _("“%(value)s” is not an address. Write the address or leave the cell empty.")

MSGIDS: tuple[str, ...] = tuple(
    said for name, said in list(globals().items()) if name.isupper() and isinstance(said, str)
)


class Unclear(ValueError):
    """A value that cannot be read without guessing.

    `msgid` is one of `MSGIDS`, `params` fills its named placeholders; `str()` gives English.
    """

    def __init__(self, msgid: str, **params: str) -> None:
        self.msgid = msgid
        self.params = params
        super().__init__(msgid % params)

    @property
    def reason(self) -> str:
        """The sentence in the reader's language."""
        return sentence(self.msgid, self.params)

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (self.msgid, self.params))


def sentence(msgid: str, params: Mapping[str, object]) -> str:
    """`msgid` in the reader's language, days as it writes them; only here is Django asked."""
    from django.utils.translation import get_language, gettext

    days = {name: str(params[name]) for name in ("first", "last") if name in params}
    if (get_language() or "ja").startswith("ja"):
        days = {name: _in_japanese(day) for name, day in days.items()}
    return gettext(msgid) % {**params, **days}


def _in_japanese(day: str) -> str:
    if not _DAY.fullmatch(day):
        return day
    year, month, date = day.split("-")
    return f"{year}年{int(month)}月{int(date)}日"


def _again(msgid: str, params: dict[str, str]) -> Unclear:
    return Unclear(msgid, **params)
