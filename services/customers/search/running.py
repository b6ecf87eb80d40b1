"""Questions that anybody may put together take as long as they are given, and no longer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from servicekit import context
from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from servicekit.database.planning import expected_cost
from servicekit.database.unit_of_work import OutOfTime, limit_statements, reading_within
from servicekit.errors import Invalid

# The planner now and then walks a whole index for rows that it believes to be evenly spread. To gather all
# that match is never such a gamble, though often the slower way. So the walk may take as long as gathering
# would: whichever is right, the answer takes at most about twice its time. Where that is no time, nothing is
# tried: a few customers are gathered. (Chosen on the questions of bench/shapes.py, at a million customers,
# and held on 530 others: see docs/plans.md.)
SECONDS_A_POINT: Final = 3e-6  # of the planner's cost
SHORTEST_TRY: Final = 0.015
FIRST_TRY: Final = 0.3  # at most
LONGEST: Final = 4.0
_FOR_THE_ANSWER: Final = 0.5


class Budget:
    """The time that one call has for all its statements."""

    def __init__(self, seconds: float = LONGEST) -> None:
        left = context.remaining()
        allowed = seconds if left is None else min(seconds, left - _FOR_THE_ANSWER)
        self._ends = time.monotonic() + allowed

    @property
    def left(self) -> float:
        return self._ends - time.monotonic()


def read(
    connection: Connection, ways: Sequence[str], parameters: Mapping[str, Any], *, budget: Budget
) -> Sequence[Row[Any]]:
    """The rows of one or two equivalent statements: of the first, if that is quick enough, or of the last.

    Raises Invalid `query_too_expensive`.
    """
    if len(ways) > 1:
        with suppress(OutOfTime):
            return _tried(connection, *ways, parameters=parameters, budget=budget)
    try:
        with reading_within(connection, budget.left):
            return _rows(connection, ways[-1], parameters)
    except OutOfTime:
        raise too_expensive() from None


def _tried(
    connection: Connection, walk: str, gather: str, *, parameters: Mapping[str, Any], budget: Budget
) -> Sequence[Row[Any]]:
    with reading_within(connection, budget.left):
        estimated = expected_cost(connection, gather, parameters) * SECONDS_A_POINT
        if estimated < SHORTEST_TRY:
            return _rows(connection, gather, parameters)
        limit_statements(connection, min(estimated, FIRST_TRY, budget.left))
        return _rows(connection, walk, parameters)


def too_expensive() -> Invalid:
    code, detail = "query_too_expensive", "this takes too long: narrow the filter, or sort by something else"
    return Invalid(code, {"errors": [{"pointer": "", "code": code, "detail": detail}]})


def _rows(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
    return connection.execute(text(statement), parameters, execution_options=PLANNED_FOR_ITS_VALUES).all()
