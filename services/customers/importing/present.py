"""What became since of whom an import made or changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from directory.model import Directory
from servicekit.scope import ADMIN, Scope
from services.customers.importing import loading
from services.customers.importing.domain.asked import Json
from services.customers.importing.domain.restoring import CHANGED, MERGED, Around
from services.customers.registry.domain.customer import Customer
from services.customers.registry.writing import Work

TOUCHED: Final = "touched"
_IN_A_WORD: Final = dict.fromkeys((TOUCHED, MERGED), CHANGED)
_STATES = text("""
    SELECT c.id, c.root_id, c.version, r.deleted_at IS NOT NULL AS deleted,
           EXISTS (SELECT FROM interaction i WHERE i.customer_id = c.id)
               OR EXISTS (SELECT FROM conversation_request q WHERE q.customer_id = c.id) AS busy
    FROM customer c JOIN customer r ON r.id = c.root_id WHERE c.id = ANY(CAST(:ids AS uuid[]))""")
_ABSORBED = text("""
    SELECT root_id, team_ids, tag_ids FROM customer
    WHERE root_id = ANY(CAST(:ids AS uuid[])) AND root_id <> id""")
_POINTS = text("SELECT id FROM contact_point WHERE id = ANY(CAST(:ids AS uuid[]))")


@dataclass(frozen=True, slots=True)
class Present:
    """A record that an import made or changed. `customer`: if it is one still, and the caller sees it."""

    state: Row[Any]
    customer: Customer | None
    around: Around
    absorbed: bool


def read(work: Work, done: Mapping[UUID, Sequence[Row[Any]]]) -> dict[UUID, Present]:
    """Under the locks of the caller. `done`: what the import did to each."""
    connection = work.uow.connection
    states = {row.id: row for row in connection.execute(_STATES, {"ids": list(done)})}
    customers = loading.read_customers(
        connection, work, [id_ for id_ in states if states[id_].root_id == id_]
    )
    shared = _Shared()
    for row in connection.execute(_ABSORBED, {"ids": list(customers)}):
        shared.add(row)
    added = [
        UUID(p[0]) for rows in done.values() for row in rows for p in (row.effect or {}).get("points", ())
    ]
    points = set(connection.execute(_POINTS, {"ids": added}).scalars()) if added else set()
    definitions, sees = work.configuration.fields, partial(_sees, work.configuration.directory)
    return {
        id_: Present(
            state,
            customers.get(id_),
            Around(definitions, sees, frozenset(shared.teams[id_]), frozenset(shared.tags[id_]), points),
            id_ in shared.roots,
        )
        for id_, state in states.items()
    }


def _sees(directory: Directory, user_id: UUID, teams: frozenset[UUID]) -> bool:
    """Whether somebody who works here sees a customer of these teams."""
    user = directory.find_user(str(user_id))
    if user is None or not user.active:
        return False
    return user.role == ADMIN or not user.team_ids.isdisjoint(map(str, teams))


@dataclass(slots=True)
class _Shared:
    """What records that were merged into customers have themselves, by customer."""

    teams: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    tags: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    roots: set[UUID] = field(default_factory=set)

    def add(self, row: Row[Any]) -> None:
        self.roots.add(row.root_id)
        self.teams[row.root_id].update(row.team_ids)
        self.tags[row.root_id].update(row.tag_ids)


def out_of_reach(found: Present | None, scope: Scope) -> Json | None:
    """Why nothing can be done to it. Agents are told of nobody whom they do not see what became of them."""
    if found is not None and found.customer is not None:
        return None
    if not scope.is_admin:
        return {"outcome": "kept", "kept": [{"field": "customer", "reason": "not_visible"}]}
    if found is None or found.state.deleted:
        return {"outcome": "gone", "kept": []}
    return {"outcome": "kept", "kept": [{"field": "customer", "reason": MERGED}]}


def shown(told: Json, scope: Scope) -> Json:
    """Agents get one word for what happened since: it may be a note or a record that is hidden from them."""
    if scope.is_admin:
        return told
    kept = [{**each, "reason": _IN_A_WORD.get(each["reason"], each["reason"])} for each in told["kept"]]
    return {**told, "kept": kept}


def staying(found: Present, done: Sequence[Row[Any]], *, touched: bool) -> str | None:
    """Why a customer that the import made does not go; None: it goes."""
    if found.absorbed:
        return MERGED
    if touched or found.state.busy:
        return TOUCHED
    made = {row.version for row in done}
    return None if made == set(range(1, found.state.version + 1)) else CHANGED
