"""What connectors reply, where the reply is not the conversation itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.events import Event, ReadyMessage, subscribe
from servicekit.jsonio import loads
from services.customers.outreach import replies
from services.customers.outreach.announcements import EXCHANGE
from services.customers.outreach.schemas import SCHEMAS


@subscribe(*SCHEMAS, schema=SCHEMAS)
class CloseRequests:
    """The connector will not begin the conversation that somebody asked for."""

    def __init__(self, deps: Any) -> None: ...

    def fetch(self, events: list[Event]) -> None: ...

    def apply(self, uow: UnitOfWork, events: list[Event], fetched: None) -> None:
        now = utc_now()
        replies.refuse(
            uow.connection,
            [(e.data["request_id"], e.source, e.data["reason"], e.time or now) for e in events],
        )


def note_returned(uow: UnitOfWork, messages: list[ReadyMessage]) -> None:
    """No queue wanted these: their accounts have no connector. Nothing else that we send is mandatory."""
    returned = [loads(message.body)["data"] for message in messages if message.exchange == EXCHANGE]
    ids = [UUID(data["request_id"]) for data in returned]
    replies.nobody_listens(uow.connection, ids, at=utc_now())
