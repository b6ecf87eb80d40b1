"""Where ids are held, found by looking everywhere: what a catalogue of places is compared with."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, MetaData, text

from servicekit.database.catalogue import Catalogue


def unnamed_places(connection: Connection, catalogue: Catalogue, ids: Iterable[str]) -> set[str]:
    """Where one of these ids is held at this moment, and the catalogue does not find it."""
    asked = list(ids)
    return places_that_hold(connection, catalogue.metadata, asked) - set(
        catalogue.count(connection, map(UUID, asked))
    )


def places_that_hold(connection: Connection, metadata: MetaData, ids: Iterable[str]) -> set[str]:
    """`table.column` of every column, of whatever type, in which one of these ids stands anywhere."""
    asked = list(ids)
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if _holds(connection, table.name, column.name, asked, as_bytes=isinstance(column.type, LargeBinary))
    }


def _holds(connection: Connection, table: str, column: str, ids: list[str], *, as_bytes: bool) -> bool:
    value = f't."{column}"'
    found = f"convert_to(asked.id, 'UTF8') IN {value}" if as_bytes else f"asked.id IN CAST({value} AS text)"
    statement = text(f"""
        SELECT EXISTS (SELECT 1 FROM "{table}" t, unnest(CAST(:ids AS text[])) AS asked (id)
                       WHERE position({found}) > 0)""")
    return bool(connection.execute(statement, {"ids": ids}).scalar_one())
