"""Customers counted by the values of their fields, as everything is called today."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit import jsonio
from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from servicekit.database.unit_of_work import OutOfTime, reading_within
from servicekit.errors import Invalid
from services.customers.exporting import pages
from services.customers.exporting import queries as exported
from services.customers.exporting.domain.cells import Names
from services.customers.exporting.domain.columns import PRIMARY
from services.customers.filters.context import Asker
from services.customers.reporting import grouping
from services.customers.reporting.domain.asked import Asked
from services.customers.reporting.domain.frames import frame_of
from services.customers.reporting.domain.lists import Lists
from services.customers.reporting.domain.raw import Merged, merged_ids, reader_of
from services.customers.reporting.grouping import Range, Statement, statement_of
from services.customers.reporting.superseding import given_up
from services.customers.search.running import Budget
from services.customers.search.selection import Selection

Json = dict[str, Any]
Groups = Sequence[Any]  # of each column the values, and the numbers of the groups
MAX_GROUPS: Final = 500_000
MAX_BYTES: Final = 7_000_000  # besides, an answer may say whom it was about
_TURN: Final = 5_000
# Groups are made in memory: to sort all customers for them would take far longer.
_SETTINGS: Final = "SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true)"
_NAMED: Final = ("id", "primary_ids")


def aggregate(
    connection: Connection,
    asker: Asker,
    asked: Asked,
    selection: Selection,
    *,
    within: Range,
    budget: Budget,
) -> Json:
    """The frame. Raises Invalid `too_many_groups` and `query_too_expensive`."""
    statement = statement_of(connection, asker, asked, selection, within=within, most=MAX_GROUPS + 1)
    groups = _run(connection, asked, statement, budget)
    if groups is None or len(groups[-1]) > MAX_GROUPS:
        raise too_many_groups()
    names = Names(asker.scope, asker.configuration.directory, _tags(connection, asked, groups))
    merged = _merged(connection, asker, asked, groups)
    readers = [reader_of(column, names, merged) for column in asked.columns]
    frame = frame_of(asked, groups, readers, in_turns=_in_turns)
    if len(jsonio.dumps(frame)) > MAX_BYTES:
        raise too_many_groups()
    return frame


def too_many_groups() -> Invalid:
    code, detail = "too_many_groups", "this makes too many groups: choose fields with fewer values"
    return Invalid.at("/fields", code, detail)


def _in_turns(values: Iterable[Any]) -> Iterator[Any]:
    for number, value in enumerate(values):
        yield value
        if number % _TURN == 0:
            _pause()


def _pause() -> None:
    time.sleep(0)  # others want their turn


def _run(connection: Connection, asked: Asked, statement: Statement, budget: Budget) -> list[Any] | None:
    """What it answers, and of columns of lists these."""
    try:
        with reading_within(connection, budget.left):
            connection.exec_driver_sql(_SETTINGS)
            rows = connection.execute(
                text(statement.sql), statement.parameters, execution_options=PLANNED_FOR_ITS_VALUES
            )
            told = rows.scalar_one()
    except OutOfTime:
        raise given_up(budget) from None
    if told is None or len(told) > grouping.MAX_ROOM:
        return None
    found = [each or [] for each in jsonio.loads(told)]
    for at, column in enumerate(asked.columns):
        if column.several:
            found[at] = Lists.of(found[at] or "", pause=_pause)
    return found


def _tags(connection: Connection, asked: Asked, groups: Groups) -> dict[int, tuple[str, str]]:
    for column, values in zip(asked.columns, groups, strict=False):
        if column.known.type == "tags":
            return exported.names_of_tags(connection, set(map(int, values.distinct)))
    return {}


def _merged(connection: Connection, asker: Asker, asked: Asked, groups: Groups) -> Merged:
    """What merged customers show, where an address of them is asked for."""
    addresses = [
        values for column, values in zip(asked.columns, groups, strict=False) if column.known.name in PRIMARY
    ]
    ids = merged_ids(value for values in addresses for value in values)
    return _points_of(connection, asker, ids) if ids else {}


def _points_of(connection: Connection, asker: Asker, ids: Collection[str]) -> Merged:
    found = exported.points_of_merged(connection, asker.scope, list(ids))
    rows = exported.rows_of(connection, asker.scope, list(map(UUID, ids)), parts=_NAMED, order=None)
    named = {id: primary_ids for id, primary_ids, *_ in map(jsonio.loads, rows)}
    return {id: pages.points_of(points or (), named.get(id)) for id, points in found.items()}
