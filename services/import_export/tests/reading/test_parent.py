"""A file is read in a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.import_export.reading import parent

FACTS = {
    "fields": [],
    "teams": [],
    "users": [],
    "settings": {"default_region": "BR", "time_zone": "UTC", "allow_duplicates": False},
}


def a_file(folder: Path, content: bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_is_inspected_and_its_rows_are_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, "Name;Email\nJoão;joao@example.com\n\nAna;ana@example.com\n".encode())
    found = parent.inspect(path, filename=path.name, facts=FACTS)
    detected = found["detected"]
    assert (detected["encoding"], detected["separator"], detected["header_row"]) == ("utf-8", ";", 1)
    assert [column["to"] for column in found["suggested_mapping"]["columns"]] == ["name", "email"]
    mapping = {"columns": [{"column": "Name", "to": "name"}, {"column": "Email", "to": "email"}]}
    with parent.rows(path, filename=path.name, options=detected, mapping=mapping, facts=FACTS) as rows:
        (chunk,) = list(rows)
    assert [(row["n"], row["cells"], row["form"]["name"]) for row in chunk if row["form"]] == [
        (2, ["João", "joao@example.com"], "João"),
        (4, ["Ana", "ana@example.com"], "Ana"),
    ]
    assert rows.blank == 1


def test_reading_goes_on_after_a_row(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"Name\nAna\nBo\nCy\n")
    with parent.rows(path, filename=path.name, options={}, mapping=None, facts=FACTS, after=3) as rows:
        assert [row["n"] for chunk in rows for row in chunk] == [4]


def test_a_file_that_is_none_is_refused_with_a_reason(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"%PDF-1.7")
    with pytest.raises(parent.FileRefused) as refused:
        parent.inspect(path, filename=path.name, facts=FACTS)
    assert refused.value.code == "wrong_format"


def test_a_reader_that_is_not_needed_any_more_ends(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"Name\n" + b"Ana Maria\n" * 200_000)
    rows = parent.rows(path, filename=path.name, options={}, mapping=None, facts=FACTS)
    next(rows)
    rows.close()
    rows.close()
    assert list(rows) == []
