"""Calls about requests for access: agents ask, administrators decide."""

from __future__ import annotations

from typing import Any, Final

from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid, Stale
from servicekit.inputs import object_of, version_of, whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.dedup.access import asking
from services.dedup.access.deciding import Deciding
from services.dedup.access.domain.request import (
    GRANTED,
    STATES,
    AccessRequest,
    check_pending,
    read_decision,
)
from services.dedup.access.looking import Look, not_found
from services.dedup.access.messages import access_request_message
from services.dedup.access.repeating import begin, find_first

Json = dict[str, Any]
MAX_LIMIT: Final = 200


class AccessEntrypoints:
    """Mixin of DedupService."""

    db: Database
    customers: Any
    gateway: Any

    @rpc
    def request_access(self, scope: Json, token: str, idempotency: Json | None = None) -> Json:
        """A token that was redeemed before is answered the request that it made. Raises Invalid at /token."""
        caller = for_people(scope)
        if (first := find_first(self.db, caller, idempotency)) is not None:
            return self._request_answer(caller, first, replayed=True)
        worth = self.customers.call("redeem_access_token", caller.dump(), token)
        with self.db.unit_of_work() as uow:
            begin(uow, caller, idempotency)
            request = asking.ask(uow.connection, caller, token, worth, at=utc_now())
            uow.idempotency.finish({"status": 201, "id": str(request.id)})
        return self._request_answer(caller, request)

    @rpc
    def list_access_requests(
        self, scope: Json, state: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Json:
        """Newest first: an agent's own, all for administrators."""
        caller, limit = for_people(scope), whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        if state is not None and state not in STATES:
            raise Invalid.at("/state", "invalid_choice", f"one of {', '.join(STATES)} is expected")
        return self._look_at_requests(caller).page(state=state, cursor=cursor, limit=limit)

    @rpc
    def decide_access_request(
        self,
        scope: Json,
        request_id: str,
        data: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """Raises Conflict `already_decided`, Stale, and Invalid for a team that cannot be the one."""
        caller, decision = for_administrators(scope), read_decision(object_of(data))
        seen = version_of(version)
        if (first := find_first(self.db, caller, idempotency)) is not None:
            return self._request_answer(caller, first, replayed=True)
        request, customer = self._look_at_requests(caller).get(request_id)
        if seen is not None and seen != request.version:
            raise Stale("stale", {"current": access_request_message(request, caller, customer=customer.id)})
        check_pending(request)
        deciding, team = Deciding(self.db, self.customers.call, self.gateway, caller), None
        if decision.state == GRANTED:
            team = deciding.add_team(request, chosen=decision.team, customer=customer.id)
        request = deciding.save(request, customer, team=team, key=idempotency, at=utc_now())
        return {"request": access_request_message(request, caller, customer=customer.id), "replayed": False}

    def _request_answer(self, caller: Scope, request: AccessRequest, *, replayed: bool = False) -> Json:
        messages = self._look_at_requests(caller).messages([request])
        if not messages:
            raise not_found()
        return {"request": messages[0], "replayed": replayed}

    def _look_at_requests(self, caller: Scope) -> Look:
        return Look(self.db, self.customers.call, caller)
