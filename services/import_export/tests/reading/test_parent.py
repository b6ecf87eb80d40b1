"""A file is read in a process of its own."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from services.import_export.reading import parent
from services.import_export.tests.reading.files import sheet_of

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


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    cell = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>Name</t></is></c></row>'
    path = a_file(tmp_path, sheet_of(cell.format(1, "A") + cell.format(1_048_576, "ZZ")), "far.xlsx")
    with pytest.raises(parent.FileRefused) as refused:
        parent.inspect(path, filename=path.name, facts=FACTS)
    assert refused.value.code == "too_large_to_read"


def test_quotes_without_end_do_not_hold_the_reader_up(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"Name,Note\n" + b'a","b\n' * 900_000)
    started = time.monotonic()
    with pytest.raises(parent.FileRefused) as refused:
        parent.inspect(path, filename=path.name, facts=FACTS)
    assert refused.value.code == "damaged_quotes"
    assert time.monotonic() - started < 10


def test_the_reader_knows_no_secret_of_its_parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:a-secret@host/db")
    path = a_file(tmp_path, b"Name\n" + b"Ana Maria\n" * 200_000)
    before = _children()
    with parent.rows(path, filename=path.name, options={}, mapping=None, facts=FACTS) as rows:
        next(rows)
        (child,) = _children() - before
        environment = Path(f"/proc/{child}/environ").read_bytes()
        limits = Path(f"/proc/{child}/limits").read_text()
    assert b"PYTHONPATH" in environment
    assert b"a-secret" not in environment
    assert "Max file size             0 " in limits


def _children() -> set[str]:
    me = Path("/proc/self/task")
    return {pid for task in me.iterdir() for pid in (task / "children").read_text().split()}
