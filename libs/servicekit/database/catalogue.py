"""Every place where a service holds the id of something that may have to be erased, and for how long.

A service writes its catalogue next to its tables:

    CATALOGUE = Catalogue(
        metadata,
        [by_id("note.customer_id", until="erased with the customer"), *PLUMBING],
        others={"note": "id team_id author_id"},
    )

A column that could hold such an id by its type is named as a place or as one of the `others`; a test of all
services fails for one that is not. `count` says where an id is held at this moment: what erasing goes by, and
how it is proven that nothing is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, JSON, Column, Connection, LargeBinary, MetaData, Table, Uuid, text

ERASED: Final = "erased"


@dataclass(frozen=True, slots=True)
class Place:
    """`table.column`, and a condition by which its rows with one of `:ids` are found.

    `until` says in words when such a row goes by itself; `ERASED` means that it never does.
    """

    where: str
    rows: str
    until: str = ERASED

    @property
    def table(self) -> str:
        return self.where.partition(".")[0]


@dataclass(frozen=True)
class Catalogue:
    """The places of one service, in the order in which their rows can be erased."""

    metadata: MetaData
    places: Collection[Place]
    others: Mapping[str, str]  # by table the columns that could hold such an id and never do

    def unnamed(self) -> set[str]:
        """Columns of which nobody has said whether they hold such an id."""
        return candidates(self.metadata) - {place.where for place in self.places} - self._others()

    def unknown(self) -> set[str]:
        """What is named, and not there, or both a place and none."""
        every = {f"{t.name}.{c.name}" for t in self.metadata.tables.values() for c in t.columns}
        places = {place.where for place in self.places}
        return (places - every) | (self._others() - candidates(self.metadata)) | (places & self._others())

    def count(self, connection: Connection, ids: Iterable[UUID]) -> dict[str, int]:
        """In how many rows of each place one of these ids is held; places without any are left out."""
        asked = {"ids": list(ids)}
        counts = {
            place.where: connection.execute(
                text(f"SELECT count(*) FROM {place.table} WHERE {place.rows}"), asked
            ).scalar_one()
            for place in self.places
        }
        return {where: count for where, count in counts.items() if count}

    def _others(self) -> set[str]:
        return {f"{table}.{column}" for table, columns in self.others.items() for column in columns.split()}


def by_id(where: str, *, until: str = ERASED) -> Place:
    """A column that is such an id."""
    return Place(where, f"{_column(where)} = ANY(CAST(:ids AS uuid[]))", until)


def by_text(where: str, *, until: str = ERASED) -> Place:
    """A column in which such an id may stand among other things. Read from end to end: it has no index."""
    return Place(where, _MENTIONS.format(f"CAST(asked.id AS text) IN CAST({_column(where)} AS text)"), until)


def by_bytes(where: str, *, until: str = ERASED) -> Place:
    """The same, of bytes."""
    return Place(
        where, _MENTIONS.format(f"convert_to(CAST(asked.id AS text), 'UTF8') IN {_column(where)}"), until
    )


def _column(where: str) -> str:
    return f'"{where.partition(".")[2]}"'


def candidates(metadata: MetaData) -> set[str]:
    """The columns whose type leaves room for an id: ids, lists of ids, JSON, bytes."""
    tables: Iterable[Table] = metadata.tables.values()
    return {
        f"{table.name}.{column.name}" for table in tables for column in table.columns if _may_hold(column)
    }


def _may_hold(column: Column[Any]) -> bool:
    inner = column.type.item_type if isinstance(column.type, ARRAY) else column.type
    return isinstance(inner, Uuid | JSON | LargeBinary)


_MENTIONS: Final = "EXISTS (SELECT 1 FROM unnest(CAST(:ids AS uuid[])) AS asked (id) WHERE position({}) > 0)"

# Of the tables that every service has: what goes by itself after a while (see purge.py).
PLUMBING: Final = (
    by_bytes("outbox.body", until="it is sent; 30 days if nobody wanted it"),
    by_text("outbox.headers", until="the same"),
    by_bytes("parked_message.body", until="it is replayed or discarded; 30 days after it was last seen"),
    by_text("parked_message.headers", until="the same"),
    by_text("idempotency.outcome", until="24 hours"),
)
OTHER_PLUMBING: Final = {"parked_message": "id"}
JOBS: Final = (
    by_text("job.parameters", until="30 days after the work is over"),
    by_text("job.state", until="the same"),
)
OTHER_JOBS: Final = {"job": "id counts problem lease_token"}
