"""Each list reads stretches of indexes, no more rows of each than a page has; so do reminders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from servicekit.clock import utc_now
from services.tasks.tests.world import World
from services.tasks.work import queries, reminders
from services.tasks.work.domain.task import STATUSES, UNFINISHED
from services.tasks.work.position import DUE, NEWEST, Position
from services.tasks.work.queries import Walk

LIMIT = 51
BIG = UUID(int=0)  # half of all tasks are about this customer, and this user's to do

_MANY = """
    INSERT INTO task (id, title, customer_id, responsible_id, author_id, due_at, status,
                      created_at, updated_at)
    SELECT gen_random_uuid(), 'x', owner, owner, owner,
           CASE WHEN n % 5 > 0 THEN now() + (n - 15000) * interval '1 minute' END,
           CASE WHEN n % 10 = 0 THEN 'open' ELSE 'done' END, now(), now()
    FROM generate_series(1, 20000) AS n, LATERAL (
        SELECT CAST(lpad(to_hex(CASE WHEN n % 2 = 0 THEN 0 ELSE n END), 32, '0') AS uuid) AS owner) AS who"""


@pytest.fixture
def many(world: World) -> Iterator[World]:
    world.run(_MANY)
    world.run("ANALYZE task")
    yield world
    world.run("TRUNCATE task CASCADE")
    world.run("ANALYZE task")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


@pytest.mark.parametrize("sort", [DUE, NEWEST])
@pytest.mark.parametrize("after", [None, Position(None, UUID(int=2**127))])
def test_a_page_of_a_list_costs_a_page(
    many: World, monkeypatch: pytest.MonkeyPatch, sort: str, after: Position | None
):
    walks = [
        Walk(sort, STATUSES),
        Walk(sort, STATUSES, "customer_id", (BIG, UUID(int=7))),
        Walk(sort, UNFINISHED, "responsible_id", (BIG, UUID(int=7))),
        Walk(DUE, UNFINISHED, due_before=utc_now()),
    ]
    monkeypatch.setattr(queries, "to_task", lambda row: row[0])
    monkeypatch.setattr(queries, "text", lambda sql: text(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"))
    for walk in walks:
        with many.db.reading() as connection:
            [[explained]] = queries.walk(connection, walk, after=after, limit=LIMIT)
        read = [node for node in nodes(explained["Plan"]) if node.get("Relation Name") == "task"]
        assert {node["Node Type"] for node in read} <= {"Index Scan", "Index Only Scan"}
        assert all(node["Actual Rows"] <= LIMIT for node in read), (walk.column, read[0]["Index Name"])


def test_what_is_due_is_found_by_its_index(many: World):
    with many.db.unit_of_work() as uow:
        asked = {"now": utc_now(), "batch": reminders.BATCH}
        explain = text(f"EXPLAIN (FORMAT JSON) {reminders._CLAIM}")
        [explained] = uow.connection.execute(explain, asked).scalar_one()
    used = {node.get("Index Name") for node in nodes(explained["Plan"])}
    assert "task_due_idx" in used
