"""Reads of a profile: the customer with what is counted, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from servicekit.scope import Scope
from services.customers.configuration import STAMPS, Configuration, as_of
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import VIEW, View
from services.customers.visibility import own_teams, visibility_parameters, visible

# Counters are kept by the team that things belong to; the nil UUID stands for none.
_COUNTS: Final = """
    SELECT json_agg(json_build_array(kind, currency, items, CAST(amount AS text)) ORDER BY kind, currency)
    FROM (SELECT kind, currency, sum(items) AS items, sum(amount) AS amount FROM history_count
          WHERE customer_id = ANY(whole.members) {own}
          GROUP BY kind, currency HAVING sum(items) > 0) counted"""
_OWN: Final = """AND (team_id = '00000000-0000-0000-0000-000000000000'
                      OR team_id = ANY(CAST(:own_teams AS uuid[])))"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one kind and currency (empty where there is none); the amount is an exact decimal number."""

    kind: str
    currency: str
    items: int
    amount: str


@dataclass(frozen=True, slots=True)
class Found:
    """The customer that an id is part of, with all its records, as this caller may see it."""

    view: View
    configuration: Configuration
    members: list[UUID]
    counted: list[Counted]


def find(connection: Connection, scope: Scope, customer_id: UUID) -> Found | None:
    """None for who may not see the customer, or if there is none."""
    statement = f"""
        SELECT {VIEW}, CAST({STAMPS} AS text), CAST(json_build_object(
            'members', whole.members, 'counted', ({_COUNTS.format(own="" if scope.is_admin else _OWN)})
            ) AS text)
        FROM customer asked JOIN customer c ON c.id = asked.root_id
        CROSS JOIN LATERAL (SELECT c.id || ARRAY(
            SELECT m.id FROM customer m WHERE m.root_id = c.id AND m.root_id <> m.id) AS members) whole
        WHERE asked.id = :id AND {visible(scope)}"""
    parameters = {"id": customer_id, "own_teams": own_teams(scope), **visibility_parameters(scope)}
    row = connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters).one_or_none()
    return None if row is None else _to_found(connection, *map(jsonio.loads, row))


def _to_found(connection: Connection, view: View, stamps: Any, more: dict[str, Any]) -> Found:
    return Found(
        view=view,
        configuration=as_of(connection, stamps),
        members=list(map(UUID, more["members"])),
        counted=[Counted(*each) for each in more["counted"] or ()],
    )
