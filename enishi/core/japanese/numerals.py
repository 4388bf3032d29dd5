"""漢数字: numbers written in kanji."""

import re

DIGITS = {digit: value for value, digits in enumerate(
    ("〇零", "一壱壹弌", "二弐貳", "三参參", "四", "五伍", "六", "七", "八", "九")
) for digit in digits}  # fmt: skip
UNITS = {"十": 10, "拾": 10, "百": 100, "千": 1000}
BIG_UNITS = {"万": 10_000, "億": 100_000_000}

# The characters of numbers in dates and addresses; 壱弐参 only occur in amounts and names.
KANJI_NUMBER = "[〇一二三四五六七八九十百千]+"
_RUN = re.compile(KANJI_NUMBER)


def kanji_number(text: str) -> int | None:
    """The number that is written (二〇五, 二百五, 百二十, 千三百五十); None if it is none."""
    if all(ch in DIGITS for ch in text):
        return int("".join(str(DIGITS[ch]) for ch in text)) if text else None
    total = digit = 0
    seen_digit = False
    last_unit = 10_000
    for ch in text:
        if ch in DIGITS:
            if seen_digit:
                return None
            digit, seen_digit = DIGITS[ch], True
        elif ch in UNITS:
            unit = UNITS[ch]
            if unit >= last_unit or (seen_digit and digit == 0):
                return None
            total += unit * (digit if seen_digit else 1)
            digit, seen_digit, last_unit = 0, False, unit
        else:
            return None
    return total + digit


def in_arabic(text: str) -> str:
    """The text with every number in kanji as arabic digits; what is no number stays."""

    def arabic(match: re.Match[str]) -> str:
        number = kanji_number(match[0])
        return match[0] if number is None else str(number)

    return _RUN.sub(arabic, text)
