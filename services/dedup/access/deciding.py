"""Granting a request: a team of whoever asked is added to the customer, then the request says so.

In this order, so that nobody reads "granted" of what they cannot see. After a crash between the two the
request waits still, and granting it again adds nothing twice. What else the same user asked for the same
customer, by other addresses, is decided with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from directory import repository as directory_rows
from directory.refresh import with_news
from servicekit.database import Database
from servicekit.errors import Invalid, NotFound, Unavailable
from servicekit.scope import Scope
from services.dedup.access import repository
from services.dedup.access.domain.request import AccessRequest, declined, granted, team_to_grant
from services.dedup.access.looking import Customer, not_found
from services.dedup.access.repeating import Key, begin
from services.dedup.customers import Ask

Json = dict[str, Any]
_MERGES_MEANWHILE: Final = 3


@dataclass(frozen=True, slots=True)
class Deciding:
    """One administrator's decision about one request."""

    db: Database
    ask: Ask
    gateway: Any
    scope: Scope

    def add_team(self, request: AccessRequest, *, chosen: UUID | None, customer: UUID) -> UUID:
        """The team that the customer has now, in the name of the administrator. Raises Invalid, NotFound."""
        team = with_news(self.db, self.gateway, lambda: self._team(request, chosen))
        for _ in range(_MERGES_MEANWHILE):
            answer = self._update(customer, team)
            if "moved_to" not in answer:
                return team
            customer = UUID(answer["moved_to"])
        raise Unavailable("database_contention", {"retry_after": 1})

    def save(
        self, request: AccessRequest, customer: Customer, *, team: UUID | None, key: Key, at: datetime
    ) -> AccessRequest:
        """Granted if a team was added, else declined. Raises Conflict if somebody was faster to decide."""
        with self.db.unit_of_work() as uow:
            begin(uow, self.scope, key)
            locked = repository.lock(uow.connection, request, customer.records)
            decided = {each.id: self._decided(each, team, at=at) for each in locked}
            if request.id not in decided:
                raise not_found()
            for each in decided.values():
                repository.save(uow.connection, each)
            uow.idempotency.finish({"status": 200, "id": str(request.id)})
        return decided[request.id]

    def _decided(self, request: AccessRequest, team: UUID | None, *, at: datetime) -> AccessRequest:
        by = UUID(self.scope.user_id)
        if team is None:
            return declined(request, by=by, at=at)
        return granted(request, team=team, by=by, at=at)

    def _team(self, request: AccessRequest, chosen: UUID | None) -> UUID:
        with self.db.reading() as connection:
            asker = directory_rows.load(connection).find_user(str(request.user_id))
        return team_to_grant(asker, chosen)

    def _update(self, customer: UUID, team: UUID) -> Json:
        """Without a key: done twice it adds nothing, and a key would outlive a team that is taken away."""
        patch = {"teams": {"add": [str(team)]}}
        try:
            answer: Json = self.ask("update_customer", self.scope.dump(), str(customer), patch)
        except NotFound:
            raise not_found() from None
        except Invalid:  # of this patch nothing can be wrong but the team
            raise Invalid.at("/team", "unknown_team", "there is no such team") from None
        return answer
