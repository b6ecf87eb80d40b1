"""What the planner thinks of a statement, before anybody waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from servicekit.database.engine import PLANNED_FOR_ITS_VALUES


def expected_rows(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> int:
    """About how many it finds."""
    return int(_plan(connection, statement, parameters)["Plan Rows"])


def expected_cost(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> float:
    """As the planner reckons it, for whom ten thousand comparisons are long work already."""
    return float(_plan(connection, statement, parameters)["Total Cost"])


def _plan(connection: Connection, statement: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    explain = text(f"EXPLAIN (FORMAT json) {statement}")
    [[explained]] = connection.execute(explain, parameters, execution_options=PLANNED_FOR_ITS_VALUES)
    plan: dict[str, Any] = explained[0]["Plan"]
    return plan
