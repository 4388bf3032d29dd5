"""Names, numbers, marks and amounts in the writing of many offices."""

import contextlib
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enishi.core import japanese
from enishi.core.japanese import MSGIDS, Unclear
from enishi.core.japanese.variants import VARIANTS

READ: dict[Callable[[str], Any], dict[str, Any]] = {
    japanese.fold: {
        "": "",
        "　山田　　太郎 ": "山田 太郎",
        "ＡＢＣ１２３": "ABC123",
        "㈱山田": "(株)山田",
        "a\u200bb\ufeff": "ab",
        "一行\n二行": "一行 二行",
        "か゛": "が",
        "福田 髙 﨑": "福田 髙 﨑",  # the old shape of 福 stays
        "葛󠄀城": "葛󠄀城",
    },
    japanese.as_written: {" 請求書は郵送\r\n（経理部宛） ": "請求書は郵送\n（経理部宛）"},
    japanese.katakana: {
        "": "",
        "ヤマダ タロウ": "ヤマダ タロウ",
        "ﾔﾏﾀﾞ　ヒデキ": "ヤマダ ヒデキ",
        "やまだ たろう": "ヤマダ タロウ",
        "ﾊﾟﾝﾀﾞ": "パンダ",
        "ﾊ゜ンタ゛": "パンダ",
        "ｳﾞｨｵﾗ": "ヴィオラ",
        "オ-タ": "オータ",
        "ｵｰﾀ": "オータ",
        "たなか・たろう": "タナカ・タロウ",
        "ＮＰＯ えにし": "NPO エニシ",
    },
    japanese.postal_code: {
        "": "",
        "1000005": "1000005",
        "100-0005": "1000005",
        "〒１００－０００５": "1000005",
        "〒 100ー0005": "1000005",
        "710513": "0710513",
        "10005": "0010005",
        "10-0001": "0100001",
        "600001.0": "0600001",
        "'0600001": "0600001",
    },
    japanese.phone: {
        "": "",
        "03-1234-5678": "0312345678",
        "０３（１２３４）５６７８": "0312345678",
        "312345678": "0312345678",
        "81-3-1234-5678": "0312345678",
        "819012345678": "09012345678",
        "'0312345678": "0312345678",
        "9012345678": "09012345678",
        "090 1234 5678": "09012345678",
        "090.1234.5678": "09012345678",
        "+81 90-1234-5678": "09012345678",
        "+81-(0)3-1234-5678": "0312345678",
        "+81 (3) 1234 5678": "0312345678",
        "0120-123-456": "0120123456",
        "0800-123-4567": "08001234567",
        "050-1234-5678": "05012345678",
        "9012345678.0": "09012345678",
        "TEL:03-1234-5678": "0312345678",
        "03-1234-5678（代表）": "0312345678",
        "℡03-1234-5678": "0312345678",
        "+1 212 555 1234": "+12125551234",
        "090−1234‐5678": "09012345678",
        "090ー1234ー5678": "09012345678",
    },
    japanese.email: {
        "": "",
        "Taro@Example.JP": "taro@example.jp",
        " ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ　": "taro@example.co.jp",
        "a..b@docomo.ne.jp": "a..b@docomo.ne.jp",
        "taro.@docomo.ne.jp": "taro.@docomo.ne.jp",
        '"a..b"@docomo.ne.jp': "a..b@docomo.ne.jp",
        "-taro_01+x@ezweb.ne.jp": "-taro_01+x@ezweb.ne.jp",
        "mailto:taro@example.jp": "taro@example.jp",
    },
    japanese.gender: {
        "": "",
        "男": "male",
        "男性": "male",
        "Ｍ": "male",
        "Male": "male",
        "1": "male",
        "１": "male",
        "1.0": "male",
        "女": "female",
        "女性": "female",
        "f": "female",
        "2": "female",
        "その他": "other",
        "回答しない": "",
        "不明": "",
    },
    japanese.yes_no: {
        "": None,
        "○": True,
        "〇": True,
        "◯": True,
        "可": True,
        "はい": True,
        "1": True,
        "TRUE": True,
        "ＹＥＳ": True,
        "有り": True,
        "×": False,
        "✕": False,
        "不可": False,
        "いいえ": False,
        "0": False,
        "FALSE": False,
        "なし": False,
        "希望しない": False,
    },
    japanese.money: {
        "": None,
        "10000": 10000,
        "10,000": 10000,
        "￥10,000": 10000,
        "\\10,000-": 10000,
        "１２０００円": 12000,
        "金１２，０００円也": 12000,
        "5000.0": 5000,
        "1万円": 10000,
        "1万2千円": 12000,
        "1.5万円": 15000,
        "一万二千円": 12000,
        "五千円": 5000,
        "3億円": 300_000_000,
        "▲500": -500,
        "-500円": -500,
        "(1,200)": -1200,
        "0": 0,
        "無料": 0,
    },
    japanese.choices: {
        "": [],
        "音楽": ["音楽"],
        "音楽・写真・旅行": ["音楽", "写真", "旅行"],
        "音楽、旅行": ["音楽", "旅行"],
        "園芸 / 読書 / 料理": ["園芸", "読書", "料理"],
        "料理;読書": ["料理", "読書"],
        "料理；読書，音楽": ["料理", "読書", "音楽"],
        "音楽\n写真": ["音楽", "写真"],
        "音楽|写真": ["音楽", "写真"],
        "音楽　写真": ["音楽", "写真"],
        "音楽 写真": ["音楽", "写真"],
        "Web Design": ["Web Design"],
        "音楽、音楽、": ["音楽"],
        "その他（釣り、登山）、読書": ["その他(釣り、登山)", "読書"],
        "ﾃﾆｽ･ｺﾞﾙﾌ": ["テニス", "ゴルフ"],
    },
    japanese.person_name: {
        "": ("", ""),
        "山田　太郎": ("山田", "太郎"),
        " 山田 太郎 様": ("山田", "太郎"),
        "山田太郎": ("山田", "太郎"),
        "佐々木花子": ("佐々木", "花子"),
        "森田太郎": ("森田", "太郎"),
        "長谷川さくら": ("長谷川", "さくら"),
        "小野田一": ("小野田一", ""),
        "山田": ("山田", ""),
        "勅使河原太郎": ("勅使河原太郎", ""),
        "山田商事株式会社": ("山田商事株式会社", ""),
        "Smith, John": ("Smith", "John"),
        "Taro YAMADA": ("YAMADA", "Taro"),
        "YAMADA Taro": ("YAMADA", "Taro"),
        "ﾔﾏﾀﾞ ﾀﾛｳ": ("ヤマダ", "タロウ"),
        "マイケル・スミス": ("マイケル・スミス", ""),
    },
    japanese.variants_folded: {
        "髙橋": "高橋",
        "山﨑": "山崎",
        "齋藤 齊藤 斉藤 斎藤": "斎藤 斎藤 斎藤 斎藤",
        "渡邊 渡邉 渡辺": "渡辺 渡辺 渡辺",
        "濵田 濱田": "浜田 浜田",
        "𠮷田 嶋﨑 福澤": "吉田 島崎 福沢",
        "德永 瀨戸 廣國": "徳永 瀬戸 広国",
    },
    japanese.search_text: {
        "たなか ﾀﾛｳ": "タナカ タロウ",
        "ＴＡＲＯ＠Example": "taro@example",
        "髙橋 花子": "高橋 花子",
        "霞ヶ関": "霞ケ関",
    },
}

