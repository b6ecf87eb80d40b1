"""Made-up spreadsheets: the same ones each time, and as many people in them as they say."""

from __future__ import annotations

import csv
from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.people import person
from bench.spreadsheets import HEADERS, people_in, rows, write_csv, write_xlsx
from identity import normalise

ROWS = 400


def test_the_same_seed_makes_the_same_rows() -> None:
    assert list(rows(ROWS)) == list(rows(ROWS))
    assert list(rows(ROWS)) != list(rows(ROWS, seed=2))


def test_some_rows_are_about_somebody_who_stands_further_up() -> None:
    lines = {normalise("phone", str(row[2]), default_region="BR").identity for row in rows(ROWS, first=70)}
    assert lines == {
        point.identity
        for number in range(70, 70 + people_in(ROWS))
        for point in person(number).points
        if point.kind == "phone"
    }
    assert 0.9 * ROWS < people_in(ROWS) < 0.98 * ROWS


def test_both_kinds_of_file_hold_the_same_people(tmp_path: Path) -> None:
    table = list(rows(50))
    write_csv(tmp_path / "people.csv", table)
    write_xlsx(tmp_path / "people.xlsx", table)
    with (tmp_path / "people.csv").open(encoding="utf-8", newline="") as file:
        in_csv = list(csv.reader(file))
    in_xlsx = CalamineWorkbook.from_path(tmp_path / "people.xlsx").get_sheet_by_index(0).to_python()
    assert tuple(in_csv[0]) == tuple(in_xlsx[0]) == HEADERS
    assert [row[:5] for row in in_csv] == [row[:5] for row in in_xlsx]
    assert [row[8] for row in in_csv[1:]] == [str(row[8]) for row in in_xlsx[1:]]
