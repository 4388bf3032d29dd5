"""Files of records: made at once or in the background, by hand or by command."""

import json

import pytest
from django.test import Client
from typer.testing import CliRunner

from enishi.accounts.models import Role, User
from enishi.core import clock
from enishi.members.actions import add_field
from enishi.records import actions
from enishi.records.cli import app
from enishi.records.exporting import actions as exporting
from enishi.records.models import Record, RecordExport

pytestmark = pytest.mark.django_db
runner = CliRunner()


@pytest.fixture
def files(tmp_path, settings):
    kept = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files", "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "default": kept}


def test_many_records_are_exported_by_a_job(
    office, requests, files, run_jobs, monkeypatch, settings
):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    for number in range(5):
        actions.add_record(requests, {"subject": f"件{number}", "state": "完了"}, by=None)
    actions.add_record(requests, {"subject": "別", "state": "未対応"}, by=None)
    asked = office.get("/office/databases/requests/export/?f.state=完了&format=csv")
    assert asked.status_code == 302
    page = office.get(asked.url).content.decode()
    assert "hx-get" in page, "the page waits for the file"
    run_jobs()
    assert "5件" in office.get(asked.url).content.decode()
    said = office.get(f"{asked.url}file/")
    text = b"".join(said.streaming_content).decode("utf-8-sig")
    assert [line.split(",")[2] for line in text.splitlines()[1:]] == [f"件{n}" for n in "43210"]
    made = RecordExport.objects.get()
    with clock.at(made.expires_at + exporting.KEPT_FOR):
        assert office.get(f"{asked.url}file/").status_code == 404
        assert "もう一度書き出" in office.get(asked.url).content.decode()
        assert exporting.forget_expired() == 1


def test_the_list_of_exports_holds_small_ones_too(office, requests, files, sato):
    page = office.get("/office/databases/requests/exports/").content.decode()
    assert "まだ書き出しはありません" in page
    actions.add_record(requests, {"subject": "一", "state": "完了"}, by=None)
    said = office.get("/office/databases/requests/export/?format=csv")
    text = said.content
    made = RecordExport.objects.get()
    page = office.get("/office/databases/requests/exports/").content.decode()
    assert made.name in page
    assert "佐藤" in page
    again = office.get(f"/office/databases/requests/exports/{made.pk}/file/")
    assert b"".join(again.streaming_content) == text
    with clock.at(made.expires_at + exporting.KEPT_FOR):
        exporting.forget_expired()
    page = office.get("/office/databases/requests/exports/").content.decode()
    assert made.name in page
    assert "/file/" not in page


def test_a_filter_that_cannot_be_read_is_not_everything(office, requests, files):
    actions.add_record(requests, {"subject": "一", "copies": 2}, by=None)
    asked = office.get("/office/databases/requests/export/?f.copies_from=abc&format=csv")
    assert asked.status_code == 302
    assert "f.copies_from=abc" in asked.url
    assert not RecordExport.objects.exists()


def test_a_file_with_a_hidden_field_is_nobody_s_who_may_not_see_it(
    office, requests, files, run_jobs, sato
):
    actions.add_record(requests, {"subject": "一"}, by=None)
    add_field(
        table="requests",
        key="secret",
        label_ja="秘密",
        type="text",
        seen_by=["administrator"],
        by=sato,
    )
    made = exporting.start(requests, filters={}, wanted="csv", by=sato)
    run_jobs()
    clerk = User.objects.create_user("clerk@example.jp", name="係", is_staff=True)
    rights = ["records.view", "records.export", "office.view"]
    clerk.roles.add(Role.objects.create(key="clerk", name="係", rights=rights))
    other = Client()
    other.force_login(clerk)
    url = f"/office/databases/requests/exports/{made.pk}/"
    assert office.get(url).status_code == 200
    assert other.get(url).status_code == 404
    assert other.get(f"{url}file/").status_code == 404


def test_the_commands_import_export_and_undo(requests, files, tmp_path):
    list_ = tmp_path / "受付.csv"
    list_.write_bytes("件名,状態,部数\nＡ社,完了,2\nB社,未対応,x\n".encode("cp932"))
    refused = runner.invoke(app, ["records", "import", "requests", str(list_), "--json"])
    assert refused.exit_code == 1
    told = json.loads(refused.stdout.splitlines()[0])
    assert (told["rows"], told["new"], told["wrong"]) == (2, 1, 1)
    assert [(one["line"], one["column"], one["value"]) for one in told["errors"]] == [
        (3, "部数", "x")
    ]
    assert not Record.objects.exists()
    options = ["--on-error", "skip", "--json"]
    done = runner.invoke(app, ["records", "import", "資料請求", str(list_), *options])
    assert done.exit_code == 0, done.output
    number = json.loads(done.stdout)["import"]
    kept = Record.objects.get().data
    assert (kept["state"], kept["copies"]) == ("完了", 2)
    out = tmp_path / "out.csv"
    told = runner.invoke(app, ["records", "export", "requests", str(out), "--json"])
    assert json.loads(told.stdout)["rows"] == 1
    again = runner.invoke(app, ["records", "import", "requests", str(out), "--json"])
    assert json.loads(again.stdout)["same"] == 1, "an export comes back without a change"
    undone = runner.invoke(app, ["records", "undo", str(number), "--json"])
    assert json.loads(undone.stdout)["removed"] == 1
    assert not Record.objects.present().exists()
    nothing = runner.invoke(app, ["records", "export", "nothing", str(out), "--json"])
    assert nothing.exit_code == 2
    assert "requests" in json.loads(nothing.stdout.splitlines()[0])["problem"]


def test_a_program_asks_waits_and_fetches(program, requests, files, run_jobs):
    for number in range(3):
        actions.add_record(requests, {"subject": f"件{number}", "state": "完了"}, by=None)
    path = "databases/requests/exports"
    for body, field in (
        ({"filters": {"f.nothing": "x"}}, "filters.f.nothing"),
        ({"format": "pdf"}, "format"),
    ):
        refused = program("post", path, body)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    asked = program("post", path, {"filters": {"f.state": "完了"}})
    assert asked.status_code == 202
    one = f"{path}/{asked.json()['id']}"
    assert program("get", f"{one}/file").status_code == 404
    run_jobs()
    told = program("get", one).json()
    assert (told["state"], told["rows"]) == ("done", 3)
    assert [row["id"] for row in program("get", path).json()["items"]] == [told["id"]]
    text = b"".join(program("get", f"{one}/file").streaming_content).decode("utf-8-sig")
    assert "件0" in text
    RecordExport.objects.update(columns=["subject", "gone"])
    assert program("get", one).status_code == 404, "with a column that is not to be seen"


@pytest.mark.parametrize("label", ["摘要", "会員番号", "レコード番号", "Record number"])
def test_fields_of_one_label_come_back_into_their_own(requests, files, tmp_path, sato, label):
    for key in ("one", "two"):
        add_field(table="requests", key=key, label_ja=label, type="text", by=sato)
    said = {"subject": "件", "state": "完了", "one": "い", "two": "ろ"}
    actions.add_record(requests, said, by=None)
    out = tmp_path / "out.csv"
    runner.invoke(app, ["records", "export", "requests", str(out), "--json"])
    again = runner.invoke(app, ["records", "import", "requests", str(out), "--json"])
    told = json.loads(again.stdout)
    assert (told["same"], told["changed"], told["new"]) == (1, 0, 0)
    assert said.items() <= Record.objects.get().data.items()
