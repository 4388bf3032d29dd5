"""What an answer of a mail server means: its enhanced status first, then its words."""

import re

from enishi.messaging.models import Report

Kind = Report.Kind

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"\b([245]\d\d)\b")

# RFC 3463; what is not named here is decided by its class.
_BY_STATUS = {
    "1.0": Kind.HARD,
    "1.1": Kind.HARD,
    "1.2": Kind.HARD,
    "1.3": Kind.HARD,
    "1.4": Kind.HARD,
    "1.6": Kind.HARD,
    "1.10": Kind.HARD,
    "1.8": Kind.SOFT,  # the sender's address
    "1.7": Kind.SOFT,
    "2.0": Kind.SOFT,
    "2.1": Kind.HARD,  # disabled, not accepting messages
    "2.2": Kind.FULL,
    "2.3": Kind.SOFT,  # too large
    "2.4": Kind.SOFT,
    "4.4": Kind.HARD,  # no such domain
    "7.0": Kind.BLOCKED,
    "7.1": Kind.BLOCKED,
}

_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        Kind.FULL,
        re.compile(
            r"mailbox (?:is )?(?:full|exceeds)|over ?(?:the |its |their |his |her )?quota|"
            r"quota (?:exceeded|exceed)|exceeded (?:storage|.{0,20}quota)|"
            r"insufficient (?:system )?storage|out of storage|"
            r"メールボックス.{0,20}(?:一杯|いっぱい|満杯|容量)|容量.{0,10}(?:超|オーバー)|受信容量",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.BLOCKED,
        re.compile(
            r"spam|blocked|black ?list|denied by policy|policy (?:reasons|violation|rejection)|"
            r"rejected due to|poor reputation|unsolicited|dmarc|\bspf\b|dkim|"
            r"受信拒否|ドメイン指定|迷惑メール|なりすまし",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.HARD,
        re.compile(
            r"user unknown|unknown user|no such (?:user|mailbox|recipient|address)|"
            r"(?:user|recipient|address|account|mailbox)[^.]{0,40}(?:not found|does ?n[o']t exist|"
            r"unavailable|disabled|inactive|invalid|rejected: undeliverable)|"
            r"does not exist|invalid (?:recipient|address|mailbox)|no mailbox here|unrouteable|"
            r"host (?:or domain name )?(?:unknown|not found)|domain (?:not found|does not exist)|"
            r"nxdomain|(?:宛先|あて先|アドレス|ユーザー?|メールアドレス).{0,30}"
            r"(?:見つか|存在しません|不明|誤り|間違|正しくありません|届きません|ありません)",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.SOFT,
        re.compile(
            r"try again|temporar|timed? ?out|greylist|too many|rate limit|throttl|"
            r"connection (?:refused|reset)|しばらく|一時的|混雑|圏外",
            re.IGNORECASE,
        ),
    ),
)


def status_in(text: str) -> str:
    """The first enhanced status (RFC 3463) in a text, such as 5.1.1; ''."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""


def kind_of_answer(code: int, text: str) -> str:
    """What an SMTP answer means for the address: HARD, SOFT, FULL, BLOCKED or UNKNOWN."""
    return kind_of(status_in(text), text, code)


def kind_of(status: str, text: str, code: int = 0) -> str:
    """HARD, SOFT, FULL, BLOCKED or UNKNOWN, from an enhanced status, a text and an SMTP code.

    A status with meaning decides; one of the general ones (5.0.0, 5.7.1 of many causes) is
    overruled by clear words. Carriers say "user unknown" under 5.0.0, Microsoft says
    "mailbox full" under 5.2.2 and 5.4.x for everything.
    """
    if not code and (found := _CODE.search(text)):
        code = int(found[1])
    said = _said(text)
    if status == "5.4.1" and "recipient address rejected" in text.lower():
        return Kind.HARD  # so says Microsoft of an unknown user
    by_status = _BY_STATUS.get(status.partition(".")[2]) if status else None
    final = status.startswith("5") or (not status and 500 <= code < 600)
    if by_status == Kind.BLOCKED or by_status is None:
        if said in (Kind.FULL, Kind.BLOCKED):
            return said
        if said == Kind.HARD:
            return Kind.HARD if final or not (status or code) else Kind.SOFT
        if said == Kind.SOFT and not final:
            return said  # greylisting goes by 4.7.1, too
        if by_status is None and said is not None:
            return said
        if by_status is not None:
            return by_status
        if final or status.startswith("4") or 400 <= code < 500:
            return Kind.SOFT  # final for this message, but nothing says the address is dead
        return Kind.UNKNOWN
    if by_status == Kind.HARD and not final:
        return Kind.SOFT  # 4.1.1 and 4.4.4: it may come right
    return by_status


def _said(text: str) -> Kind | None:
    return next((kind for kind, words in _WORDS if words.search(text[:5000])), None)
