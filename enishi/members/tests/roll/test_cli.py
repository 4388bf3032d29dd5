"""The commands of the roll: what a wrong value and what failed work end with."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from enishi.members.cli import app
from enishi.members.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def roll(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("会員番号,氏名,生年月日\n1,山田 花子,1985/4/1\n")
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--columns", "nonsense"],
        ["--as-of", "20xx"],
        ["--format", "pdf"],
        ["--encoding", "latin-1"],
    ],
)
def test_a_wrong_value_of_an_export_is_told_and_ends_with_2(
    tmp_path: Path, arguments: list[str]
) -> None:
    path = tmp_path / "out.csv"
    result = CliRunner().invoke(app, ["members", "export", str(path), *arguments, "--json"])

    told = json.loads(result.stdout)
    assert (result.exit_code, told["export"]) == (2, None)
    assert told["problem"] in result.stderr
    assert not path.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "out.csv"
    result = CliRunner().invoke(app, ["members", "export", str(path)])

    assert result.exit_code == 1
    assert str(path) in result.stderr


@pytest.mark.parametrize("arguments", [["--key", "shoe"], ["--map", "氏名=nonsense"]])
def test_a_wrong_value_of_an_import_ends_with_2(roll: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["members", "import", str(roll), *arguments, "--json"])

    assert result.exit_code == 2
    assert json.loads(result.stdout)["problem"] in result.stderr
    assert not Member.objects.exists()


def test_wrong_rows_end_an_import_with_1(roll: Path) -> None:
    roll.write_text(roll.read_text() + "2,林 愛,2099/13/1\n")
    result = CliRunner().invoke(app, ["members", "import", str(roll), "--json"])

    told = json.loads(result.stdout)
    assert (result.exit_code, told["wrong"], told["errors"][0]["line"]) == (1, 1, 3)
    assert not Member.objects.exists()


def test_an_import_that_does_not_exist_cannot_be_undone() -> None:
    assert CliRunner().invoke(app, ["members", "undo", "4711"]).exit_code == 2
