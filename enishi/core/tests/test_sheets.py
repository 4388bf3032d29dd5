"""Tables for spreadsheets."""

from typing import Any

import pytest

from enishi.core.sheets import csv_download, plain_cell


@pytest.mark.parametrize("text", ["=1+1", "＝1+1", "-2", "@x", "'=1", "\t=1"])
def test_no_cell_is_run(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "山田", "1-2-3", "a=b"])
def test_plain_words_stay(text: str) -> None:
    assert plain_cell(text) == text


def test_a_file_that_excel_opens() -> None:
    answer: Any = csv_download([("番号", "名前"), (1, "=cmd")], "list.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="list.csv"'
    assert b"".join(answer.streaming_content).decode() == "\ufeff番号,名前\r\n1,'=cmd\r\n"
