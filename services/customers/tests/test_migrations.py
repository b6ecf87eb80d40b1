"""The database that migrations make is the one that tables.py describes."""

from __future__ import annotations

import pytest

from servicekit.database.migrate import migrate
from services.customers.tests.world import World


def test_migrations_and_tables_agree(migrated_database: str) -> None:
    migrate("services.customers", migrated_database, check=True)


@pytest.mark.parametrize(
    "column",
    ["customer.team_ids", "customer_search.team_ids", "customer.tag_ids", "customer_activity.last_at"],
)
def test_columns_with_small_parts_have_fine_statistics(world: World, column: str) -> None:
    table, _, name = column.partition(".")
    (row,) = world.rows(
        """SELECT attstattarget FROM pg_attribute
           WHERE attrelid = CAST(:table AS regclass) AND attname = :name""",
        table=table,
        name=name,
    )
    assert row.attstattarget == 1000
