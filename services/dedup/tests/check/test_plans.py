"""A check costs what it may show, however many are called the same or work at the same company."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from servicekit import jsonio
from services.dedup.check import queries
from services.dedup.domain.facts import facts_of_typed
from services.dedup.domain.keys import clue_keys, name_keys
from services.dedup.tests.world import World

MANY = 2_000
_TYPED = {"name": "Maria Silva", "email": "maria.silva@acme.example", "phone": "+5511987654321"}
MARIA = facts_of_typed(_TYPED)
_READ = """
    SELECT coalesce(sum(idx_tup_fetch), 0) + coalesce(sum(seq_tup_read), 0)
    FROM pg_stat_xact_user_tables WHERE relname = 'indexed_customer'"""


@pytest.fixture
def crowd(world: World) -> World:
    """Thousands who have everything in common."""
    world.run(
        """INSERT INTO indexed_customer (customer_id, revision, name, facts, keys, indexed_at)
           SELECT gen_random_uuid(), 1, :name, CAST(:facts AS jsonb), :keys, now()
           FROM generate_series(1, :many)""",
        name=MARIA.name,
        facts=jsonio.dumps(MARIA.dump()).decode(),
        keys=[*name_keys(MARIA.name), *clue_keys(MARIA)[:2]],
        many=MANY,
    )
    world.run("ANALYZE indexed_customer")
    return world


@pytest.mark.parametrize(
    "search",
    [
        lambda connection: queries.by_name(connection, MARIA.name),
        lambda connection: queries.by_clue(connection, MARIA),
    ],
    ids=["by name", "by clue"],
)
def test_of_a_crowd_few_are_read(crowd: World, search: Callable[[Connection], object]):
    with crowd.db.unit_of_work() as uow:
        before = int(uow.connection.execute(text(_READ)).scalar_one())
        assert search(uow.connection)
        read = int(uow.connection.execute(text(_READ)).scalar_one()) - before
    assert read < MANY / 2
