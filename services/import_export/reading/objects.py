"""The JSON that our own export writes: an array of objects, or an object on each line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from servicekit.confined.refused import FileRefused
from servicekit.json_objects import Pairs, objects_in
from services.import_export.formats.domain.cells import joined
from services.import_export.reading.domain.cells import Cell, text_of
from services.import_export.reading.limits import COLUMNS, ROWS
from services.import_export.reading.table import Findings, Options, Problem, Record


class Objects:
    """See `table.Table`. The columns are all keys of all objects; the first object is row 1."""

    rectangular = True

    def __init__(self, path: str, options: Options) -> None:
        self._path = Path(path)
        self.findings = Findings()
        self.options = replace(options, encoding="utf-8", header_row=0)
        found: dict[str, None] = {}
        for pairs in objects_in(self._path):
            found |= dict.fromkeys(key for key, _ in pairs)
            self.findings.rows += 1
            if len(found) > COLUMNS:
                raise FileRefused("too_many_columns", f"The objects have more than {COLUMNS} keys.")
            if self.findings.rows > ROWS:
                raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")
        self.names = list(found)
        self._places = {name: at for at, name in enumerate(self.names)}

    def records(self) -> Iterator[Record]:
        for n, pairs in enumerate(objects_in(self._path), 1):
            cells: list[Cell] = [None] * len(self.names)
            problems: list[Problem] = []
            seen: set[str] = set()
            for key, value in pairs:
                at = self._places[key]
                cells[at] = _cell(value, at, problems)
                if key in seen:
                    problems.append(Problem("repeated_key", at))
                seen.add(key)
            yield Record(n, cells, problems)


def _cell(value: Any, at: int, problems: list[Problem]) -> Cell:
    if isinstance(value, list) and not isinstance(value, Pairs):
        if any(isinstance(each, list) for each in value):
            problems.append(Problem("nested_value", at))
            return None
        return joined(text for each in value if (text := text_of(each))) or None
    if isinstance(value, Pairs):
        problems.append(Problem("nested_value", at))
        return None
    cell: Cell = None if value == "" else value
    return cell