REFUSED: dict[Callable[[str], Any], list[str]] = {
    japanese.katakana: ["山田", "ヤマダ太郎", "タロウ★"],
    japanese.postal_code: [
        "123",
        "12345678",
        "600-91",
        "99999",
        "abc",
        "100-00050",
        "〒",
        "0000001",
    ],
    japanese.phone: [
        "03-1234-567",
        "0312345678901",
        "090-1234-567",
        "1234567",
        "03-1234-5678 内線123",
        "03-1234-5678 ext. 12",
        "03-1234-5678 / 090-1234-5678",
        "なし",
        "9.01235E+09",
        "03123456789",
        "-",
    ],
    japanese.email: [
        "a@b",
        "x@",
        "a@b, x@",
        "taro.example.jp",
        "taro@@example.jp",
        "taro@example.jp , x@",
        "taro@example.jp, jiro@example.jp",
        "ta ro@example.jp",
        "taro@-example.jp",
        "taro@example..jp",
        "たろう@example.jp",
        "なし",
    ],
    japanese.gender: ["男女", "4", "?", "オス"],
    japanese.yes_no: ["△", "2", "たぶん", "-", "○×"],
    japanese.money: [
        "10,00",
        "10.000",
        "$100",
        "1万2",
        "千万円円",
        "免除",
        "12,000/年",
        "-",
        "1,2345",
    ],
    japanese.person_name: ["田中（旧姓 佐藤）花子"],
}


