"""Lists on their way into a database: found out, checked, written, taken back."""

import csv
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from enishi.accounts.models import Role
from enishi.audit.models import HistoryEntry
from enishi.core.jobs import run_waiting
from enishi.members import actions as members
from enishi.members.importing.refusals import HasErrors, Unreadable, WrongMapping
from enishi.members.models import Field
from enishi.records import actions
from enishi.records.importing import actions as importing
from enishi.records.importing import preview
from enishi.records.models import Record, RecordImport

pytestmark = pytest.mark.django_db


class Quiet:
    def start(self, total, unit_note=""): ...
    def at(self, done): ...
    def say(self, text): ...
    def stop_if_cancelled(self): ...


def sheet(*rows, encoding="cp932"):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return ContentFile(text.getvalue().encode(encoding))


def received(database, *rows, by, **kwargs):
    return importing.receive(database, sheet(*rows, **kwargs), "一覧.csv", by=by)


def test_a_list_as_offices_keep_it_is_read_checked_and_written(requests, hanako, sato):
    of = received(
        requests,
        ["資料請求一覧", "", "", "", ""],
        ["会員番号", "件名", "状態", "請求日", "部数"],
        [hanako.number, "会報を希望", "未対応", "令和8年4月1日", "３"],
        ["", "入会案内", "完了", "2026/4/2", "1"],
        ["合計", "", "", "", "4"],
        by=sato,
    )
    assert of.found["encoding"] == "cp932"
    assert of.mapping == {
        "0": "member", "1": "data.subject", "2": "data.state", "3": "data.asked_on",
        "4": "data.copies",
    }  # fmt: skip
    assert importing.run_check(of, Quiet()) == {
        "new": 2, "changed": 0, "same": 0, "rows": 2, "ignored": 2, "wrong": 0,
    }  # fmt: skip
    assert not Record.objects.exists(), "a check changes nothing"
    [first, _second] = preview.differences(of, "new", requests.fields)
    assert {"label": "件名", "old": "", "new": "会報を希望"} in first.changes
    entries = HistoryEntry.objects.count()
    importing.run_commit(of, Quiet())
    one, two = Record.objects.order_by("pk")
    assert one.member == hanako
    assert one.data == {
        "subject": "会報を希望", "state": "未対応", "asked_on": "2026-04-01", "copies": 3,
    }  # fmt: skip
    assert (one.title, one.version, two.member) == ("会報を希望", 1, None)
    assert "会報" in one.search
    assert HistoryEntry.objects.count() == entries + 1, "one line of history for the set"
    assert importing.run_commit(of, Quiet())["new"] == 2
    assert Record.objects.count() == 2, "nothing is done twice"


def test_members_are_found_by_mail_and_by_name_and_birth_date(requests, hanako, sato):
    hanako = members.change(hanako, {"email": "Hanako@example.jp", "birth_date": "1985-04-01"},
                            by=None)  # fmt: skip
    twin = {"family_name": hanako.family_name, "given_name": hanako.given_name}
    members.add({**twin, "member_type": hanako.type, "birth_date": "1990-01-01"}, by=None)
    by_mail = received(requests, ["メールアドレス", "件名"], ["hanako@EXAMPLE.jp", "a"], by=sato)
    importing.run_commit(by_mail, Quiet())
    assert Record.objects.get().member == hanako
    name = f"{hanako.family_name}　{hanako.given_name}"
    rows = [["氏名", "生年月日", "件名"], [name, "昭和60年4月1日", "b"]]
    importing.run_commit(received(requests, *rows, by=sato), Quiet())
    assert Record.objects.get(title="b").member == hanako
    unclear = received(requests, ["氏名", "件名"], [name, "c"], ["誰 か", "d"], by=sato)
    assert importing.run_check(unclear, Quiet())["wrong"] == 2
    with override("ja"):
        assert "会員番号" in unclear.problems.first().reason


def test_wrong_cells_are_told_and_nothing_or_the_rest_is_written(requests, sato):
    rows = [["件名", "部数", "状態", "請求日"], ["a", "たくさん", "未対応", ""]]
    rows += [["b", "2", "未対応", "昭和66年2月30日"], ["", "1", "完了", ""], ["c", "1", "完了", ""]]
    of = received(requests, *rows, by=sato)
    assert importing.run_check(of, Quiet())["wrong"] == 3
    told = {(p.line, p.heading) for p in of.problems.all()}
    assert told == {(2, "部数"), (3, "請求日"), (4, "件名")}
    with pytest.raises(HasErrors):
        importing.run_commit(of, Quiet())
    assert not Record.objects.exists()
    of.refresh_from_db()
    of.skip_errors = True
    of.save()
    importing.run_commit(of, Quiet())
    assert [r.title for r in Record.objects.all()] == ["c"]


