"""What an import cannot be faster than: reading the file, reading its phone numbers, writing the rows.

Each is one process on one core with nothing around it, in rows a second.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from uuid import UUID

import phonenumbers
import psycopg
from phonenumbers import PhoneNumberFormat
from python_calamine import CalamineWorkbook

from bench import generate
from bench.spreadsheets import HEADERS, Cell

_LINES = (HEADERS.index("Phone"), HEADERS.index("WhatsApp"))
_STRANGERS = 2_000_000  # numbers of people who are in no file


def reading(path: Path) -> float:
    """calamine for a workbook, csv for text."""
    begin = time.perf_counter()
    if path.suffix == ".xlsx":
        count = len(CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python())
    else:
        with path.open(encoding="utf-8", newline="") as file:
            count = sum(1 for _ in csv.reader(file))
    return count / (time.perf_counter() - begin)


def phone_numbers(table: Sequence[Sequence[Cell]]) -> float:
    """Parsed, looked at, and written in E.164: the library alone."""
    some = list(islice(table, 5_000))
    begin = time.perf_counter()
    for row in some:
        for column in _LINES:
            if text := row[column]:
                number = phonenumbers.parse(str(text), "BR")
                phonenumbers.is_valid_number(number)
                phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return len(some) / (time.perf_counter() - begin)


def copying(connection: psycopg.Connection, count: int, *, teams: Sequence[UUID]) -> float:
    """COPY of so many customers into the tables of the product, with their indexes and foreign keys."""
    return count / generate.add(connection, count, first=_STRANGERS, teams=teams)
