"""The JSON that our own export writes: an array of objects, or an object on each line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from services.import_export.formats.domain.cells import joined
from services.import_export.reading.domain.cells import Cell, text_of
from services.import_export.reading.domain.problems import FileRefused
from services.import_export.reading.limits import COLUMNS, LINE_BYTES, MEGABYTE, ROWS
from services.import_export.reading.table import Findings, Options, Problem, Record

_SPACE: Final = " \t\r\n"


class Objects:
    """See `table.Table`. The columns are all keys of all objects; the first object is row 1."""

    rectangular = True

    def __init__(self, path: str, options: Options) -> None:
        self._path = Path(path)
        self.findings = Findings()
        self.options = replace(options, encoding="utf-8", header_row=0)
        found: dict[str, None] = {}
        for pairs in self._objects():
            found |= dict.fromkeys(key for key, _ in pairs)
            self.findings.rows += 1
            if len(found) > COLUMNS:
                raise FileRefused("too_many_columns", f"The objects have more than {COLUMNS} keys.")
            if self.findings.rows > ROWS:
                raise FileRefused("too_many_rows", f"The file has more than {ROWS:,} rows.")
        self.names = list(found)
        self._places = {name: at for at, name in enumerate(self.names)}

    def records(self) -> Iterator[Record]:
        for n, pairs in enumerate(self._objects(), 1):
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

    def _objects(self) -> Iterator[list[tuple[str, Any]]]:
        decoder = json.JSONDecoder(
            object_pairs_hook=_Pairs, parse_constant=_refuse_constant, parse_float=_finite
        )
        with self._path.open(encoding="utf-8-sig") as file:
            text = _Text(file, decoder)
            try:
                yield from text.array() if text.next_character() == "[" else text.lines()
            except UnicodeDecodeError as error:
                raise FileRefused("invalid_encoding", "The file is not UTF-8, as JSON is.") from error
            except RecursionError as error:
                raise FileRefused("json_too_deep", "The objects hold objects that hold others.") from error


class _Pairs(list[tuple[str, Any]]):
    """An object with all its keys, also those that come twice."""


class _Text:
    """A window that moves over the text, so that a file of any length takes the memory of one object."""

    def __init__(self, file: Any, decoder: json.JSONDecoder) -> None:
        self._file, self._decoder = file, decoder
        self._window, self._at = "", 0

    def next_character(self) -> str:
        """The next one that is no space, which stays where it is; empty at the end."""
        while True:
            while self._at < len(self._window):
                if (character := self._window[self._at]) not in _SPACE:
                    return character
                self._at += 1
            if not self._read():
                return ""

    def array(self) -> Iterator[_Pairs]:
        self._at += 1
        if self.next_character() != "]":
            yield self._object()
            while self.next_character() == ",":
                self._at += 1
                self.next_character()
                yield self._object()
        if self.next_character() != "]":
            raise _broken()
        self._at += 1
        if self.next_character():
            raise _broken()

    def lines(self) -> Iterator[_Pairs]:
        while self.next_character():
            yield self._object()

    def _object(self) -> _Pairs:
        if self.next_character() != "{":
            raise FileRefused("not_an_array", "The JSON is not an array of objects.")
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._window, self._at)
            except ValueError as error:
                if len(self._window) - self._at > LINE_BYTES or not self._read():
                    raise _broken() from error
            else:
                assert isinstance(value, _Pairs)
                return value

    def _read(self) -> bool:
        block = self._file.read(MEGABYTE)
        self._window, self._at = self._window[self._at :] + block, 0
        return bool(block)


def _cell(value: Any, at: int, problems: list[Problem]) -> Cell:
    if isinstance(value, list) and not isinstance(value, _Pairs):
        if any(isinstance(each, list) for each in value):
            problems.append(Problem("nested_value", at))
            return None
        return joined(text for each in value if (text := text_of(each))) or None
    if isinstance(value, _Pairs):
        problems.append(Problem("nested_value", at))
        return None
    cell: Cell = None if value == "" else value
    return cell


def _refuse_constant(name: str) -> Any:
    raise FileRefused("json_not_a_number", f"{name} is no value of JSON.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse_constant(text[:20])
    return number


def _broken() -> FileRefused:
    return FileRefused("broken_json", "The JSON is damaged, or only a part of it was uploaded.")
