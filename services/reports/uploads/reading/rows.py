"""The objects of a file become cells of columns."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

from servicekit.confined.refused import FileRefused
from servicekit.json_objects import Pairs, values_in
from services.reports.uploads.domain import ids
from services.reports.uploads.domain.problems import Findings
from services.reports.uploads.domain.values import fit, is_unfit, number_of
from services.reports.uploads.reading.gathering import Gathered, Gatherer
from services.reports.uploads.reading.limits import COLUMNS, KEY_CHARACTERS, ROWS


class RowReader:
    """Reads the whole file into `gatherer`. `places`: the row of the file that each row is; `ids` of those
    rows, whose numbers are `with_id`, that have one."""

    def __init__(self, findings: Findings) -> None:
        self.gatherer = Gatherer()
        self.places = array("i")
        self.ids = bytearray()
        self.with_id = array("i")
        self._findings = findings
        self._usable: set[str] = set()

    def read(self, path: Path) -> None:
        """Raises FileRefused."""
        read = 0
        for read, value in enumerate(values_in(path), 1):
            if read > ROWS:
                raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")
            if isinstance(value, Pairs):
                self._row(read, value)
            else:
                self._findings.add("not_an_object", read)
        if read and not self.places:
            raise FileRefused("not_an_array", "The JSON is not an array of objects.")

    def _row(self, place: int, pairs: Pairs) -> None:
        row = len(self.places)
        self.places.append(place)
        cells = dict(pairs)
        if len(cells) < len(pairs):
            self._findings.add("repeated_key", place)
        for key, value in cells.items():
            if key not in self._usable and not self._take_up(key, place):
                continue
            if value is not None and value != "":
                self._cell(row, place, key, value)
        self._id(row, cells.get(ids.FIELD))
        self.gatherer.count(len(cells))

    def _take_up(self, key: str, place: int) -> bool:
        """A column more, also if it stays empty; unless none can be called that."""
        if not key.strip() or len(key) > KEY_CHARACTERS or is_unfit(key):
            self._findings.add("unusable_key", place)
            return False
        self._usable.add(key)
        self.gatherer.column(key)
        if len(self._usable) > COLUMNS:
            raise FileRefused("too_many_columns", f"The objects have more than {COLUMNS} keys.")
        return True

    def _cell(self, row: int, place: int, name: str, value: Any) -> None:
        column = self.gatherer.column(name)
        if not isinstance(value, list):
            self._add(column, row, place, name, value)
        elif isinstance(value, Pairs):
            self._findings.add("nested_value", place, name)
        else:
            self._list(column, row, place, name, value)

    def _list(self, column: Gathered, row: int, place: int, name: str, values: list[Any]) -> None:
        column.lists = True
        if any(isinstance(each, list) for each in values):
            self._findings.add("nested_value", place, name)
            return
        for each in values:
            if each is not None:
                self._add(column, row, place, name, each)

    def _add(self, column: Gathered, row: int, place: int, name: str, value: Any) -> None:
        if value.__class__ is str:
            if not value or value.isspace():
                return
            if is_unfit(value):
                self._findings.add("invalid_characters", place, name)
                value = fit(value)
        elif value.__class__ is not bool:
            value = number_of(value)
        column.add(row, value)

    def _id(self, row: int, value: Any) -> None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        self.ids += ids.id_of(value)
        self.with_id.append(row)
