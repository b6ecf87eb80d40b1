"""Whose conversation it is: its customer, if it is known; else who holds an address; else somebody new."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from servicekit.events import BadEvent
from servicekit.ids import new_id
from services.customers.configuration import Configuration
from services.customers.history import repository
from services.customers.history.domain.batch import Batch, Key, Told
from services.customers.history.domain.conversation import in_team, value
from services.customers.history.repository import Known
from services.customers.registry import arrivals
from services.customers.registry.arrivals import Outcome
from services.customers.registry.domain.contacts import Point
from services.customers.registry.domain.customer import NewCustomer
from services.customers.registry.domain.names import automatic_name
from services.customers.registry.repository import Author, LockedCustomer, lock_customers

_CHARACTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Senders:
    """`outcomes` by conversation; `known` are the conversations that go on. Customers are locked or new."""

    outcomes: Mapping[Key, Outcome]
    known: Mapping[Key, Known]
    created: Mapping[UUID, NewCustomer]
    locked: Mapping[UUID, LockedCustomer]


def find_or_create(
    connection: Connection, batch: Batch, *, configuration: Configuration, now: datetime
) -> Senders:
    """Raises BadEvent for a conversation that nobody knows, of somebody without any usable address."""
    known = repository.find(connection, batch.conversations.keys())
    for key, told in batch.conversations.items():
        if key not in known and not told.addresses:
            raise BadEvent(told.first_event, "no_identity", "nobody knows who is in this conversation")
    known, kept = _without_deleted(connection, batch, known)
    wanted = {
        key: _newcomer(told, configuration, now)
        for key, told in batch.conversations.items()
        if key not in kept
    }
    decided = {wanted[key].id: (known[key].customer_id, known[key].root_id) for key in wanted if key in known}
    author = Author(by=None, origin="event", at=now)
    found = arrivals.get_or_create_many(connection, list(wanted.values()), author=author, decided=decided)
    outcomes = dict(zip(wanted, found.outcomes, strict=True))
    created = {c.id: c for c in wanted.values()}
    return Senders(
        outcomes={**outcomes, **kept},
        known=known,
        created={o.root_id: created[o.root_id] for o in outcomes.values() if o.created},
        locked=found.locked,
    )


def _without_deleted(
    connection: Connection, batch: Batch, known: dict[Key, Known]
) -> tuple[dict[Key, Known], dict[Key, Outcome]]:
    """A new message makes a new customer, so a deleted one's conversation ends and another begins.

    Without an address nobody new can be made: then it stays where it is, and comes back on restore.
    """
    deleted = {key: each for key, each in known.items() if each.deleted}
    kept = {key: each for key, each in deleted.items() if not batch.conversations[key].addresses}
    ended = deleted.keys() - kept.keys()
    repository.set_aside(connection, [deleted[key].id for key in ended])
    lock_customers(connection, {each.customer_id for each in kept.values()}) if kept else None
    stays = {key: Outcome(each.customer_id, each.root_id, created=False) for key, each in kept.items()}
    return {key: each for key, each in known.items() if key not in ended}, stays


def _newcomer(told: Told, configuration: Configuration, now: datetime) -> NewCustomer:
    """Who this would be, should nobody know them."""
    channel, name = str(value(told.parts, "channel")), value(told.parts, "name")
    parts = in_team(told.parts, fallback_team(told, configuration))
    assignee, teams = value(parts, "assignee"), value(parts, "teams") or []
    return NewCustomer(
        id=new_id(),
        name=name or automatic_name(channel, "".join(secrets.choice(_CHARACTERS) for _ in range(4))),
        name_source="event" if name else "auto",
        channel=channel,
        created_at=now,
        points=_points(told, now),
        team_ids=frozenset(map(UUID, teams)),
        assignee_id=UUID(assignee) if assignee else None,
    )


def _points(told: Told, now: datetime) -> tuple[Point, ...]:
    """Its addresses; the first of each kind is the primary one."""
    kinds: set[str] = set()
    points = []
    for each in told.addresses.values():
        kind = each.point.kind
        points.append(
            Point(
                id=new_id(),
                kind=kind,
                value=each.point.value,
                raw=each.point.raw,
                identity=each.point.identity,
                created_at=now,
                scope=each.scope,
                primary=kind not in kinds,
            )
        )
        kinds.add(kind)
    return tuple(points)


def fallback_team(told: Told, configuration: Configuration) -> str | None:
    """The team of a conversation that names none: its source's, its channel's, or the default one."""
    channel = str(value(told.parts, "channel"))
    team = configuration.settings.team_of(source=told.key[0], channel=channel)
    return team if team in configuration.directory.teams else None
