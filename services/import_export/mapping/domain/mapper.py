"""From the cells of a row to what they say about a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.import_export.mapping.domain.cells import Put, put_for
from services.import_export.mapping.domain.columns import header_of, places
from services.import_export.mapping.domain.forms import Mapped, Row
from services.import_export.mapping.domain.rules import rules_of
from services.import_export.mapping.domain.targets import IGNORED, NAMES, find_target
from services.import_export.mapping.domain.texts import content, written
from services.import_export.mapping.domain.wrong import Cell, Columns, Facts, Wrong

__all__ = ["Mapped", "Mapper"]


@dataclass(frozen=True, slots=True)
class _Step:
    """One column that goes somewhere. `at`: its place among the cells."""

    at: int
    header: str
    to: str
    put: Put


@dataclass(frozen=True, slots=True)
class _Constant:
    """`added`: to what the row has; else it stands where the row has nothing."""

    to: str
    added: bool
    put: Put
    value: Cell


class Mapper:
    """Reads rows by a mapping that `read_mapping` accepted. A row never raises and never changes the next."""

    def __init__(self, mapping: Mapping[str, Any], facts: Facts, columns: Columns) -> None:
        """`columns` as the reader found them, in the order of the cells."""
        self._columns, self._facts, self._places = columns, facts, places(columns)
        self._steps = [
            self._step(entry) for entry in mapping["columns"] if entry["to"] not in (None, IGNORED)
        ]
        self._constants = list(self._constant_steps(mapping.get("constants") or {}))
        self._instead = [self._places[each] for each in mapping.get("name_from") or ()]
        self._named = [step.header for step in self._steps if step.to in NAMES]

    def row(self, cells: Sequence[Cell]) -> Mapped:
        """What the row says, or why it cannot be read."""
        row = Row()
        for step in self._steps:
            if step.at < len(cells) and (cell := cells[step.at]) is not None and cell != "":
                _read(row, step.header, step.put, cell)
        for each in self._constants:
            if each.added or not _has(row, each.to):
                _read(row, None, each.put, each.value)
        self._name(row, cells)
        if row.errors:
            return Mapped(None, [], row.errors, row.warnings)
        if not row.keys:
            row.warn(None, "no_key", "no address and no id: the row meets nobody")
        return Mapped(row.form, row.keys, [], row.warnings)

    def _step(self, entry: Mapping[str, Any]) -> _Step:
        at = self._places[entry["column"]]
        return _Step(at, header_of(self._columns[at]), entry["to"], self._put(entry, self._columns[at]))

    def _constant_steps(self, constants: Mapping[str, Any]) -> Iterator[_Constant]:
        for key, value in constants.items():
            target = find_target(key, self._facts)
            put = self._put({"to": key}, {})
            for each in value if isinstance(value, list) else [value]:
                yield _Constant(key, target is not None and target.is_list, put, each)

    def _put(self, entry: Mapping[str, Any], column: Mapping[str, Any]) -> Put:
        target = find_target(entry["to"], self._facts)
        if target is None:
            return _gone
        return put_for(target, rules_of(entry.get("as") or {}, column, self._facts))

    def _name(self, row: Row, cells: Sequence[Cell]) -> None:
        """A row with an id may leave the name as it is."""
        try:
            if not row.is_named:
                self._name_instead(row, cells)
            if row.is_named or "id" not in row.form:
                row.form["name"] = row.name()
        except Wrong as wrong:
            if not any(error["column"] in self._named for error in row.errors):
                row.refuse(self._named[0] if self._named else None, wrong)

    def _name_instead(self, row: Row, cells: Sequence[Cell]) -> None:
        for at in self._instead:
            if at < len(cells) and isinstance(text := content(cells[at]), str):
                row.names.append(text)
                return


def _read(row: Row, header: str | None, put: Put, cell: Cell) -> None:
    try:
        put(row, cell)
    except Wrong as wrong:
        row.refuse(header, wrong)
    if row.notes:
        for code, detail in row.notes:
            row.warn(header, code, detail)
        row.notes.clear()


def _has(row: Row, target: str) -> bool:
    return target in row.form or target.removeprefix("custom.") in row.form.get("custom", ())


def _gone(row: Row, cell: Cell) -> None:
    if written(cell) is not None:
        raise Wrong("unknown_field", "somebody has archived the custom field of this column")
