"""What was found out about a file may be overruled."""

from __future__ import annotations

import csv as csv_reader
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicekit.confined.refused import FileRefused
from services.import_export.reading import detection, inspection, staging
from services.import_export.reading.domain.separators import most_likely
from services.import_export.tests.reading.files import csv, xlsx

FACTS: dict[str, Any] = {"fields": [], "teams": [], "users": [], "settings": {}}


def cells(path: Path, **options: Any) -> list[list[str | None]]:
    table = detection.opened(str(path), filename=path.name, options=options)
    lines = staging.lines(table, mapping=None, facts=FACTS, after=0)
    return [row["cells"] for line in lines for row in orjson.loads(line).get("rows", ())]


@pytest.fixture
def short_cells() -> Iterator[None]:
    """A cell holds a hundred characters at most."""
    usual = csv_reader.field_size_limit(100)
    yield
    csv_reader.field_size_limit(usual)


@pytest.mark.usefixtures("short_cells")
def test_the_separator_is_found_before_a_quote_that_takes_in_more_than_a_cell_holds() -> None:
    assert most_likely(["Name;Town", "Ana;Rio", '"' + "a" * 60, "b" * 60], '"') == ";"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(csv("Name;Town", "JoÃ£o;'a,b'", "Ana;SÃ£o Paulo"))
    return path


def test_text_that_was_encoded_twice_is_repaired_if_somebody_says_so(text: Path) -> None:
    assert cells(text, repair_encoding=True) == [["João", "'a,b'"], ["Ana", "São Paulo"]]


def test_another_encoding_separator_and_quote(text: Path) -> None:
    assert cells(text, encoding="windows-1252", separator=",", quote="'")[1] == ["Ana;SÃƒÂ£o Paulo"]


def test_another_header(text: Path) -> None:
    assert cells(text, header_row=2) == [["Ana", "SÃ£o Paulo"]]
    assert cells(text, header_row=0)[0] == ["Name", "Town"]


def test_another_sheet(tmp_path: Path) -> None:
    def with_a_hidden_one(book: Any, _sheet: Any) -> None:
        hidden = book.add_worksheet("Hidden")
        hidden.hide()
        hidden.write_column(0, 0, ["Name", "Cy"])

    path = tmp_path / "people.xlsx"
    path.write_bytes(xlsx(and_then=with_a_hidden_one))
    assert cells(path, sheet="Hidden") == [["Cy"]]
    with pytest.raises(FileRefused) as refused:
        cells(path, sheet="None of this name")
    assert refused.value.code == "no_such_sheet"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"encoding": "rot13"}, "unknown_encoding"),
        ({"format": "xlsx"}, "wrong_format"),
        ({"header_row": 99}, "no_header"),
        ({"separator": ""}, "invalid_reading"),
        ({"separator": "::"}, "invalid_reading"),
        ({"separator": '"'}, "invalid_reading"),
        ({"quote": "xx"}, "invalid_reading"),
        ({"header_row": "first"}, "invalid_reading"),
        ({"sheet": 1}, "invalid_reading"),
    ],
)
def test_an_option_that_cannot_be_is_refused(text: Path, options: dict[str, Any], code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        cells(text, **options)
    assert refused.value.code == code


def test_what_is_in_force_reads_the_same_rows_again(text: Path) -> None:
    table = detection.opened(str(text), filename=text.name, options={})
    assert cells(text, **inspection.inspected(table, FACTS)["detected"]) == cells(text)
