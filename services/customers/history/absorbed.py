"""What an event about a record that was merged into another changes besides the customer: the record's own
row, which nobody sees now, and what the rows above it have only by way of merges.

So who is taken apart again has the teams and the assignee that its own events gave it, and the survivor keeps
none that only those gave. Versions do not rise: what people see is told by the customer (people.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from services.customers.merging.domain import folded
from services.customers.merging.domain.folded import Folded

_BETWEEN = text("""
    WITH RECURSIVE above AS (
        SELECT c.id AS record, c.merged_into AS id FROM customer c WHERE c.id = ANY(CAST(:records AS uuid[]))
        UNION ALL SELECT a.record, c.merged_into FROM above a JOIN customer c ON c.id = a.id)
    SELECT above.record, c.id, c.team_ids, c.folded FROM above JOIN customer c ON c.id = above.id
    WHERE c.root_id <> c.id""")

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

    @property
    def own_teams(self) -> frozenset[str]:
        return self.team_ids - folded.teams(self.folded)

    def given(self, teams: Iterable[str]) -> Row:
        """These are its own from now on."""
        several = frozenset(teams)
        rest = folded.teams(self.folded) - several
        return Row(self.team_ids | several, folded.only(self.folded, teams=rest) or None)

    def showing(self, teams: Iterable[str]) -> Row:
        """It has these, too, as long as what has them is merged into it."""
        new = frozenset(teams) - self.team_ids
        return Row(self.team_ids | new, folded.with_teams(self.folded, new) or None) if new else self


def give(
    connection: Connection,
    rows: Mapping[UUID, Row],
    *,
    gained: Mapping[UUID, frozenset[str]],
    assigned: Mapping[UUID, str | None],
    shown: Mapping[UUID, frozenset[str]],
) -> None:
    """`gained` and `assigned`: teams and assignee that records have by what was said about themselves.
    `shown`: the teams that customers have by this batch. `rows` are all of these, as they were locked.
    """
    after = {record: row.given(gained.get(record, ())) for record, row in rows.items()}
    for root, teams in shown.items():
        after[root] = after[root].showing(teams)
    for record, between, row in _between(connection, gained.keys() - shown.keys()):
        after[between] = after.get(between, row).showing(gained[record])
        rows = {between: row, **rows}
    changed = [
        _written(record, row, assigned)
        for record, row in after.items()
        if row != rows[record] or record in assigned
    ]
    if changed:
        connection.execute(_WRITE, {"rows": orjson.dumps(changed).decode()})


def _between(connection: Connection, records: Iterable[UUID]) -> list[tuple[UUID, UUID, Row]]:
    """Whoever is between a record and its customer has it when it is taken apart together with it."""
    wanted = sorted(records)
    found = connection.execute(_BETWEEN, {"records": wanted}) if wanted else ()
    return [(each.record, each.id, Row(frozenset(map(str, each.team_ids)), each.folded)) for each in found]


def _written(record: UUID, row: Row, assigned: Mapping[UUID, str | None]) -> dict[str, Any]:
    return {
        "id": record,
        "team_ids": sorted(row.team_ids),
        "folded": row.folded,
        "assigned": record in assigned,
        "assignee_id": assigned.get(record),
    }
