"""The HTTP door for connectors: the same events as over AMQP."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.postgresql import insert

from gateway.answers import Answer, json_answer
from gateway.call import Call, Outcome
from gateway.incoming_events import BATCH, BODY, SINGLE, Event, check_sources, check_teams, read_events
from gateway.operations import JSON, Routes
from gateway.schemas.common import EventsAccepted
from gateway.tables import plumbing, team
from servicekit import jsonio
from servicekit.database.unit_of_work import UnitOfWork
from servicekit.events.outbox import ReadyMessage

routes = Routes("Events")
EXCHANGE = "channel.events"


@routes.post(
    "/v1/events",
    reader=read_events,
    body_documents=BODY,
    content_types=(SINGLE, BATCH, JSON),
    answers={202: EventsAccepted},
    errors={403: "source_not_allowed, team_not_allowed"},
)
async def post_events(call: Call) -> Answer:
    """Take one CloudEvent or a batch.

    202 means that they are safe, also while the message bus is down. An event is known by its source and
    id: a repeated one is counted and not taken again. If one of a batch is malformed, none is taken.
    """
    events, batch = call.body
    check_sources(events, call.caller.source, batch=batch)

    def work(uow: UnitOfWork) -> Outcome:
        if call.caller.source is not None and call.scope.team_ids:
            check_teams(events, _team_names(uow.connection, call.scope.team_ids), batch=batch)
        fresh = _record(uow.connection, events)
        uow.outbox.add(*map(_message, fresh))
        return {"accepted": len(fresh), "repeated": len(events) - len(fresh)}

    return await call.own_write(work, _accepted)


def _accepted(_: Connection, outcome: Outcome) -> Answer:
    return json_answer({name: outcome[name] for name in ("accepted", "repeated")}, status=202)


def _record(connection: Connection, events: list[Event]) -> list[Event]:
    """The new events, in their order. Keys are inserted sorted, so that two batches cannot deadlock."""
    first = {(event["source"], event["id"]): event for event in reversed(events)}
    rows = [{"source": source, "event_id": event_id} for source, event_id in sorted(first)]
    inbox = plumbing.inbox
    inserted: Iterable[Row[tuple[str, str]]] = connection.execute(
        insert(inbox).values(rows).on_conflict_do_nothing().returning(inbox.c.source, inbox.c.event_id)
    )
    new = {tuple(row) for row in inserted}
    return [
        event for event in events if first.get(key := (event["source"], event["id"])) is event and key in new
    ]


def _message(event: Event) -> ReadyMessage:
    return ReadyMessage(
        exchange=EXCHANGE, routing_key=event["type"], body=jsonio.dumps(event), message_id=event["id"]
    )


def _team_names(connection: Connection, team_ids: Iterable[str]) -> dict[str, str]:
    query = select(team.c.id, team.c.name).where(team.c.id.in_([UUID(team_id) for team_id in team_ids]))
    return {str(row.id): row.name for row in connection.execute(query)}
