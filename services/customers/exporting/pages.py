"""A page of an export: the next customers of a selection in the order of their ids, as cells.

Ids never change, so each customer is exported once whatever is edited meanwhile. Merged ones are one row.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from servicekit.errors import Invalid
from services.customers.exporting import queries
from services.customers.exporting.domain.cells import Names, Place, Points, Row, parts_of, reader_of
from services.customers.exporting.domain.columns import Column
from services.customers.filters.context import Asker
from services.customers.messages import shown_points
from services.customers.search.ordering import Order
from services.customers.search.selection import Selection, end_of_range, matching

# Rows of two hundred long texts must fit into an answer; ordinary ones are some hundred bytes.
MAX_BYTES: Final = 2_000_000
CHUNK: Final = 500
RANGE: Final = 20_000
_RANGED: Final = "ranged:"


@dataclass(frozen=True, slots=True)
class Position:
    """Where an export goes on. `ranged`: the selection is too dear to look for in everybody at once."""

    after: UUID | None = None
    ranged: bool = False

    @classmethod
    def load(cls, given: Any) -> Position:
        """Raises Invalid."""
        if given is None:
            return cls()
        try:
            ranged = given.startswith(_RANGED)
            return cls(UUID(given.removeprefix(_RANGED)), ranged)
        except (ValueError, AttributeError):
            raise Invalid.at("/after", "invalid_cursor", "not a position of an export") from None

    def dump(self) -> str:
        return f"{_RANGED if self.ranged else ''}{self.after}"


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is None after the last one. A page may have no rows and a next one all the same.

    `keys`: of each row what it is sorted by, and the id; none if the order is that of the ids.
    """

    rows: list[list[Any]]
    next: Position | None
    keys: list[list[Any]] | None


def page(
    connection: Connection,
    asker: Asker,
    selection: Selection,
    columns: Sequence[Column],
    *,
    order: Order | None = None,
    position: Position,
    upto: UUID,
    limit: int,
) -> Page:
    """By ids, whatever the order: for that, each row has its key.

    Raises Invalid `query_too_expensive`, only if even a part of everybody cannot be looked through.
    """
    ids, following = _find(connection, asker, selection, position, upto=upto, limit=limit)
    parts = ["id", *(part for part in parts_of(columns) if part != "id")]
    with _no_collections():
        rows, last = _read(connection, asker, ids, parts, order)
        cells = _cells(connection, asker, rows, columns, {part: n for n, part in enumerate(parts)})
    if last is not None and last != ids[-1]:
        following = replace(position, after=last)
    return Page(cells, following, [[row[-1], row[0]] for row in rows] if order else None)


@contextmanager
def _no_collections() -> Iterator[None]:
    """A page is tens of thousands of lists that hold no cycle; to look for one again and again while they
    grow takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _find(
    connection: Connection, asker: Asker, selection: Selection, position: Position, *, upto: UUID, limit: int
) -> tuple[list[UUID], Position | None]:
    if not position.ranged:
        try:
            ids = matching(connection, asker, selection, after=position.after, upto=upto, limit=limit)
            return ids, replace(position, after=ids[-1]) if len(ids) == limit else None
        except Invalid as error:
            if error.code != "query_too_expensive":
                raise
    return _find_in_range(connection, asker, selection, position, upto=upto, limit=limit)


def _find_in_range(
    connection: Connection, asker: Asker, selection: Selection, position: Position, *, upto: UUID, limit: int
) -> tuple[list[UUID], Position | None]:
    """The same among the next customers, however few of them match: so the work is bounded."""
    end = end_of_range(connection, asker, after=position.after, upto=upto, size=RANGE)
    ids = matching(connection, asker, selection, after=position.after, upto=end or upto, limit=limit)
    if len(ids) == limit:
        return ids, Position(ids[-1], ranged=True)
    return ids, Position(end, ranged=True) if end else None


def _cells(
    connection: Connection, asker: Asker, rows: list[Row], columns: Sequence[Column], place: Place
) -> list[list[Any]]:
    if "points" in place:
        rows = _with_points(connection, asker, rows, place)
    names = Names(asker.scope, asker.configuration.directory, _tags(connection, rows, place))
    readers = [reader_of(each, place, names) for each in columns]
    return [[read(row) for read in readers] for row in rows]


def _read(
    connection: Connection, asker: Asker, ids: Sequence[UUID], parts: Sequence[str], order: Order | None
) -> tuple[list[Row], UUID | None]:
    """As many rows as one answer has room for, and whose the last one was."""
    rows, size, last = list[Row](), 0, None
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    read = queries.rows_in_chunks(connection, asker.scope, chunks, parts=parts, order=order)
    with closing(read):
        for chunk, texts in zip(chunks, read, strict=True):
            rows += jsonio.loads(f"[{','.join(texts)}]")
            size, last = size + sum(map(len, texts)), chunk[-1]
            if size > MAX_BYTES:
                break
    return rows, last


def _with_points(connection: Connection, asker: Asker, rows: list[Row], place: Place) -> list[Row]:
    """Points in the place of points: those that a merged customer shows are found out for it alone."""
    at, named, who = place["points"], place["primary_ids"], place["id"]
    merged = [row for row in rows if row[named] or not all(own for *_, own in row[at] or ())]
    if merged:
        whole = queries.points_of_merged(connection, asker.scope, [row[who] for row in merged])
        for row in merged:
            row[at] = _shown(whole.get(row[who]) or (), row[named])
    for row in rows:
        row[at] = Points(row[at] or ())
    return rows


def points_of(points: Sequence[Any], named: dict[str, str] | None) -> Points:
    """What a merged customer shows of queries.points_of_merged."""
    return Points(_shown(points, named))


def _shown(points: Sequence[Any], named: dict[str, str] | None) -> list[Any]:
    return [(p[1], p[2], p[4], p[6], p[7]) for p in shown_points(points, named)]


def _tags(connection: Connection, rows: list[Row], place: Place) -> dict[int, tuple[str, str]]:
    """The names of all their tags."""
    held = {number for row in rows for number in row[place["tags"]]} if "tags" in place else None
    return queries.names_of_tags(connection, held) if held else {}
