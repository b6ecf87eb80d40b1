"""Looking at parked messages, sending them again, throwing them away. For administrators."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select

from servicekit import bus
from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.database.tables import plumbing
from servicekit.database.unit_of_work import Transactions, UnitOfWork
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from servicekit.events.delivery import FROM_EXCHANGE, FROM_ROUTING_KEY
from servicekit.events.outbox import ReadyMessage
from servicekit.events.publisher import Publisher
from servicekit.inputs import find_id
from servicekit.rpc import rpc
from servicekit.scope import Scope

MAX_PAGE: Final = 200
_table: Final = plumbing.parked_message.c
_ORDER: Final = Keyset("last_seen", [SortKey(_table.last_seen, descending=True)], _table.id)
# The body is left out: it is somebody's words, and may be a megabyte.
_SHOWN: Final = (
    "id",
    "exchange",
    "routing_key",
    "event_type",
    "content_type",
    "body_size",
    "body_complete",
    "reason",
    "detail",
    "attempts",
    "first_seen",
    "last_seen",
)


def list_parked(
    connection: Connection, *, limit: int = 50, after: dict[str, str] | None = None
) -> dict[str, Any]:
    """`{"data", "more"}` by (last_seen, id), newest first, without bodies.

    `after` is the place `{"at", "id"}` behind which the page begins, so that lists of several services can be
    read as one. Raises Invalid for one that is no place.
    """
    statement = select(*(_table[name] for name in _SHOWN))
    cursor = None if after is None else _cursor(after)
    page = list_page(connection, statement, _ORDER, cursor=cursor, limit=max(1, min(limit, MAX_PAGE)))
    return {"data": [_message(row) for row in page.rows], "more": page.next is not None}


def has_parked(connection: Connection, parked_id: str) -> bool:
    """Whether the message is kept here."""
    found = connection.execute(select(_table.id).where(_table.id == find_id(parked_id)))
    return found.first() is not None


def replay(db: Transactions, publisher: Publisher, queue: str, parked_id: str) -> None:
    """Puts the message into the service's own queue, then forgets it: it may come twice, but never not.

    Raises NotFound, Conflict `parked_body_incomplete`, Unavailable `bus_down`, `queue_missing`, `queue_full`.
    """
    with db.unit_of_work() as uow:
        row = _lock(uow, parked_id)
        if not row.body_complete:
            raise Conflict("parked_body_incomplete", {"body_size": row.body_size})
        try:
            sent = publisher.send([_again(row, queue)])
        except bus.ERRORS as error:
            publisher.drop()
            raise Unavailable("bus_down", {"retry_after": 1}) from error
        if sent.returned or sent.refused:
            raise Unavailable("queue_missing" if sent.returned else "queue_full", {"retry_after": 1})
        uow.connection.execute(delete(plumbing.parked_message).where(_table.id == row.id))


def discard(uow: UnitOfWork, parked_id: str) -> None:
    """Throws the message away for good. Raises NotFound."""
    row = _lock(uow, parked_id)
    uow.connection.execute(delete(plumbing.parked_message).where(_table.id == row.id))


class ParkedMessages:
    """Mixin of a service class whose `events` is a Subscriber."""

    events: Any

    @rpc
    def list_parked(
        self, scope: dict[str, Any], limit: int = 50, after: dict[str, str] | None = None
    ) -> dict[str, Any]:
        _for_administrators(scope)
        page: dict[str, Any] = self.events.list_parked(limit=limit, after=after)
        return page

    @rpc
    def has_parked(self, scope: dict[str, Any], id: str) -> dict[str, Any]:
        _for_administrators(scope)
        return {"found": self.events.has_parked(id)}

    @rpc
    def replay_parked(self, scope: dict[str, Any], id: str) -> dict[str, Any]:
        _for_administrators(scope)
        self.events.replay_parked(id)
        return {}

    @rpc
    def discard_parked(self, scope: dict[str, Any], id: str) -> dict[str, Any]:
        _for_administrators(scope)
        self.events.discard_parked(id)
        return {}


def _for_administrators(scope: dict[str, Any]) -> None:
    if not Scope.load(scope).is_admin:
        raise Forbidden("administrators_only")


def _cursor(after: Any) -> str:
    """The place as a cursor of the list."""
    try:
        return _ORDER.cursor_after([parse_rfc3339(after["at"])], find_id(after["id"]))
    except (ValueError, TypeError, KeyError, OverflowError):
        raise Invalid.at("/after", "invalid_place", "`at` and `id` of an item are expected.") from None


def _lock(uow: UnitOfWork, parked_id: str) -> Row[Any]:
    key = find_id(parked_id)
    found = uow.connection.execute(select(plumbing.parked_message).where(_table.id == key).with_for_update())
    row = found.first()
    if row is None:
        raise NotFound("parked_message_not_found", {"id": parked_id})
    return row


def _again(row: Row[Any], queue: str) -> ReadyMessage:
    origin = {FROM_EXCHANGE: row.exchange, FROM_ROUTING_KEY: row.routing_key} if row.exchange else {}
    return ReadyMessage(
        exchange="",
        routing_key=queue,
        body=bytes(row.body),
        message_id=str(row.id),
        content_type=row.content_type or "",
        headers={**row.headers, **origin},
        mandatory=True,
    )


def _message(row: Row[Any]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _SHOWN}
    times = {name: to_rfc3339(shown[name]) for name in ("first_seen", "last_seen")}
    return {**shown, **times, "id": str(row.id)}
