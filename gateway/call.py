"""What a route gets: the checked request, the caller, and the ways to ask and to write."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway import audit
from gateway.accounts.passwords import Passwords
from gateway.answers import Answer, mark_replayed
from gateway.auth import Caller, Callers, identify
from gateway.conditional import Precondition
from gateway.database import Database
from gateway.files import Files
from gateway.idempotency import Key
from gateway.operations import Operation
from gateway.push.fanout import Push
from gateway.routing import ROW
from gateway.settings import GatewaySettings
from gateway.streams import Streams
from gateway.time_zone import parse_time_zone
from gateway.uploads.incoming import Incoming
from servicekit import context
from servicekit.aio import RpcClient
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.errors import Duplicate, ServiceError, Unavailable
from servicekit.scope import Scope

Outcome = dict[str, Any]
# Where replies hold what was written; what it was done to may be beside it.
_WRITTEN = (
    "merge",
    "bulk_merge",
    "pair",
    "scan",
    "customer",
    "bulk",
    "note",
    "task",
    "comment",
    "request",
    "import",
    "export",
    "mapping",
    "upload",
    "run",
    "configuration",
)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resources:
    """What lives as long as the process."""

    settings: GatewaySettings
    database: Database
    callers: Callers
    passwords: Passwords
    bus: RpcClient
    streams: Streams
    push: Push
    files: Files
    pages: dict[str, Answer]  # finished answers: the OpenAPI document, the files of /docs
    found: set[str] = field(default_factory=set)  # parts that were seen up since the start


@dataclass(slots=True)
class Call:
    """One request, checked."""

    resources: Resources
    operation: Operation
    request_id: str
    deadline: float  # unix seconds
    path: dict[str, str]
    headers: dict[bytes, bytes]
    client: str
    query: dict[str, Any]
    body: Any = None
    known_caller: Caller | None = None
    allowed: frozenset[str] | None = None  # the roles that may do this
    precondition: Precondition | None = None
    key: Key | None = None
    incoming: Incoming | None = None  # an upload that nobody has read yet
    wants_body: bool = True  # False of HEAD

    @property
    def caller(self) -> Caller:
        if self.known_caller is None:
            raise RuntimeError(f"{self.operation.name} is open to anyone and has no caller")
        return self.known_caller

    @property
    def scope(self) -> Scope:
        return self.caller.scope

    @property
    def version(self) -> int | None:
        """The version that the caller saw, None if any will do."""
        return self.precondition.version if self.precondition else None

    @property
    def time_zone(self) -> str | None:
        """Where the caller's days begin and end; None: where the company's do."""
        return parse_time_zone(self.headers.get(b"time-zone"))

    @property
    def if_none_match(self) -> bytes | None:
        return self.headers.get(b"if-none-match")

    def target(self) -> str | None:
        """What it is done to: the innermost thing of the path, but no mere row of it."""
        named = [value for name, value in self.path.items() if name != ROW]
        return named[-1] if named else None

    def within(self, seconds: float) -> Call:
        """The same call with less time."""
        return replace(self, deadline=min(self.deadline, time.time() + seconds))

    def patient(self, seconds: float) -> Call:
        """The same call with so much time from now on, for what takes longer than other requests."""
        deadline = time.time() + seconds
        context.begin(context.CallContext(self.request_id, deadline, self.caller.user_id))
        return replace(self, deadline=deadline)

    async def renewed(self) -> Call:
        """The same call as if it came at this moment: with the rights of now, and time to be answered.

        Raises as the request itself would: 401 once the token is of no use any more, 403 for another role.
        """
        if self.allowed is None:
            raise RuntimeError(f"{self.operation.name} is open to anyone: there are no rights to look at")
        deadline = time.time() + self.resources.settings.rpc_deadline_seconds
        caller = await identify(self.resources.callers, self.headers, self.allowed)
        context.begin(context.CallContext(self.request_id, deadline, caller.user_id))
        return replace(self, deadline=deadline, known_caller=caller)

    async def ask(self, method: str, *args: Any, service: str = "customers", **kwargs: Any) -> Any:
        """The answer of a service to a question; changes nothing."""
        return await self._call(service, method, args, kwargs, write=False)

    async def tell(self, method: str, *args: Any, service: str = "customers", **kwargs: Any) -> Any:
        """A write in a service, on the audit trail when an administrator does it, or if it always is.

        The entry is written before the call and withdrawn if the service refused, so that
        neither a crash nor a lost answer can leave a change without a trace: it then says "started".
        """
        if not (self.scope.is_admin or self.operation.audited):
            return await self._write(service, method, args, kwargs)
        entry = await self.resources.database.write(lambda uow: self._audit(uow.connection, audit.STARTED))
        try:
            reply = await self._write(service, method, args, kwargs)
        except Unavailable:
            raise
        except ServiceError:
            await self.resources.database.write(lambda uow: audit.withdraw(uow.connection, entry))
            raise
        await self._settle(entry, _id_in(reply))
        return reply

    async def note_handed_out(self) -> None:
        """On the audit trail: the caller gets a file with contact data in it, whoever they are."""
        await self.resources.database.write(lambda uow: self._audit(uow.connection, audit.DONE))

    async def own_write(
        self, work: Callable[[UnitOfWork], Outcome], render: Callable[[Connection, Outcome], Answer]
    ) -> Answer:
        """A write of the gateway itself: effect, idempotency, audit and answer in one transaction.

        `work` returns what a replay needs to render the answer again: ids, never content.
        """

        def transaction(uow: UnitOfWork) -> Answer:
            key, hash = (self.key.key, self.key.hash) if self.key else (None, "")
            stored = uow.idempotency.begin(key, user_id=self.caller.user_id, request_hash=hash)
            if stored is not None:
                return mark_replayed(render(uow.connection, stored | {"replayed": True}))
            outcome = work(uow)
            uow.idempotency.finish(outcome)
            if self.scope.is_admin:
                self._audit(uow.connection, audit.DONE, outcome.get("id"))
            return render(uow.connection, outcome)

        return await self.resources.database.write(transaction)

    async def _write(self, service: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.operation.idempotent:
            kwargs["idempotency"] = self.key.message() if self.key else None
        try:
            return await self._call(service, method, args, kwargs, write=True)
        except Duplicate as found:
            if found.payload.get("restricted_match"):
                await self.resources.database.write(lambda uow: self._audit(uow.connection, audit.RESTRICTED))
            raise

    async def _call(
        self, service: str, method: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, write: bool
    ) -> Any:
        left = self.deadline - time.time()
        return await self.resources.bus.call(
            service, method, self.caller.message, *args, deadline=left, write=write, **kwargs
        )

    def _audit(self, connection: Connection, outcome: str, target: str | None = None) -> UUID:
        return audit.record(
            connection,
            user_id=self.caller.user_id,
            operation=self.operation.name,
            target=target or self.target(),
            request_id=self.request_id,
            outcome=outcome,
        )

    async def _settle(self, entry: UUID, target: str | None) -> None:
        try:
            await self.resources.database.write(
                lambda uow: audit.settle(uow.connection, entry, target=target)
            )
        except Unavailable:
            # The service has done it, so that is the answer; the entry stays and says "started".
            log.error("audit entry not settled", extra={"entry": str(entry)})


def _id_in(reply: Any) -> str | None:
    """The id of what was written, when the reply holds it: a new customer's, for instance."""
    answered = reply if isinstance(reply, dict) else {}
    resource = next((answered[kind] for kind in _WRITTEN if kind in answered), answered)
    found = resource.get("id")
    return found if isinstance(found, str) else None
