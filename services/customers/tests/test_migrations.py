"""The database that migrations make is the one that tables.py describes."""

from __future__ import annotations

from servicekit.database.migrate import migrate
from services.customers.tests.world import World


def test_migrations_and_tables_agree(migrated_database: str) -> None:
    migrate("services.customers", migrated_database, check=True)


def test_teams_have_the_statistics_that_tiny_teams_need(world: World) -> None:
    (row,) = world.rows("""
        SELECT attstattarget FROM pg_attribute
        WHERE attrelid = 'customer'::regclass AND attname = 'team_ids'""")
    assert row.attstattarget == 1000
