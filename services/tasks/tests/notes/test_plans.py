"""A page of notes costs what is on it, however many notes others have written."""

from __future__ import annotations

from uuid import UUID

import pytest

from servicekit.scope import Scope
from services.tasks.notes import queries
from services.tasks.notes.queries import Window
from services.tasks.tests.notes.office import Office
from services.tasks.tests.world import Json, World

MANY = 4_000
_READ = """
    SELECT coalesce(sum(idx_tup_fetch), 0) + coalesce(sum(seq_tup_read), 0)
    FROM pg_stat_xact_user_tables WHERE relname = 'note'"""


def rows_read(world: World, who: Json, customer: str, window: Window) -> tuple[int, int]:
    """How many notes were found, and how many rows the database looked at for them."""
    with world.db.unit_of_work() as uow:
        before = int(uow.connection.exec_driver_sql(_READ).scalar_one())
        found = queries.list_notes(uow.connection, Scope.load(who), [UUID(customer)], window)
        return len(found), int(uow.connection.exec_driver_sql(_READ).scalar_one()) - before


@pytest.fixture
def busy(world: World, office: Office) -> str:
    """A customer with three old notes of care and thousands of sales."""
    customer, care = world.customer("Sales", "Care"), world.agent("paulo", "Care")
    for number in range(3):
        office.write(care, customer, str(number), pinned=number == 1)
    world.run(
        """INSERT INTO note (id, customer_id, team_id, author_id, body, pinned, created_at, updated_at)
           SELECT gen_random_uuid(), :customer, :team, gen_random_uuid(), 'x', i % 2 = 0,
                  now() + i * interval '1 second', now()
           FROM generate_series(1, :many) AS i""",
        customer=UUID(customer),
        team=UUID(world.team("Sales")),
        many=MANY,
    )
    world.run(
        "INSERT INTO note_count VALUES (:customer, :team, :many)",
        customer=UUID(customer),
        team=UUID(world.team("Sales")),
        many=MANY,
    )
    world.run("ANALYZE note")
    return customer


def test_old_notes_of_a_small_team_are_found_without_reading_the_others(world: World, busy: str):
    few = world.agent("paulo", "Care")
    assert rows_read(world, few, busy, Window(50)) == (3, 3)
    assert rows_read(world, few, busy, Window(10, pinned=True)) == (1, 1)


def test_a_page_for_a_large_team_reads_a_page(world: World, busy: str):
    for who in (world.admin, world.agent("maria", "Sales"), world.agent("both", "Sales", "Care")):
        for window in (Window(50), Window(50, pinned=True)):
            found, read = rows_read(world, who, busy, window)
            assert found == 51
            assert read <= 51 + 3
