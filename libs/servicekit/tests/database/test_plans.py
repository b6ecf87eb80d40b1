"""Statements whose plan depends on their values are planned for them, however often they are executed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, text

from servicekit.database import Transactions
from servicekit.database.engine import PLANNED_FOR_ITS_VALUES

_STATEMENT = "SELECT :wanted"


def _prepared(connection: Connection) -> int:
    found = "SELECT count(*) FROM pg_prepared_statements WHERE starts_with(statement, 'SELECT $')"
    return int(connection.exec_driver_sql(found).scalar_one())


@pytest.mark.parametrize(("options", "prepared"), [({}, 1), (PLANNED_FOR_ITS_VALUES, 0)])
def test_only_what_may_have_one_plan_for_all_values_is_prepared(
    db: Transactions, options: dict[str, Any], prepared: int
) -> None:
    with db.reading() as connection:
        for number in range(20):
            found = connection.execute(text(_STATEMENT), {"wanted": number}, execution_options=options)
            assert int(found.scalar_one()) == number
        assert _prepared(connection) == prepared
