"""Few rows among a million are found by an index of their own."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select, text

from services.import_export.runs import queries
from services.import_export.tables import import_decision
from services.import_export.tests.runs.world import World


@pytest.mark.parametrize(
    ("result", "index"),
    [("drifted", "import_decision_drifted_idx"), ("kept", "import_decision_kept_idx")],
)
def test_few_rows_are_found_by_their_index(world: World, result: str, index: str) -> None:
    own = import_decision.c
    statement = select(own.n).where(own.import_id == uuid4(), queries._asked_for(result))
    with world.db.unit_of_work() as uow:
        asked = statement.order_by(own.n).limit(51).compile(uow.connection.engine)
        uow.connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = uow.connection.exec_driver_sql(f"EXPLAIN {asked}", asked.params).scalars().all()
    assert index in str(plan)
