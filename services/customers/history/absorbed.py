"""What an event about a record that was merged into another changes besides the customer: the record's own
row, which nobody sees now, and what the rows above it have only by way of merges.

So who is taken apart again has the teams and the assignee that its own events gave it, and the survivor keeps
none that only those gave. Versions do not rise: what people see is told by the customer (people.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from services.customers.merging.domain import folded
from services.customers.merging.domain.folded import Folded

_WRITE = text("""
    UPDATE customer c SET team_ids = r.team_ids, folded = r.folded,
           assignee_id = CASE WHEN r.assigned THEN r.assignee_id ELSE c.assignee_id END
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        id uuid, team_ids uuid[], folded jsonb, assigned boolean, assignee_id uuid)
    WHERE c.id = r.id""")


@dataclass(frozen=True, slots=True)
class Row:
    """A record as it is kept. `folded`: what merges brought into it; its other teams are its own."""

    team_ids: frozenset[str]
    folded: Folded | None
    merged_into: UUID | None

    @property
    def own_teams(self) -> frozenset[str]:
        return self.team_ids - folded.teams(self.folded)

    def given(self, teams: Iterable[str]) -> Row:
        """These are its own from now on."""
        several = frozenset(teams)
        rest = folded.teams(self.folded) - several
        return replace(
            self, team_ids=self.team_ids | several, folded=folded.only(self.folded, teams=rest) or None
        )

    def showing(self, teams: Iterable[str]) -> Row:
        """It has these, too, as long as what has them is merged into it."""
        new = frozenset(teams) - self.team_ids
        if not new:
            return self
        return replace(self, team_ids=self.team_ids | new, folded=folded.with_teams(self.folded, new) or None)


def give(
    connection: Connection,
    rows: Mapping[UUID, Row],
    *,
    gained: Mapping[UUID, frozenset[str]],
    assigned: Mapping[UUID, str | None],
    shown: Mapping[UUID, frozenset[str]],
) -> None:
    """`gained` and `assigned`: teams and assignee that records have by what was said about themselves.
    `shown`: the teams that customers have by this batch. `rows` are all of these and all between
    them, as they were locked.
    """
    after = {record: row.given(gained.get(record, ())) for record, row in rows.items()}
    for root, teams in shown.items():
        after[root] = after[root].showing(teams)
    for record, teams in gained.items():
        for between in _between(rows, record):
            after[between] = after[between].showing(teams)
    changed = [
        _written(record, row, assigned)
        for record, row in after.items()
        if row != rows[record] or record in assigned
    ]
    if changed:
        connection.execute(_WRITE, {"rows": orjson.dumps(changed).decode()})


def _between(rows: Mapping[UUID, Row], record: UUID) -> Iterator[UUID]:
    """Whoever is between a record and its customer has it when it is taken apart together with it."""
    above = rows[record].merged_into
    while above is not None and (higher := rows[above].merged_into) is not None:
        yield above
        above = higher


def _written(record: UUID, row: Row, assigned: Mapping[UUID, str | None]) -> dict[str, Any]:
    return {
        "id": record,
        "team_ids": sorted(row.team_ids),
        "folded": row.folded,
        "assigned": record in assigned,
        "assignee_id": assigned.get(record),
    }