def test_an_export_changes_nothing_and_an_edited_one_changes_what_was_edited(
    office, requests, hanako, sato
):
    link = {
        "table": "requests",
        "key": "friend",
        "label_ja": "紹介者",
        "type": "member",
        "by": sato,
    }
    members.add_field(**link)
    values = {"subject": "=1+1", "state": "完了", "asked_on": "2026-04-01", "copies": 2,
              "code": "A-1", "sent": False, "remarks": "一行目\n二行目",
              "friend": hanako.pk}  # fmt: skip
    kept = actions.add_record(requests, values, member=hanako, by=None)
    actions.add_record(requests, {"subject": "😀 絵文字", "code": "0012"}, by=None)
    for wanted in ("csv", "xlsx"):
        said = office.get(f"/office/databases/requests/export/?format={wanted}")
        content = said.content
        file = ContentFile(content)
        of = importing.receive(requests, file, f"一覧.{wanted}", by=sato)
        assert of.key == "id"
        counts = importing.run_check(of, Quiet())
        problems = [str(p) for p in of.problems.all()]
        assert (counts["same"], counts["rows"]) == (2, 2), (wanted, counts, problems)
    said = office.get("/office/databases/requests/export/?format=csv")
    edited = said.content.decode("utf-8-sig").replace("一行目", "別の行")
    of = importing.receive(requests, ContentFile(edited.encode()), "直した.csv", by=sato)
    importing.run_commit(of, Quiet())
    assert (of.counts or RecordImport.objects.get(pk=of.pk).counts)["changed"] == 1
    kept.refresh_from_db()
    assert kept.data["remarks"] == "別の行\n二行目"
    assert kept.version == 2


def test_undo_takes_back_all_but_what_was_edited_since(requests, sato):
    old = actions.add_record(requests, {"subject": "前", "code": "A", "copies": 1}, by=None)
    rows = [["受付番号", "件名", "部数"], ["A", "後", "5"], ["B", "新", "1"], ["C", "新2", "1"]]
    of = received(requests, *rows, by=sato)
    of = importing.set_mapping(of, key="data.code", by=sato)
    importing.run_commit(of, Quiet())
    old.refresh_from_db()
    assert (old.title, old.data["copies"]) == ("後", 5)
    touched = Record.objects.get(title="新")
    actions.change_record(touched, {"subject": "直した"}, by=None)
    of.refresh_from_db()
    with pytest.raises(importing.InTheWay):
        importing.undo(of, by=sato)
    with pytest.raises(importing.InTheWay):
        importing.run_undo(of, leave_edited=False)
    assert importing.run_undo(of, leave_edited=True) == {"removed": 1, "restored": 1, "left": 1}
    old.refresh_from_db()
    assert (old.title, old.data["copies"]) == ("前", 1)
    assert "前" in old.search
    assert old.version == 3, "a form that was opened in between must clash"
    assert {r.title for r in Record.objects.all()} == {"前", "直した"}


def test_new_fields_are_made_of_columns_and_go_again(requests, sato):
    rows = [["件名", "評価点"], ["a", "5"], ["b", "4"], ["c", "5"]]
    of = received(requests, *rows, by=sato)
    assert of.mapping["1"] == "new.integer"
    assert not Field.objects.filter(table="requests", label_ja="評価点").exists()
    importing.run_commit(of, Quiet())
    field = Field.objects.get(table="requests", label_ja="評価点")
    assert sorted(r.data[field.key] for r in Record.objects.all()) == [4, 5, 5]
    of.refresh_from_db()
    importing.run_undo(of, leave_edited=False)
    assert not Field.objects.filter(pk=field.pk).exists()


def test_who_may_not_change_a_field_or_make_one_cannot_do_so_by_a_list(requests, suzuki, sato):
    field = Field.objects.get(table="requests", key="remarks")
    members.edit_field(field, seen_by=["administrator"], by=sato)
    role = Role.objects.create(key="desk", name="窓口", rights=["records.view", "records.edit"])
    suzuki.roles.set([role])
    rows = [["件名", "備考", "評価"], ["a", "ひみつ", "1"], ["b", "x", "2"], ["c", "y", "3"]]
    of = received(requests, *rows, by=suzuki)
    assert of.mapping == {"0": "data.subject", "1": "ignore", "2": "ignore"}
    for target in ("data.remarks", "new.text"):
        with pytest.raises(WrongMapping):
            importing.set_mapping(of, mapping={"1": target}, by=suzuki)


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"PK\x03\x04broken"])
def test_what_is_no_list_is_refused_in_words(requests, sato, content):
    with pytest.raises(Unreadable) as refused:
        importing.receive(requests, ContentFile(content), "x.csv", by=sato)
    assert str(refused.value)


