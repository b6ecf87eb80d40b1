"""Files as they are written: what a spreadsheet finds in the cells, and nothing that it would run."""

from __future__ import annotations

import json
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from services.import_export.formats import workbooks
from services.import_export.formats.domain.columns import Column
from services.import_export.formats.writers import CannotBeWritten, Options, open_writer

ZONE = ZoneInfo("America/Sao_Paulo")
COLUMNS = [
    Column("id", "ID"),
    Column("name", "Name"),
    Column("tags", "Tags", "list"),
    Column("custom.score", "Score", "number"),
    Column("custom.vip", "=VIP", "boolean"),
    Column("custom.born", "Born", "date"),
    Column("created_at", "Created at", "datetime"),
    Column("custom.seen", "Seen", "datetime"),
]
MARIA = [
    "007", "=Maria", ["a,b", "c"], -1234.5, True, "1990-02-28", "2024-05-01T12:30:00.250000Z",
    "2024-05-01T12:30:00.000000Z",
]  # fmt: skip
EMPTY = ["008", 'Ana; "A"\nSilva', None, None, None, None, None, None]
OLD = ["009", "+5511987654321", ["=x"], 1.234, False, "1899-12-31", "1870-01-01T00:00:00Z",
       "2024-05-01T12:30:00.000001Z"]  # fmt: skip


def written(folder: Path, format: str, *pages: list[Any], columns: Any = COLUMNS, **options: Any) -> Path:
    path = folder / f"out.{format}"
    writer = open_writer(format, path, columns, Options(zone=ZONE, folder=folder, **options))
    try:
        for rows in pages:
            writer.write(rows)
        writer.close()
    except CannotBeWritten:
        writer.abandon()
        raise
    assert list(folder.iterdir()) == [path]
    return path


def test_csv(tmp_path: Path) -> None:
    text = written(tmp_path, "csv", [MARIA], [], [EMPTY, OLD]).read_bytes().decode()
    assert text.split("\r\n") == [
        '\ufeff"ID","Name","Tags","Score","\'=VIP","Born","Created at","Seen"',
        '007,\'=Maria,"""a,b"", c",-1234.5,true,1990-02-28,'
        "2024-05-01T09:30:00.250000-03:00,2024-05-01T09:30:00-03:00",
        '008,"Ana; ""A""\nSilva",,,,,,',
        "009,+5511987654321,'=x,1.2340,false,1899-12-31,"
        "1870-01-01T00:00:00+00:00,2024-05-01T09:30:00.000001-03:00",
        "",
    ]


def test_csv_with_another_separator_and_no_mark(tmp_path: Path) -> None:
    columns = COLUMNS[:2]
    path = written(
        tmp_path, "csv", [["1", "a;b"], ["2", "a,b"]], columns=columns, byte_order_mark=False, separator=";"
    )
    assert path.read_bytes() == b'"ID";"Name"\r\n1;"a;b"\r\n2;a,b\r\n'


def test_a_workbook_has_typed_cells(tmp_path: Path) -> None:
    path = written(tmp_path, "xlsx", [MARIA], [EMPTY, OLD])
    header, maria, ana, old = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert header == ["ID", "Name", "Tags", "Score", "=VIP", "Born", "Created at", "Seen"]
    assert maria == [
        "007", "=Maria", '"a,b", c', -1234.5, True, date(1990, 2, 28), datetime(2024, 5, 1, 9, 30),
        datetime(2024, 5, 1, 9, 30),
    ]  # fmt: skip
    assert ana == ["008", 'Ana; "A"\nSilva', "", "", "", "", "", ""]
    assert old[3:] == [
        1.234, False, "1899-12-31", "1870-01-01T00:00:00+00:00", "2024-05-01T09:30:00.000001-03:00"
    ]  # fmt: skip


def test_a_workbook_has_no_formula_no_link_and_a_header_that_stays(tmp_path: Path) -> None:
    hostile = ["=1+1", "http://evil.example", "mailto:a@b.c", "internal:Sheet1!A1", "{=1}", "1", "@SUM(A1)"]
    path = written(tmp_path, "xlsx", [["1", text] for text in hostile], columns=COLUMNS[:2])
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert not [name for name in book.namelist() if "rels" in name and "sheet" in name]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert '<pane ySplit="1"' in sheet
    assert sheet.count('t="inlineStr"') == 2 + 2 * len(hostile)


def test_a_time_that_comes_twice_a_year_stays_a_text(tmp_path: Path) -> None:
    autumn = "2024-11-03T06:30:00.000000Z"  # 01:30 in New York, for the second time
    column = Column("custom.seen", "Seen", "datetime")
    path = tmp_path / "out.xlsx"
    writer = open_writer("xlsx", path, [column], Options(zone=ZoneInfo("America/New_York"), folder=tmp_path))
    writer.write([[autumn]])
    writer.close()
    assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1] == [
        "2024-11-03T01:30:00-05:00"
    ]


def test_what_a_workbook_has_no_room_for_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotBeWritten) as refusal:
        written(tmp_path, "xlsx", [["1", "x" * 32_768]], columns=COLUMNS[:2])
    assert refusal.value.code == "cell_too_long"
    monkeypatch.setattr(workbooks, "MAX_SHEET_ROWS", 2)
    with pytest.raises(CannotBeWritten) as refusal:
        written(tmp_path, "xlsx", [["1", "x"]] * 2, [["2", "x"]], columns=COLUMNS[:2])
    assert refusal.value.code == "too_many_rows"


@pytest.mark.parametrize("format", ["csv", "xlsx", "json"])
def test_what_is_given_up_leaves_nothing_but_the_file(tmp_path: Path, format: str) -> None:
    path = tmp_path / "out"
    folder = tmp_path / "folder"
    folder.mkdir()
    writer = open_writer(format, path, COLUMNS, Options(folder=folder))
    writer.write([MARIA])
    writer.abandon()
    del writer
    with pytest.raises((KeyError, zipfile.BadZipFile, FileNotFoundError)):
        zipfile.ZipFile(path)


@pytest.mark.parametrize("rows", [[], [MARIA], [MARIA, EMPTY, OLD]])
def test_json(tmp_path: Path, rows: list[Any]) -> None:
    pages = [rows[:1], [], rows[1:]]
    expected = [dict(zip([c.key for c in COLUMNS], row, strict=True)) for row in rows]
    assert json.loads(written(tmp_path, "json", *pages).read_bytes()) == expected
    (tmp_path / "out.json").unlink()
    lines = written(tmp_path, "json", *pages, ndjson=True).read_bytes().splitlines()
    assert [json.loads(line) for line in lines] == expected
