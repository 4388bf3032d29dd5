"""Sample contents for the page that shows every part: ui/components/gallery.html."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils.translation import pgettext_lazy

from enishi.core.clock import now

from .registry import Found, Hit


class SampleForm(forms.Form):
    """Every kind of field once."""

    family_name = forms.CharField(label=pgettext_lazy("gallery", "Family name"))
    given_name = forms.CharField(label=pgettext_lazy("gallery", "Given name"))
    birth_date = forms.DateField(label=pgettext_lazy("gallery", "Date of birth"), required=False)
    email = forms.EmailField(
        label=pgettext_lazy("gallery", "E-mail"),
        help_text=pgettext_lazy("gallery", "Full width letters are turned into half width."),
        required=False,
    )
    postal_code = forms.CharField(label=pgettext_lazy("gallery", "Postal code"), required=False)
    prefecture = forms.ChoiceField(
        label=pgettext_lazy("gallery", "Prefecture"),
        choices=[("", "—"), ("神奈川県", "神奈川県"), ("東京都", "東京都")],
        required=False,
    )
    gender = forms.ChoiceField(
        label=pgettext_lazy("gallery", "Gender"),
        choices=[
            ("female", pgettext_lazy("gallery", "Female")),
            ("male", pgettext_lazy("gallery", "Male")),
            ("other", pgettext_lazy("gallery", "Other")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    note = forms.CharField(
        label=pgettext_lazy("gallery", "Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    agrees = forms.BooleanField(
        label=pgettext_lazy("gallery", "Sends us mail by post"), required=False
    )


@dataclass(frozen=True)
class Row:
    number: str
    name: str
    kana: str
    type: str
    status: str
    tone: str
    town: str
    joined: date


@dataclass(frozen=True)
class Job:
    pk: int
    state: str
    title: str
    done: int
    total: int
    note: str = ""
    error: str = ""
    cancel_requested: bool = False


@dataclass(frozen=True)
class Page:
    next: str = "n"
    previous: str = "p"


_NAMES = (
    ("佐藤 花子", "サトウ ハナコ"),
    ("髙橋 太郎", "タカハシ タロウ"),
    ("鈴木 次郎", "スズキ ジロウ"),
    ("株式会社あおい製作所", "アオイセイサクショ"),
    ("渡邉 美咲", "ワタナベ ミサキ"),
    ("伊藤 健一", "イトウ ケンイチ"),
    ("山本 さくら", "ヤマモト サクラ"),
    ("中村 翔", "ナカムラ ショウ"),
)
_TYPES = ("正会員", "賛助会員", "法人会員", "学生会員")
_STATES = (("有効", "good"), ("有効", "good"), ("休会", "wait"), ("有効", "good"), ("退会", ""))
_TOWNS = ("神奈川県横浜市中区", "東京都世田谷区", "大阪府堺市", "北海道札幌市北区", "福岡県福岡市")


WORDS: dict[str, Any] = {
    "parts": pgettext_lazy("gallery", "Parts"),
    "dashboard": pgettext_lazy("gallery", "Dashboard"),
    "members": pgettext_lazy("gallery", "Members"),
    "people": pgettext_lazy("gallery", "people"),
    "joined_this_month": pgettext_lazy("gallery", "Joined this month"),
    "left_this_month": pgettext_lazy("gallery", "Left this month"),
    "number": pgettext_lazy("gallery", "Number"),
    "name": pgettext_lazy("gallery", "Name"),
    "joined": pgettext_lazy("gallery", "Joined"),
    "choose": pgettext_lazy("gallery", "Choose"),
    "match": pgettext_lazy("gallery", "Match"),
    "check": pgettext_lazy("gallery", "Check"),
    "take_in": pgettext_lazy("gallery", "Take in"),
    "csv_or_excel_up_to_100_m": pgettext_lazy("gallery", "CSV or Excel, up to 100 MB"),
    "there_are_no_members_yet": pgettext_lazy("gallery", "There are no members yet"),
    "bring_in_the_list_you_ha": pgettext_lazy(
        "gallery", "Bring in the list you have (Excel or CSV), or add the first member by hand."
    ),
    "import_a_list": pgettext_lazy("gallery", "Import a list"),
}


def rows(count: int = 40) -> list[Row]:
    made = []
    for i in range(count):
        name, kana = _NAMES[i % len(_NAMES)]
        status, tone = _STATES[i * 3 % len(_STATES)]
        joined = date(2026, 4, 1) - timedelta(days=i * 97)
        town = _TOWNS[i * 2 % len(_TOWNS)]
        made.append(Row(f"M{10241 + i}", name, kana, _TYPES[i * 5 % 4], status, tone, town, joined))
    return made


_WRONG: dict[str, Any] = {
    "family_name": "佐藤",
    "given_name": "",
    "email": "hanako＠",
    "birth_date": "S60.13.1",
    "gender": "female",
}


class Samples:
    """What the gallery's template shows."""

    changes: ClassVar[list[dict[str, str]]] = [
        {"label": "住所", "old": "横浜市中区本町1-2-3", "new": "横浜市西区みなとみらい2-3-1"},
        {"label": "携帯電話", "old": "", "new": "090-1234-5678"},
        {"label": "旧姓", "old": "田中", "new": ""},
    ]
    jobs: ClassVar[list[Job]] = [
        Job(1, "waiting", "会員の取り込み", 0, 0),
        Job(2, "running", "会員の取り込み", 1240, 3087, "名寄せを調べています"),
        Job(3, "done", "会員の書き出し", 3087, 3087, "3,087人を書き出しました。"),
        Job(4, "failed", "会員の取り込み", 0, 0, error="ファイルの文字コードが分かりません。"),
    ]
    found: ClassVar[list[Found]] = [
        Found("会員", [Hit("佐藤 花子", "#", "M10241 正会員"), Hit("佐藤 一郎", "#", "M10377")]),
        Found("ページ", [Hit("取り込み", "#", "", "file-import")]),
    ]
    chart: ClassVar[dict[str, Any]] = {
        "xAxis": {"type": "category", "data": ["6月", "7月", "8月", "9月", "10月", "11月"]},
        "yAxis": {"type": "value"},
        "legend": {"top": 0},
        "series": [
            {"name": "入会", "type": "bar", "data": [12, 18, 9, 24, 31, 15]},
            {"name": "退会", "type": "bar", "data": [4, 6, 3, 5, 2, 7]},
        ],
    }


def context() -> dict[str, Any]:
    """The template's context."""
    return {
        "words": WORDS,
        "form": SampleForm(),
        "wrong_form": SampleForm(_WRONG, auto_id="wrong_%s"),
        "rows": rows(),
        "page": Page(),
        "samples": Samples,
        "values": [3, 5, 4, 8, 9, 7, 12, 14, 13, 18],
        "moment": now() - timedelta(minutes=3),
        "day": date(2026, 11, 21),
        "born": date(1985, 4, 1),
        "instant": datetime(2026, 11, 21, 5, 5, tzinfo=UTC),
        "tones": [
            *(("有効", "good"), ("仮会員", "info"), ("休会", "wait"), ("未収", "bad")),
            *(("役員", "tag"), ("退会", "")),
        ],
    }
