"""Names of people."""

import re

from enishi.core.japanese.sentences import NAME_UNCLEAR, Unclear
from enishi.core.japanese.surnames import SURNAMES
from enishi.core.japanese.text import fold

_BRACKET = re.compile(r"[(\[〈<「【]|旧姓")
_HONORIFIC = re.compile(r"(?: ?様| 殿| さん| 氏| 先生)$")
_ORGANISATION = re.compile(
    r"会社|法人|協会|組合|商店|工業|商事|学校|大学|財団|社団|\([株有一公財社]\)|[0-9]"
)
_KANJI = "[々〆ヶ一-鿿\uf900-\ufaff]"
_GIVEN = re.compile(
    f"{_KANJI}{{1,3}}|[ぁ-んー]{{2,5}}|[ァ-ヺー]{{2,6}}|{_KANJI}{{1,2}}[ぁ-んァ-ヺ]{{1,2}}"
)
_LONGEST = max(map(len, SURNAMES))


def person_name(text: str) -> tuple[str, str]:
    """Family and given name from one column.

    They part at the first space of any width, at a comma, or - written without a space - behind a
    frequent surname where only one parting makes sense. Otherwise the whole is returned as the
    family name with '' as given name, for a person to look at. A latin name in which one word is
    in capitals has that word as family name. What stands in brackets is refused.
    """
    name = _HONORIFIC.sub("", fold(text))
    if not name:
        return ("", "")
    if _BRACKET.search(name) and not _ORGANISATION.search(name):
        raise Unclear(NAME_UNCLEAR, value=text)
    if _ORGANISATION.search(name):
        return (name, "")
    family, comma, given = name.partition(",")
    if comma and family.strip() and given.strip():
        return (family.strip(), given.strip())
    family, space, given = name.partition(" ")
    if not space:
        return _parted(name)
    if name.isascii():
        words = name.split(" ")
        if words[-1].isupper() and len(words[-1]) > 1 and not words[0].isupper():
            return (words[-1], " ".join(words[:-1]))
    return (family, given)


def _parted(name: str) -> tuple[str, str]:
    partings = [
        (name[:length], name[length:])
        for length in range(min(_LONGEST, len(name) - 1), 0, -1)
        if name[:length] in SURNAMES and _GIVEN.fullmatch(name[length:])
    ]
    if not partings or name in SURNAMES:
        return (name, "")
    family, given = partings[0]
    # 小野田一 may be 小野 田一 or 小野田 一; 森田太郎 is hardly 森 田太郎.
    if len(partings) > 1 and len(given) == 1:
        return (name, "")
    if len(family) == 1 and len(given) == 1:
        return (name, "")
    return (family, given)