def test_each_record_needs_a_member_where_the_database_says_so(requests, hanako, sato):
    actions.change_database(requests, of_member="must", by=sato)
    requests.refresh_from_db()
    of = received(requests, ["会員番号", "件名"], ["", "a"], [hanako.number, "b"], by=sato)
    assert importing.run_check(of, Quiet())["wrong"] == 1
    of = received(requests, ["件名"], ["a"], ["b"], by=sato)
    assert importing.run_check(of, Quiet())["wrong"] == 2


def test_the_pages_lead_from_the_file_to_undo(office, requests):
    home = "/office/databases/requests/imports/"
    assert office.post(home, {}).status_code == 422
    file = SimpleUploadedFile("一覧.csv", "件名,部数\nちらし,2\nはがき,x\n".encode())
    said = office.post(home, {"file": file})
    assert said.status_code == 302
    mapping = said.url
    for language in ("ja", "en"):
        page = office.get(mapping, headers={"accept-language": language})
        assert page.status_code == 200
        assert "ちらし" in page.content.decode()
    body = {"target-0": "data.subject", "target-1": "data.copies", "key": ""}
    said = office.post(mapping, body)
    run_waiting()
    page = office.get(said.url).content.decode()
    assert "はがき" not in page, "the row is wrong"
    assert "ちらし" in page
    assert office.get(f"{said.url}rows/new/").status_code == 200
    assert "x" in b"".join(office.get(f"{said.url}errors.csv").streaming_content).decode()
    office.post(f"{said.url}commit/", {"skip": "yes"})
    office.post(f"{said.url}commit/", {"skip": "yes"})  # a double click
    run_waiting()
    assert Record.objects.count() == 1
    assert "undoing/" in office.get(said.url).content.decode()
    office.post(f"{said.url}undoing/")
    run_waiting()
    assert not Record.objects.exists()
    assert office.get(home).status_code == 200


def test_somebody_else_s_import_is_not_under_this_database(office, requests, sato):
    other = actions.add_database(name="別", key="other", by=sato)
    of = received(requests, ["件名"], ["a"], by=sato)
    for way in ("", "mapping/", "progress/", "rows/new/", "errors.csv"):
        assert office.get(f"/office/databases/{other.key}/imports/{of.pk}/{way}").status_code == 404


def test_programs_send_commit_and_undo(program, requests):
    def send(**options):
        file = SimpleUploadedFile("a.csv", "件名,部数\nちらし,2\n".encode())
        client = program.__closure__[0].cell_contents
        return client.post("/api/v1/databases/requests/imports", {"file": file, **options})

    said = send()
    assert said.status_code == 201, said.content
    id_ = said.json()["id"]
    run_waiting()
    base = f"databases/requests/imports/{id_}"
    assert program("get", base).json()["counts"]["new"] == 1
    [row] = program("get", f"{base}/rows?kind=new").json()
    assert row["changes"][0] == {"label": "件名", "old": "", "new": "ちらし"}
    assert program("post", f"{base}/commit", {}).status_code == 202
    run_waiting()
    assert program("get", base).json()["state"] == "done"
    assert program("get", "databases/requests/records").json()["count"]["value"] == 1
    assert program("post", f"{base}/undo", {}).status_code == 202
    run_waiting()
    assert program("get", "databases/requests/records").json()["count"]["value"] == 0
    assert program("post", f"{base}/undo", {}).status_code == 409
    assert send(mapping='{"件名": "data.nowhere"}').status_code == 422
    assert send(key="data.state").status_code == 422
    assert len(program("get", "databases/requests/imports").json()["items"]) == 3


def test_a_state_is_known_by_the_labels_that_it_had(office, requests, sato):
    """Exported, renamed twice, imported: nothing changes; a name of two is told at its cell."""
    state = Field.objects.get(table="requests", key="state")

    def rename(**labels):
        state.refresh_from_db()
        known = [(one.value, one.label) for one in state.known_choices]
        choices = [{"value": v, "label": labels.get(v, label)} for v, label in known]
        members.edit_field(state, choices=choices, by=sato)

    rename(未対応="未着手")
    actions.add_record(requests, {"subject": "会報", "state": "未対応"}, by=None)
    content = office.get("/office/databases/requests/export/?format=csv").content
    assert "未着手" in content.decode("utf-8-sig")
    rename(未対応="これから")
    of = importing.receive(requests, ContentFile(content), "一覧.csv", by=sato)
    counts = importing.run_check(of, Quiet())
    assert (counts["same"], counts["wrong"]) == (1, 0)
    rename(完了="未着手")
    rename(完了="済み")
    of = importing.receive(requests, ContentFile(content), "一覧.csv", by=sato)
    assert importing.run_check(of, Quiet())["wrong"] == 1
    with override("ja"):
        assert "「未着手」は、複数の選択肢（これから、済み）が以前使っていた名前です" in str(
            of.problems.get().reason
        )
