"""Lists of other offices: other headings, columns, encodings, delimiters, workbooks."""

import csv
import gzip
import io
import json
from datetime import date, datetime

import pytest
import xlsxwriter

from enishi.members.importing import sentences
from enishi.members.importing.mapping import propose
from enishi.members.importing.refusals import Unreadable, WrongMapping
from enishi.members.models import Member

from .lists import TRUTH, imported, reasons, started

pytestmark = pytest.mark.django_db

SPLIT = """\
令和8年度 会員一覧,,,,,,,,,,,,,,,
作成: 事務局,,,,,,,,,,,,,,,
会員No.,姓,名,セイ,メイ,郵便番号,都道府県,市区町村,番地,建物名,ＴＥＬ,携帯,E-mail,区分,入会年月日,お誕生日
A-1,山田,花子,ﾔﾏﾀﾞ,はなこ,980-0811,宮城県,仙台市青葉区,一番町３丁目７番１号,青葉ビル 5階,022-261-1234,9012345678,ＨＡＮＡＫＯ＠example.jp,正会員,H30.4.1,S60/4/1
A-2,髙橋,太郎,タカハシ,タロウ,1000001,東京都,千代田区,千代田1-1,,0332131111,,,賛助会員,2020年1月5日,20000
,,,,,,,,,,,,,,,
合計,2名,,,,,,,,,,,,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "euc_jp"])
def test_split_columns_in_any_encoding(encoding: str) -> None:
    text = SPLIT.replace("髙", "高")
    of = imported(text.encode(encoding))

    assert not reasons(of)
    assert of.counts == {"rows": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0, "ignored": 4}
    hanako = Member.objects.get(number="A-1")
    assert (hanako.family_name, hanako.given_name) == ("山田", "花子")
    assert (hanako.family_name_kana, hanako.given_name_kana) == ("ヤマダ", "ハナコ")
    assert (hanako.prefecture, hanako.city) == ("宮城県", "仙台市青葉区")
    assert (hanako.address_line, hanako.building) == ("一番町3-7-1", "青葉ビル 5階")
    assert (hanako.phone, hanako.mobile) == ("0222611234", "09012345678")
    assert (hanako.email, hanako.postal_code) == ("hanako@example.jp", "9800811")
    assert (hanako.joined_on, hanako.birth_date) == (date(2018, 4, 1), date(1985, 4, 1))
    assert Member.objects.get(number="A-2").birth_date == date(1954, 10, 3)


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters(delimiter: str) -> None:
    of = imported(f"会員番号{delimiter}氏名\nA-1{delimiter}山田 花子\n")
    assert of.found["delimiter"] == delimiter
    assert Member.objects.get().given_name == "花子"


def test_english_headings() -> None:
    imported(
        "Member ID,Last Name,First Name,Email Address,Zip Code,Date of Birth,Membership Type,"
        "Join Date,Mobile Phone,Remarks\n"
        "7,Yamada,Hanako,H@EXAMPLE.JP,980-0811,1985-04-01,正会員,2020-01-02,090-1234-5678,hello\n"
    )
    member = Member.objects.get(number="7")
    assert (member.family_name, member.given_name) == ("Yamada", "Hanako")
    assert (member.email, member.postal_code) == ("h@example.jp", "9800811")
    assert (member.mobile, member.note) == ("09012345678", "hello")


def test_headings_in_every_dress() -> None:
    of = started(
        "会員番号（必須）,氏名（漢字）,氏名（フリガナ）,  生 年 月 日 ,ご住所,お電話番号(携帯),メール アドレス\n"
        "1,山田 花子,ヤマダ ハナコ,1985-04-01,宮城県仙台市青葉区一番町3-7-1,09012345678,a@example.jp\n"
    )
    assert list(of.mapping.values())[:5] == ["number", "name", "kana", "birth_date", "address"]
    assert of.mapping["6"] == "email"


def test_cells_speak_where_headings_are_silent() -> None:
    rows = "".join(
        f"{i},山田 花{'子美香'[i % 3]},hanako{i}@example.jp,090-1234-567{i},980-081{i},x{i}\n"
        for i in range(5)
    )
    of = started(f"会員番号,A,B,C,D,E\n{rows}")
    assert list(of.mapping.values()) == [
        "number", "name", "email", "mobile", "postal_code", "new.text",
    ]  # fmt: skip


def _workbook() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.add_worksheet("空")
    old = book.add_worksheet("昨年度")
    old.write_row(0, 0, ("会員番号", "氏名"))
    old.write_row(1, 0, ("99", "旧 会員"))
    old.hide()
    sheet = book.add_worksheet("名簿")
    day = book.add_format({"num_format": "yyyy/mm/dd"})
    sheet.write_string(0, 0, "○○協会 会員名簿")
    for at, heading in enumerate(
        ("会員番号", "氏名", "生年月日", "電話番号", "郵便番号", "DM可否")
    ):
        sheet.write_string(2, at, heading)
    sheet.write_number(4, 0, 12)
    sheet.write_string(4, 1, "山田 花子")
    sheet.write_datetime(4, 2, datetime(1985, 4, 1), day)  # noqa: DTZ001
    sheet.write_number(4, 3, 222611234)
    sheet.write_number(4, 4, 600001)
    sheet.write_boolean(4, 5, True)
    sheet.write_string(5, 0, "13")
    sheet.write_string(5, 1, "田中 一郎")
    sheet.write_string(5, 2, "昭和66年2月30日")
    book.close()
    return buffer.getvalue()


def test_a_workbook() -> None:
    of = imported(_workbook(), "名簿.xlsx")

    assert of.found["sheet"] == "名簿"
    assert of.counts["rows"] == 2
    assert [(line, heading) for line, heading, _ in reasons(of)] == [(6, "生年月日")]
    member = Member.objects.get()
    assert (member.number, member.birth_date) == ("12", date(1985, 4, 1))
    assert (member.phone, member.postal_code) == ("0222611234", "0600001")
    assert member.data == {"DM可否": True}


def test_lines_are_those_of_the_file() -> None:
    of = imported(
        '会員番号,氏名,備考,生年月日\n1,山田 花子,"a\nb\nc",\n2,田中 一郎,,x\n\n4,林 愛,,y\n'
    )
    assert [(line, heading) for line, heading, _ in reasons(of)] == [
        (5, "生年月日"),
        (7, "生年月日"),
    ]


def test_a_quotation_mark_that_is_never_closed_swallows_nobody() -> None:
    with pytest.raises(Unreadable, match="3"):
        imported('会員番号,氏名,備考\n1,山田 花子,\n2,"林 愛,\n3,田中 一郎,\n')
    assert not Member.objects.exists()


@pytest.mark.parametrize("heading", ["氏名", "会員番号", "携帯", "メール", "フリガナ", "建物名"])
def test_what_is_too_long_is_told_beside_its_cell(heading: str) -> None:
    long = {"携帯": "9" * 300, "メール": "a" * 60 + "@" + "b" * 60 * 4 + ".jp"}
    cells = {
        "会員番号": "1",
        "氏名": "山田 花子",
        "フリガナ": "ヤマダ ハナコ",
        "携帯": "",
        "メール": "",
    }
    cells |= {"住所": "東京都千代田区千代田1-1", "建物名": ""}
    names = {"氏名": "山" * 300 + " 花子", "フリガナ": "ヤ" * 300 + " ハナコ"}
    wrong = {**cells, heading: (long | names).get(heading, "ビ" * 300)}
    of = imported("\n".join(",".join(row) for row in (cells, cells.values(), wrong.values())))
    assert [(line, told) for line, told, _ in reasons(of)] in (
        [(3, heading)], [(3, "住所")],
    )  # fmt: skip
    assert Member.objects.count() == 1


def test_remarks_below_the_table_are_no_members() -> None:
    of = imported(
        "会員番号,氏名,備考\n1,山田 花子,\n\n※本資料は社外秘,,\n(注) 十月末現在,,\n作成：事務局,,\n"
        ",※山,ニックネーム\n9,,\n"
    )
    assert (of.counts["new"], of.counts["ignored"]) == (2, 4)
    assert reasons(of) == [(8, "氏名", sentences.NO_NAME)]


def test_numbers_stand_once() -> None:
    of = imported("会員番号,氏名\n1,山田 花子\n2,林 愛\n1,田中 一郎\n")
    assert reasons(of) == [(4, "会員番号", sentences.TWICE)]
    assert Member.objects.get(number="1").given_name == "花子"


def test_what_stands_beyond_the_header_is_told() -> None:
    of = imported("会員番号,氏名\n1,山田 花子\n2,林 愛,,x\n")
    assert reasons(of) == [(3, "", sentences.TOO_MANY_CELLS)]


def test_cells_without_a_heading_are_told_once_and_can_be_mapped() -> None:
    text = "会員番号,,氏名,,,\n1,,山田 花子,,再送,\n2,旧,林 愛,,,\n"
    of = started(text)
    assert of.found["unnamed"] == {"1": ["旧"], "4": ["再送"]}
    assert len(of.found["header"]) == 5
    [one, other] = of.unnamed
    assert (str(one["heading"]), one["read"]) == ("B列（見出しなし）", False)
    assert (str(other["heading"]), other["values"]) == ("E列（見出しなし）", ["再送"])
    of = imported(text, mapping={"4": "note"})
    assert (of.counts["new"], of.counts["wrong"]) == (2, 0)
    assert Member.objects.get(number="1").note == "再送"
    assert [column["read"] for column in of.unnamed] == [False, True]


def _sheet(rows: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return buffer.getvalue()


def test_the_same_in_a_workbook() -> None:
    rows = [["会員番号", "氏名"], [1, "山田 花子"], *[[n, "林 愛"] for n in range(2, 300)]]
    rows += [[300, "森 守", None, "要確認"]]
    of = started(_sheet(rows), "list.xlsx")
    assert of.found["unnamed"] == {"3": ["要確認"]}
    assert len(of.found["header"]) == 4
    of = imported(_sheet(rows), "list.xlsx")
    assert (of.counts["new"], of.counts["wrong"]) == (300, 0)


def test_empty_headings_over_nothing_are_no_columns() -> None:
    of = started("会員番号,氏名,,,\n1,山田 花子,,,\n")
    assert (of.found["header"], of.found["unnamed"]) == (["会員番号", "氏名"], {})


def test_an_unknown_type_is_told_with_its_neighbours() -> None:
    text = "会員番号,氏名,会員種別\n1,山田 花子,正会\n"
    of = imported(text)
    problem = of.problems.get()
    assert problem.msgid == sentences.NOT_A_TYPE
    assert "正会員" in problem.reason

    assert imported(text, create_types=True).counts["new"] == 1
    assert Member.objects.get().type.name == "正会"


def test_rows_without_a_number_get_one_and_are_known_again() -> None:
    text = (
        "会員番号,氏名,生年月日,入会日\n,山田 花子,1985-04-01,2024-05-01\n"
        "M202400001,林 愛,1990-01-01,2024-06-01\n"
    )
    imported(text)
    assert set(Member.objects.values_list("number", flat=True)) == {"M202400001", "M202400002"}
    assert Member.objects.get(family_name="山田").search.startswith("m202400002 ")

    assert imported(text).counts["same"] == 2


def test_an_email_that_several_share_is_no_key() -> None:
    imported("会員番号,氏名,メール\n1,山田 花子,a@example.jp\n2,山田 太郎,a@example.jp\n")
    of = imported("氏名,メール\n山田 花子,a@example.jp\n", key="email")
    assert reasons(of) == [(2, "メール", sentences.SEVERAL_MEMBERS)]


def test_contradictions_are_told() -> None:
    of = imported(
        "会員番号,氏名,生年月日,入会日,退会日,状態\n1,山田 花子,,2020-01-01,2019-01-01,\n"
        "2,林 愛,2999-01-01,,,\n3,田中 一郎,,2019-01-01,2020-01-01,在籍\n"
    )
    assert [(line, heading) for line, heading, _ in reasons(of)] == [
        (2, "退会日"), (3, "生年月日"), (4, "状態"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"PK\x03\x04 broken", b",,,\n,,\n"]
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        started(content)
    assert str(refused.value)


def test_a_mapping_that_cannot_be_is_refused() -> None:
    of = started("会員番号,氏名\n1,山田 花子\n")
    for mapping in ({"1": "number"}, {"1": "nonsense"}, {"9": "note"}):
        with pytest.raises(WrongMapping):
            started("会員番号,氏名\n1,山田 花子\n", mapping=mapping)
    with pytest.raises(WrongMapping):
        started("会員番号,氏名\n1,山田 花子\n", key="email")
    assert of.mapping == {"0": "number", "1": "name"}


ROW = (
    "A1,山田,花子,ヤマダ,ハナコ,1985/4/1,女,980-0811,宮城県,仙台市青葉区,一番町3-7-1,青葉ビル,"
    "022-261-1234,090-1111-2222,a@example.jp,正会員,2020/1/1,,3000,○,メモ"
).split(",")
MEANT = (
    "number family_name given_name family_name_kana given_name_kana birth_date gender postal_code"
    " prefecture city address_line building phone mobile email member_type joined_on left_on"
    " new.money new.boolean note"
).split()


@pytest.mark.parametrize(
    "headings",
    [
        "ID,氏名（姓）,氏名（名）,フリガナ（姓）,フリガナ（名）,生年月日（西暦）,性別,〒,住所１（都道府県）,"
        "住所２（市区町村）,住所３（番地）,住所４（建物）,電話番号（自宅）,電話番号（携帯）,Ｅメール,会員区分,"
        "入会年月日,退会年月日,会費,DM,備考欄",
        "会員ＩＤ,姓（漢字）,名（漢字）,姓（カナ）,名（カナ）,誕生日,男女,郵便番号（7桁）,都道府県,市区町村,"
        "町名・番地,マンション名・部屋番号,自宅TEL,携帯TEL,E-mailアドレス,種別,加入日,脱退日,年会費(円),"
        "メルマガ配信,特記事項",
        "member_no,last_name,first_name,last_name_kana,first_name_kana,birthday,sex,zip,pref,city,"
        "street,bldg,tel,mobile_tel,e_mail,type,joined_at,left_at,annual_fee,newsletter,memo",
        "会員番号*,姓,名,せい,めい,生年月日,性別,郵便番号,都道府県,市区郡,町域・番地,ビル名等,電話番号1,"
        "電話番号2,PCメール,会員資格,登録年月日,資格喪失日,金額,案内,摘要",
    ],
)
def test_headings_of_many_offices(headings: str) -> None:
    assert list(propose(headings.split(","), [ROW] * 5).values()) == MEANT


@pytest.mark.parametrize(
    ("heading", "target"),
    [("フルネーム", "name"), ("お名前（ふりがな）", "kana"), ("メアド", "email"), ("性", "gender")],
)
def test_headings_in_everyday_words(heading: str, target: str) -> None:
    assert propose(["会員番号", heading], [["1", "x"]] * 5)["1"] == target


def test_the_roster_in_split_columns() -> None:
    with gzip.open(TRUTH) as file:
        truth = [row for row in json.load(file)["rows"] if "reject" not in row]
    writings = [str, _units, lambda block: block.replace("-", "－").translate(_WIDE)]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(
        "会員No,姓,名,セイ,メイ,性別,誕生日,郵便番号,都道府県,市区町村,番地,建物名,TEL,携帯,E-mail,区分,"
        "入会年月日,退会年月日,備考".split(",")
    )
    for at, row in enumerate(truth):
        plain = [row[name] or "" for name in PLAIN]
        plain[10] = row["town"] + writings[at % 3](row["block"])
        writer.writerow(plain)

    of = imported(buffer.getvalue())

    assert (of.counts["new"], of.counts["wrong"]) == (len(truth), 0), reasons(of)[:5]
    members = {m.number: m for m in Member.objects.select_related("type")}
    wrong = [
        (row["number"], name, said, row[name])
        for row in truth
        for name in PLAIN
        if (said := _said(members[row["number"]], name)) != (row[name] or "")
    ]
    assert not wrong, wrong[:5]


PLAIN = (
    "number family_name given_name family_name_kana given_name_kana gender birth_date postal_code"
    " prefecture city address_line building phone mobile email member_type joined_on left_on note"
).split()
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def _units(block: str) -> str:
    numbers = block.split("-")
    return "".join(n + unit for n, unit in zip(numbers, ("丁目", "番", "号"), strict=False))


def _said(member: Member, name: str) -> str:
    return member.type.name if name == "member_type" else str(getattr(member, name) or "")
