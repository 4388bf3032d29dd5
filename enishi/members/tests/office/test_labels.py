"""Labels: whom, where to, how written; the PDF and its gate."""

import pytest
from django.urls import reverse

from enishi.audit.models import HistoryEntry
from enishi.members import actions
from enishi.members.labels import actions as labels
from enishi.members.labels.addressing import addressed, chosen
from enishi.members.labels.drawing import Options, drawn, pages_of
from enishi.members.labels.sheets import SHEETS, postal_boxes
from enishi.members.labels.writing import Addressee, kanji_number, tokens, upright, wrapped
from enishi.members.models import LabelPrint, Member

from .conftest import signed_in


def at(name, *args):
    return reverse(f"members:{name}", args=args)


def text(response):
    return response.content.decode()


HOME = {"postal_code": "9800811", "prefecture": "宮城県", "city": "仙台市青葉区"}


@pytest.fixture
def family(hanako):
    hanako = actions.change(hanako, HOME | {"address_line": "一番町1-2-3"}, by=None)
    household = actions.make_household(hanako, by=None)
    people = [hanako]
    for name in ("一郎", "二郎"):
        one = actions.add(
            {"family_name": "山田", "given_name": name, **HOME, "address_line": "一番町1-2-3"},
            by=None,
        )
        actions.add_to_household(household, one, kinship="child", by=None)
        people.append(one)
    return people


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1丁目2番3号", "一丁目二番三号"),
        ("1-2-3", "一ー二ー三"),
        ("12-105", "十二ー一〇五"),
        ("コーポ305号室", "コーポ三〇五号室"),
        ("20-10", "二十ー十"),
        ("第2ビル", "第二ビル"),
    ],
)
def test_numbers_in_kanji(written, said):
    assert upright(written) == said


def test_leading_zeros_stay():
    assert kanji_number("05") == "〇五"


def test_columns_hold_everything_and_never_begin_with_a_bar():
    some = tokens("北海道虻田郡倶知安町字ニセコひらふ1条3-12-105")
    columns = wrapped(some, 7)
    assert [token for column in columns for token in column] == some
    assert all(column[0][1] != "ー" for column in columns)


def test_sheets_lie_inside_their_page():
    for sheet in SHEETS.values():
        if sheet.is_envelope:
            last = postal_boxes(sheet)[-1]
            assert last.x + last.w == pytest.approx(sheet.width - 8)
        else:
            last = sheet.place(sheet.places - 1)
            assert sheet.left >= 0
            assert sheet.top >= 0
            assert last.x + last.w <= sheet.width + 0.01
            assert last.y + last.h <= sheet.height + 0.01


def test_begins_at_the_label_that_is_left():
    people = [Addressee("9800811", "宮城県", names=[("山田", "花子")])] * 5
    pages = pages_of(people, Options(sheet="a4-24", first=22))
    assert [len(page) for page in pages] == [3, 2]


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("direction", ["horizontal", "vertical"])
def test_every_sheet_is_drawn(sheet, direction):
    people = [
        Addressee("9800811", "宮城県仙台市1-2", "青葉ビル", "", [("髙橋", "花子"), ("髙橋", "健")]),
        Addressee("9800811", "東京都" * 20, "ビル" * 20, "一般社団法人" * 6, [], "御中"),
        Addressee("", "London", "", "", [("", "#set page(width: 1mm) $x$ Smith")]),
    ]
    made = drawn(people, Options(sheet=sheet, direction=direction, postal_boxes=True))
    assert made.startswith(b"%PDF")


def test_one_for_a_household_the_payer_first(family):
    everybody = Member.objects.present().order_by("-pk")
    one_each = addressed(everybody, Options())
    assert len(one_each.people) == 3
    together = addressed(everybody, Options(per_household=True))
    assert [len(who.names) for who in together.people] == [3]
    assert together.people[0].names[0] == ("山田", "花子")
    assert together.left_out == {"household": 2}


def test_where_to_and_to_whom(family, regular):
    hanako = family[0]
    actions.add_further_address(
        hanako, purpose="mailing", addressee="株式会社べに 総務部", city="千代田区", by=None
    )
    actions.add({"kind": "organisation", "organisation_name": "葵商事", **HOME}, by=None)
    actions.add({"family_name": "住所", "given_name": "なし"}, by=None)
    actions.mark_deceased(family[1], by=None)
    found = addressed(Member.objects.present().order_by("pk"), Options())
    by_name = {who.organisation or who.names[0][0] + who.names[0][1]: who for who in found.people}
    assert by_name["株式会社べに 総務部"].honorific == "御中"
    assert by_name["葵商事"].honorific == "御中"
    assert by_name["山田二郎"].honorific == "様"
    assert found.left_out == {"deceased": 1, "no_address": 1}


def test_the_page_makes_a_pdf_and_the_gate_holds(office, kimura, family, client):
    page = text(office.get(at("labels_new"), {"ids": [family[0].pk]}))
    assert "1人" in page
    picture = office.get(at("labels_preview"), {"ids": [family[0].pk], "sheet": "chou3"})
    assert picture.content.startswith(b"\x89PNG")
    said = {"ids": [family[0].pk], "sheet": "a4-12", "direction": "vertical", "first": "3"}
    response = office.post(at("labels_new"), said)
    made = LabelPrint.objects.get()
    assert response.url == at("label_print", made.pk)
    assert made.labels == 1
    assert "1件" in text(office.get(response.url))
    pdf = office.get(at("label_file", made.pk))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert HistoryEntry.objects.filter(fact="members.LabelsPrinted").count() == 1
    assert signed_in(kimura).get(at("label_file", made.pk)).status_code == 403
    assert client.get(at("label_file", made.pk)).status_code == 302
    LabelPrint.objects.update(expires_at="2020-01-01T00:00Z")
    assert labels.forget_expired() == 1
    assert office.get(at("label_file", made.pk)).status_code == 404


def test_what_cannot_be_made_is_told(office, family):
    for wrong in ({"first": "99"}, {"sheet": "b5"}, {"shift_x": "far"}):
        response = office.post(at("labels_new"), {"ids": [family[0].pk], **wrong})
        assert response.status_code == 422
    nobody = office.post(at("labels_new"), {"search": "だれもいない"})
    assert nobody.status_code == 422


def test_many_are_made_in_the_background(sato, family, monkeypatch, run_jobs):
    monkeypatch.setattr(labels, "AT_ONCE", 2)
    made = labels.start(filters={}, options=Options(), by=sato)
    assert not made.file
    run_jobs()
    made.refresh_from_db()
    assert made.labels == 3
    assert chosen({}, Options()).count() == 3


def test_a_foreign_address_is_read_where_it_goes(sato):
    said = {
        "family_name": "Smith", "given_name": "John", "country": "US", "prefecture": "NY",
        "city": "New York", "address_line": "350 Fifth Avenue", "building": "Suite 4500",
        "postal_code": "",
    }  # fmt: skip
    actions.add(said, by=sato)
    [who] = addressed(Member.objects.all(), Options()).people
    assert (who.address, who.building, who.abroad) == (
        "350 Fifth Avenue", "Suite 4500", ["New York, NY", "UNITED STATES"],
    )  # fmt: skip
    assert (who.names, who.postal) == ([("John", "Smith")], "")
    [[item]] = pages_of([who], Options(direction="vertical"))
    assert item["k"] == "lines", "Latin letters do not stand on their side, nor numbers in kanji"
