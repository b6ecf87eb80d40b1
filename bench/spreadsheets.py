"""Spreadsheets of made-up people, as companies have them: for imports. Pure but for writing the file.

The people are those of people.py, by their numbers. One row in twenty is somebody who stands further up
already, with the number in another spelling.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from bench.people import INTERESTS, PLANS, TAGS, Person, person
from bench.rows import CITY_FIELD, FIELDS, INTERESTS_FIELD, PLAN_FIELD

Cell = str | int | date | None
TARGETS = {
    "Name": "name",
    "E-mail": "email",
    "Phone": "phone",
    "WhatsApp": "whatsapp",
    "Tags": "tags",
    "Plan": f"custom.{PLAN_FIELD}",
    "Interests": f"custom.{INTERESTS_FIELD}",
    "Score": "custom.bench_score",
    "Birthday": "custom.bench_birthday",
    "City": f"custom.{CITY_FIELD}",
}
HEADERS = tuple(TARGETS)
_DOUBLE = 0.05
_SPELLINGS = ("+55 {0} {1}-{2}", "({0}) {1}-{2}", "0{0} {1}{2}", "55{0}{1}{2}")


def rows(count: int, *, first: int = 0, seed: int = 1) -> Iterator[list[Cell]]:
    """So many rows, without the header. The first is the person with the number `first`."""
    dice = random.Random(seed)
    return (_row(person(first + number), dice) for number in _order(count, seed))


def people_in(count: int, *, seed: int = 1) -> int:
    """How many different people so many rows are about."""
    return max(_order(count, seed), default=-1) + 1


def _order(count: int, seed: int) -> Iterator[int]:
    """Whom each row is about: somebody new, or now and then one of those before."""
    dice, fresh = random.Random(seed), 0
    for _ in range(count):
        if fresh and dice.random() < _DOUBLE:
            yield dice.randrange(fresh)
        else:
            yield fresh
            fresh += 1


def mapping() -> dict[str, Any]:
    """Which column is what, as PUT …/mapping takes it."""
    return {"columns": [{"column": header, "to": target} for header, target in TARGETS.items()]}


def fields() -> Iterator[dict[str, Any]]:
    """The custom fields that the columns need, as POST /v1/custom-fields takes them."""
    options = {PLAN_FIELD: PLANS, INTERESTS_FIELD: INTERESTS}
    for key, type_ in FIELDS.items():
        labels = [{"label": label} for label in options.get(key, ())]
        field = {"key": key, "label": key.removeprefix("bench_").capitalize(), "type": type_}
        yield {**field, "options": labels} if labels else field


def write_csv(path: Path, table: Iterable[Sequence[Cell]]) -> None:
    """With its header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows(table)


def write_xlsx(path: Path, table: Iterable[Sequence[Cell]]) -> None:
    """With its header, numbers as numbers and dates as dates."""
    options = {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("Clientes")
        sheet.write_row(0, 0, HEADERS)
        for number, cells in enumerate(table, 1):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, column, cell)  # type: ignore[arg-type]
                elif cell is not None:
                    sheet.write(number, column, cell)


def _row(who: Person, dice: random.Random) -> list[Cell]:
    addresses = {point.kind: point.value for point in who.points}
    birthday = who.values.get("birthday")
    score, city = who.values.get("score"), who.values.get("city")
    return [
        who.name,
        addresses.get("email"),
        _spelt(addresses.get("phone"), dice),
        _spelt(addresses.get("whatsapp"), dice),
        ", ".join(TAGS[tag] for tag in who.tags) or None,
        None if who.plan is None else PLANS[who.plan],
        ", ".join(INTERESTS[interest] for interest in who.interests) or None,
        int(score) if score is not None else None,
        date.fromisoformat(str(birthday)) if birthday else None,
        None if city is None else str(city),
    ]


def _spelt(line: str | None, dice: random.Random) -> str | None:
    """A Brazilian mobile as one of many people types it."""
    if line is None:
        return None
    return dice.choice(_SPELLINGS).format(line[3:5], line[5:10], line[10:])
