"""Which texts of a page stand in the wrong language."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

ENISHI = Path(__file__).parents[2] / "enishi"

# Words that are the same in both languages: names, formats, examples of what to write.
SAME = re.compile(
    r"https?://\S+|\.\w+|[\w.+-]+@[\w.-]+|/[\w/.{}*<>-]+|\{[^}]*\}|\b\w+\.\w+\b|\b\w+_\w+\b|\b\w+:\w+\b"
    r"|\b(?:Enishi|Excel|CSV|XLSX|PDF|API|URL|UTF-8|UTF-16|CP932|Shift_JIS|BOM|Ctrl|Esc|Enter|Tab|"
    r"OpenAPI|JSON|QR|TOTP|SMS|LINE|ID|No|Google|Microsoft|Authenticator|Authy|Apple|iCloud|"
    r"English|application/json|multipart/form-data|PostgreSQL|Python|Chrome|Safari|Firefox|Edge|Linux|Windows|macOS|Mac|iPhone|Android|"
    r"Word|PowerPoint|PNG|JPEG|JPG|GIF|WEBP|TXT|ZIP|MB|KB|GB|GET|POST|PUT|PATCH|DELETE|curl|Bearer|"
    r"HTML|MJML|REST|Tokyo|Asia|JP|SHA|IP|CC|DM)\b"
)
# Japanese that stands in the data: lists that the office owns, headers of its files, names.
DATA = {
    "逝去",
    "タグを付ける",
    "その他",
    "生年月日",
    "フリガナ",
    "メール",
    "メールアドレス",
    "氏名",
    "会員番号",
    "日本語",
}
WORD = re.compile(r"[A-Za-z]{2,}")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@cache
def english_of() -> dict[str, str]:
    """Every English text of ours with its Japanese, both as a reader sees them."""
    texts: dict[str, str] = {}
    for path in ENISHI.glob("*/locale/ja/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="ja"):
                if not message.id:
                    continue
                english = [message.id] if isinstance(message.id, str) else list(message.id)
                japanese = [message.string] if isinstance(message.string, str) else message.string
                for one in english:
                    if japanese and japanese[0] and JAPANESE.search(japanese[0]):
                        texts[" ".join(one.split())] = japanese[0]
    return texts


@cache
def every_japanese() -> frozenset[str]:
    """Every Japanese text of ours; one English text may have several, told apart by context."""
    texts: set[str] = set()
    for path in ENISHI.glob("*/locale/ja/LC_MESSAGES/*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="ja"):
                texts |= {message.string} if isinstance(message.string, str) else {*message.string}
    return frozenset(texts - {""})


@cache
def _with_places() -> list[re.Pattern[str]]:
    """Texts with placeholders, as patterns of what they look like when filled in."""
    found = []
    for text in english_of():
        if "%(" in text and len(re.sub(r"%\(\w+\)[sd]", "", text).strip()) > 6:
            pattern = re.sub(r"%\\\(\w+\\\)[sd]", ".{1,80}", re.escape(text))
            found.append(re.compile(f"^{pattern}$"))
    return found


def left_in_english(said: Iterable[str]) -> list[str]:
    """What a Japanese page says in English."""
    left = []
    for raw in said:
        text = " ".join(raw.split())
        if not WORD.search(text):
            continue
        if text in english_of() or any(pattern.match(text) for pattern in _with_places()):
            left.append(text)
            continue
        words = WORD.findall(SAME.sub(" ", text))
        if len(words) >= (1 if not JAPANESE.search(text) else 2):
            left.append(text)
    return list(dict.fromkeys(left))


@cache
def _japanese_texts() -> frozenset[str]:
    return frozenset(english_of().values())


def left_in_japanese(said: Iterable[str]) -> list[str]:
    """What an English page says in Japanese although there is English for it."""
    left = []
    for raw in said:
        text = " ".join(raw.split())
        if text in _japanese_texts() - DATA or text.endswith(("。", "ください")):
            left.append(text)
    return list(dict.fromkeys(left))