@pytest.mark.parametrize(
    ("read", "text", "meant"),
    [(read, text, meant) for read, cases in READ.items() for text, meant in cases.items()],
)
def test_it_is_read(read: Callable[[str], Any], text: str, meant: object) -> None:
    assert read(text) == meant


@pytest.mark.parametrize(
    ("read", "text"), [(read, text) for read, texts in REFUSED.items() for text in texts]
)
def test_it_is_refused_with_a_sentence(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(Unclear) as refusal:
        read(text)
    assert refusal.value.msgid in MSGIDS
    assert refusal.value.params["value"] == text
    assert text in str(refusal.value)


def test_a_common_kanji_is_no_variant_of_another() -> None:
    for common in VARIANTS.values():
        assert japanese.variants_folded(common) == common


def test_a_known_label_is_not_broken_up() -> None:
    known = ["ボード・ゲーム", "音楽", "Web Design"]
    assert japanese.choices("ボード・ゲーム", known) == ["ボード・ゲーム"]
    assert japanese.choices("音楽・ボード・ゲーム", known) == ["音楽", "ボード・ゲーム"]
    assert japanese.choices("Web Design、音楽", known) == ["Web Design", "音楽"]


def test_a_list_of_choices_is_the_callers_own() -> None:
    japanese.choices("音楽、写真").append("x")
    assert japanese.choices("音楽、写真") == ["音楽", "写真"]


def test_a_refusal_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(Unclear(MSGIDS[0], value="x")))
    assert (again.msgid, again.params) == (MSGIDS[0], {"value": "x"})


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = japanese.fold(text)
    assert japanese.fold(once) == once
    assert japanese.search_text(japanese.search_text(text)) == japanese.search_text(text)
    assert len(japanese.variants_folded(text)) == len(text)


@given(st.text(alphabet="ァアガハバパヴンー・ぁあがはばぱんｱｶﾞﾊﾟｰ゛゜ﾞﾟ -　", max_size=20))
def test_katakana_twice_changes_nothing(text: str) -> None:
    try:
        once = japanese.katakana(text)
    except Unclear:
        return
    assert japanese.katakana(once) == once


@given(st.from_regex(r"0([789]0[0-9]{8}|[1-46][0-9]{8})", fullmatch=True))
def test_a_phone_survives_every_writing(digits: str) -> None:
    wide = digits.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    hyphens = f"{digits[:-8]}-{digits[-8:-4]}-{digits[-4:]}"
    for writing in (
        digits,
        digits[1:],
        wide,
        hyphens,
        hyphens.replace("-", "－"),
        f"{digits[:-8]}({digits[-8:-4]}){digits[-4:]}",
        f"+81 {digits[1:]}",
    ):
        if not digits.startswith("00"):
            assert japanese.phone(writing) == digits


READERS = [
    japanese.phone,
    japanese.postal_code,
    japanese.email,
    japanese.money,
    japanese.gender,
    japanese.yes_no,
    japanese.person_name,
    japanese.choices,
    japanese.katakana,
]


@given(st.text(max_size=20), st.sampled_from(READERS))
def test_any_text_is_read_or_refused(text: str, read: Callable[[str], object]) -> None:
    with contextlib.suppress(Unclear):
        read(text)
