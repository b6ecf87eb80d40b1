"""From the cells of a file to its copy by columns."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from services.reports.uploads.columnar import CopyWriter, Int32
from services.reports.uploads.domain import ids
from services.reports.uploads.domain.contacts import is_contact
from services.reports.uploads.domain.problems import FIRST, Findings
from services.reports.uploads.domain.shown import SAMPLES, shown
from services.reports.uploads.domain.values import TEXT, Kind, kind_of, text_of, type_of
from services.reports.uploads.reading.gathering import Stretches
from services.reports.uploads.reading.rows import RowReader

Json = dict[str, Any]
Live = Mapping[str, Mapping[str, str]]
_LISTS: Final = ("multiselect", "tags", "teams")


def write_copy(reader: RowReader, findings: Findings, live: Live, file: IO[bytes]) -> Json:
    """Writes what was read, and says what it is. `live`: label and type of the fields there are today."""
    places = np.array(reader.places, dtype=np.int32)
    kept, ids_kept, with_id = _first_of_each_id(reader, places, findings)
    rows = Rows(kept, places)
    writer = CopyWriter(file)
    writer.ids(ids_kept, rows.numbers[with_id])
    for field, lists, cells in reader.gatherer.take():
        cells.only(kept, rows.numbers)
        _write_column(writer, rows, field, lists, cells, findings, live.get(field, {}))
    columns = writer.close(rows=rows.count)
    return {"rows": rows.count, "columns": columns, "problems": findings.dump()}


class Rows:
    """Those that count. `numbers`: which of them a row of the file is, by the order of the file."""

    def __init__(self, kept: NDArray[np.bool_], places: Int32) -> None:
        self.numbers: Int32 = np.cumsum(kept, dtype=np.int32) - 1
        self.places = places[kept]
        self.count = int(kept.sum())


def _first_of_each_id(
    reader: RowReader, places: Int32, findings: Findings
) -> tuple[NDArray[np.bool_], bytes, Int32]:
    """Which rows count, and the ids of those that have one with the rows that these are."""
    kept = np.ones(len(places), dtype=np.bool_)
    with_id = np.array(reader.with_id, dtype=np.int32)
    halves = np.frombuffer(bytes(reader.ids), dtype=">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0]))  # stable: of those with one id the first comes first
    again = np.zeros(len(order), dtype=np.bool_)
    again[1:] = (halves[order][1:] == halves[order][:-1]).all(axis=1)
    repeated = np.sort(order[again])
    kept[with_id[repeated]] = False
    findings.add_many("repeated_id", places[with_id[repeated[:FIRST]]].tolist(), len(repeated), ids.FIELD)
    first = np.ones(len(with_id), dtype=np.bool_)
    first[repeated] = False
    return kept, halves[first].tobytes(), with_id[first]


def _write_column(
    writer: CopyWriter,
    rows: Rows,
    field: str,
    lists: bool,
    cells: Stretches,
    findings: Findings,
    live: Mapping[str, str],
) -> None:
    lists = lists or live.get("type") in _LISTS
    type = _settle(cells, rows, field, lists, findings, live.get("type"))
    if lists:
        cells.once_in_a_row()
    about = {
        "field": field,
        "label": live.get("label") or field,
        "type": type,
        "several": lists,
        "contact": is_contact(field, cells.values, type, ours=bool(live)),
        "samples": [shown(value) for value in cells.values[:SAMPLES]],
        "filled": len(np.unique(cells.rows)) if lists else len(cells.rows),
        "distinct": len(cells.values),
    }
    codes, starts = _lists(cells, rows.count) if lists else (_one_each(cells, rows.count), None)
    writer.column(about, cells.values, codes, starts)


def _settle(
    cells: Stretches, rows: Rows, field: str, lists: bool, findings: Findings, live: str | None
) -> str:
    """Makes all values of one type, and says which."""
    kinds = [kind_of(value) for value in cells.values]
    all_kinds = Kind(sum(set(kinds)))
    type = type_of(cells.values, all_kinds, live=live)
    if not (lists or type == TEXT) or all_kinds in (Kind.NONE, Kind.TEXT):
        return "list" if lists else type
    if not lists:
        odd = np.array([kind != Kind.TEXT for kind in kinds])[cells.codes]
        findings.add_many("mixed_types", rows.places[cells.rows[odd][:FIRST]].tolist(), int(odd.sum()), field)
    cells.replace([value if isinstance(value, str) else text_of(value) for value in cells.values])
    return "list" if lists else type


def _one_each(cells: Stretches, count: int) -> Int32:
    codes = np.full(count, -1, dtype=np.int32)
    codes[cells.rows] = cells.codes
    return codes


def _lists(cells: Stretches, count: int) -> tuple[Int32, Int32]:
    """Rows came in order, so their cells are in order."""
    starts = np.zeros(count + 1, dtype=np.int32)
    np.cumsum(np.bincount(cells.rows, minlength=count), out=starts[1:])
    return cells.codes, starts


class Pipe(io.RawIOBase):
    """A file that is written from its beginning to its end, in pieces that `send` takes."""

    def __init__(self, send: Any) -> None:
        self._send = send

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._send(bytes(block))
        return len(block)
