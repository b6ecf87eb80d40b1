"""Calls about customers. The scope comes first; whoever may not see a customer is told that there is none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from nameko.timer import timer

from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers import configuration
from services.customers.messages import customer_message
from services.customers.registry import (
    creation,
    editing,
    listing,
    purge,
    queries,
    removal,
    tags,
    teams,
    writing,
)
from services.customers.registry.domain.inputs import ids_of, object_of, version_of, whole
from services.customers.registry.domain.teams import check_known
from services.customers.registry.duplicates import Refused
from services.customers.rights import for_administrators, for_people

Json = dict[str, Any]
PURGE_INTERVAL = timedelta(hours=1)


class RegistryEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def create_customer(
        self, scope: Json, data: Json, allow_duplicate: bool = False, idempotency: Json | None = None
    ) -> Json:
        """Raises Duplicate for who is there already, unless duplicates are allowed."""
        with self.db.unit_of_work() as uow:
            outcome = creation.create(
                uow,
                Scope.load(scope),
                object_of(data),
                allow_duplicate=allow_duplicate is True,
                idempotency=idempotency,
                at=utc_now(),
            )
        return _told(outcome)

    @rpc
    def get_customer(self, scope: Json, customer_id: str) -> Json:
        caller = for_people(scope)
        with self.db.reading() as connection:
            found = queries.find_view(connection, caller, _customer(customer_id))
        if found is None:
            raise writing.not_found()
        if found.view["id"] != customer_id.lower():
            return {"moved_to": found.view["id"]}
        return {"customer": customer_message(found.view, caller, found.configuration)}

    @rpc
    def list_customers(
        self,
        scope: Json,
        limit: int = 50,
        cursor: str | None = None,
        sort: str | None = None,
        include_total: bool = False,
        deleted: bool = False,
    ) -> Json:
        caller = for_administrators(scope) if deleted else for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=listing.MAX_LIMIT)
        with self.db.reading() as connection:
            page = listing.page(connection, caller, limit=limit, cursor=cursor, sort=sort, deleted=deleted)
            now = configuration.current(connection)
            total = {"total": listing.count(connection, caller, deleted=deleted)} if include_total else {}
        data = [customer_message(view, caller, now) for view in page.views]
        return {"data": data, "next": page.next, **total}

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
        with self.db.unit_of_work() as uow:
            outcome = editing.update(
                uow,
                Scope.load(scope),
                _customer(customer_id),
                object_of(patch),
                version=version_of(version),
                allow_duplicate=allow_duplicate is True,
                idempotency=idempotency,
                at=utc_now(),
            )
        return _told(outcome)

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
        with self.db.unit_of_work() as uow:
            outcome = editing.absorb(
                uow,
                Scope.load(scope),
                _customer(customer_id),
                object_of(data),
                version=version_of(version),
                idempotency=idempotency,
                at=utc_now(),
            )
        return _told(outcome)

    @rpc
    def delete_customer(
        self, scope: Json, customer_id: str, version: int | None = None, idempotency: Json | None = None
    ) -> Json:
        caller, version = for_administrators(scope), version_of(version)
        with self.db.unit_of_work() as uow:
            return removal.delete(
                uow, caller, _customer(customer_id), version=version, idempotency=idempotency, at=utc_now()
            )

    @rpc
    def restore_customer(self, scope: Json, customer_id: str, idempotency: Json | None = None) -> Json:
        caller = for_administrators(scope)
        with self.db.unit_of_work() as uow:
            outcome = removal.restore(
                uow, caller, _customer(customer_id), idempotency=idempotency, at=utc_now()
            )
        return _told(outcome)

    @rpc
    def visible(self, scope: Json, ids: list[str]) -> Json:
        """Of each id that the caller may see: the customer it is part of, and all its records."""
        caller, wanted = for_people(scope), ids_of(ids)
        with self.db.reading() as connection:
            found = queries.roots_of(connection, caller, list(map(UUID, wanted.values())))
        return {
            asked: {"id": found[key][0], "members": found[key][1]}
            for asked, key in wanted.items()
            if key in found
        }

    @rpc
    def list_tags(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """By name. Agents see the tags of customers that they see."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=listing.MAX_LIMIT)
        with self.db.reading() as connection:
            return tags.page(connection, caller, limit=limit, cursor=cursor)

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
        with self.db.unit_of_work() as uow:
            known = configuration.current(uow.connection).directory.teams
            check_known([target] if target else [], known=known, pointer="/to")
            return {"moved": teams.move(uow, caller, team, to=target, limit=limit, at=utc_now())}

    @rpc
    def count_without_team(self, scope: Json) -> Json:
        caller = for_administrators(scope)
        with self.db.reading() as connection:
            return {"count": teams.count_without(connection, caller)}

    @timer(interval=PURGE_INTERVAL.total_seconds())
    def purge_deleted(self) -> None:
        purge.purge_due(self.db, at=utc_now())


def _told(outcome: Json | Refused) -> Json:
    """The answer, or the refusal, now that its record is committed."""
    if isinstance(outcome, Refused):
        raise outcome.error
    return outcome


def _customer(customer_id: str) -> UUID:
    """What is no id names no customer."""
    try:
        return UUID(customer_id)
    except (ValueError, TypeError, AttributeError):
        raise writing.not_found() from None


def _team(team_id: str, pointer: str) -> UUID:
    try:
        return UUID(team_id)
    except (ValueError, TypeError, AttributeError):
        raise Invalid.at(pointer, "unknown_team", "there is no such team") from None
