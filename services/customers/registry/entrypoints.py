"""Calls about customers. The scope comes first; whoever may not see a customer is told that there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from nameko.timer import timer

from directory.refresh import refresh
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Invalid
from servicekit.inputs import find_id, ids_of, object_of, version_of, whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.messages import customer_message, whole_message
from services.customers.registry import (
    creation,
    editing,
    purge,
    queries,
    removal,
    teams,
    writing,
)
from services.customers.registry.duplicates import Refused
from services.customers.registry.writing import Seen

Json = dict[str, Any]
PURGE_INTERVAL = timedelta(hours=1)


class RegistryEntrypoints:
    """Mixin of CustomersService."""

    db: Database
    gateway: Any

    @rpc
    def create_customer(
        self, scope: Json, data: Json, allow_duplicate: bool = False, idempotency: Json | None = None
    ) -> Json:
        """Raises Duplicate for who is there already, unless duplicates are allowed."""
        caller, data, key = Scope.load(scope), object_of(data), idempotency
        allowed = allow_duplicate is True
        return self._write(
            lambda uow: creation.create(
                uow, caller, data, allow_duplicate=allowed, idempotency=key, at=utc_now()
            )
        )

    @rpc
    def get_customer(self, scope: Json, customer_id: str) -> Json:
        caller, asked = for_people(scope), _customer(customer_id)
        with self.db.reading() as connection:
            found = queries.find_view(connection, caller, asked)
        if found is None:
            raise writing.not_found()
        if found.view["id"] != str(asked):
            return {"moved_to": found.view["id"]}
        return {"customer": customer_message(found.view, caller, found.configuration)}

    @rpc
    def update_customer(
        self,
        scope: Json,
        customer_id: str,
        patch: Json,
        version: int | None = None,
        allow_duplicate: bool = False,
        idempotency: Json | None = None,
    ) -> Json:
        """A merge patch. Raises Stale if `version` is not the present one, Duplicate like a creation."""
        caller, customer, patch = Scope.load(scope), _customer(customer_id), object_of(patch)
        seen = Seen(version=version_of(version), key=idempotency, at=utc_now())
        allowed = allow_duplicate is True
        return self._write(
            lambda uow: editing.update(uow, caller, customer, patch, seen=seen, allow_duplicate=allowed)
        )

    @rpc
    def absorb_customer(
        self,
        scope: Json,
        customer_id: str,
        data: Json,
        mode: str = "merge",
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """What is empty is filled from `data`, its tags and contact points are added."""
        if mode != "merge":
            raise Invalid.at("/mode", "unknown_mode", "the one mode is merge")
        caller, customer, data = Scope.load(scope), _customer(customer_id), object_of(data)
        seen = Seen(version=version_of(version), key=idempotency, at=utc_now())
        return self._write(lambda uow: editing.absorb(uow, caller, customer, data, seen=seen))

    @rpc
    def delete_customer(
        self, scope: Json, customer_id: str, version: int | None = None, idempotency: Json | None = None
    ) -> Json:
        caller, customer = for_administrators(scope), _customer(customer_id)
        seen = Seen(version=version_of(version), key=idempotency, at=utc_now())
        return self._write(lambda uow: removal.delete(uow, caller, customer, seen=seen))

    @rpc
    def restore_customer(self, scope: Json, customer_id: str, idempotency: Json | None = None) -> Json:
        """Raises Duplicate if somebody else holds one of its addresses by now."""
        caller, customer = for_administrators(scope), _customer(customer_id)
        seen = Seen(key=idempotency, at=utc_now())
        return self._write(lambda uow: removal.restore(uow, caller, customer, seen=seen))

    @rpc
    def visible(self, scope: Json, ids: list[str], with_teams: bool = False) -> Json:
        """Of each id that the caller may see: the customer it is part of, all its records, its teams."""
        caller, wanted = for_people(scope), ids_of(ids)
        with self.db.reading() as connection:
            found = queries.roots_of(connection, caller, list(map(UUID, wanted.values())))
        return {
            asked: whole_message(found[key], caller, with_teams=with_teams is True)
            for asked, key in wanted.items()
            if key in found
        }

    @rpc
    def team_usage(self, scope: Json, team_id: str) -> Json:
        caller = for_administrators(scope)
        with self.db.reading() as connection:
            return teams.usage(connection, caller, _team(team_id, "/team_id"))

    @rpc
    def move_team(self, scope: Json, team_id: str, to: str | None = None, limit: int = 500) -> Json:
        """Some of the team's customers go to another team, or to none: call it until it moves nobody."""
        caller, team = for_administrators(scope), _team(team_id, "/team_id")
        target = None if to is None else _team(to, "/to")
        limit = whole(limit, "/limit", at_least=1, at_most=teams.MAX_MOVED)
        return self._write(lambda uow: teams.move(uow, caller, team, to=target, limit=limit, at=utc_now()))

    @rpc
    def count_without_team(self, scope: Json) -> Json:
        caller = for_administrators(scope)
        with self.db.reading() as connection:
            return {"count": teams.count_without(connection, caller)}

    @timer(interval=PURGE_INTERVAL.total_seconds())
    def purge_deleted(self) -> None:
        purge.purge_due(self.db, at=utc_now())

    def _write(self, work: Callable[[UnitOfWork], Json | Refused]) -> Json:
        """One transaction; a second one if a team or a user is so new that our copy does not know them."""
        try:
            return self._write_once(work)
        except Invalid as error:
            if not writing.may_be_outdated(error):
                raise
        refresh(self.db, self.gateway)
        return self._write_once(work)

    def _write_once(self, work: Callable[[UnitOfWork], Json | Refused]) -> Json:
        with self.db.unit_of_work() as uow:
            outcome = work(uow)
        if isinstance(outcome, Refused):  # raised only now that its record is committed
            raise outcome.error
        return outcome


def _customer(customer_id: str) -> UUID:
    """What is no id names no customer."""
    found = find_id(customer_id)
    if found is None:
        raise writing.not_found()
    return found


def _team(team_id: str, pointer: str) -> UUID:
    found = find_id(team_id)
    if found is None:
        raise Invalid.at(pointer, "unknown_team", "there is no such team")
    return found
