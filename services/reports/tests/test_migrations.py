"""The database that migrations make is the one that tables.py describes."""

from __future__ import annotations

from servicekit.database.migrate import migrate


def test_migrations_and_tables_agree(migrated_database: str) -> None:
    migrate("services.reports", migrated_database, check=True)
