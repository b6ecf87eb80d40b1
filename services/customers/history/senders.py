"""Whose it is: its customer's, if it is known; else whom the event names; else who holds an address; else
somebody new's."""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from servicekit.events import BadEvent
from servicekit.ids import new_id
from servicekit.inputs import find_id
from services.customers.configuration import Configuration
from services.customers.history import repository
from services.customers.history.domain.batch import Batch, Told
from services.customers.history.domain.heard import Key
from services.customers.history.domain.parts import in_team, value
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
    """`outcomes` by what was heard of; `known` is what goes on. Customers are locked or new."""

    outcomes: Mapping[Key, Outcome]
    known: Mapping[Key, Known]
    created: Mapping[UUID, NewCustomer]
    locked: Mapping[UUID, LockedCustomer]


def find_or_create(
    connection: Connection, batch: Batch, *, configuration: Configuration, now: datetime
) -> Senders:
    """Raises BadEvent for what nobody knows, of somebody without any usable address."""
    known = repository.find(connection, batch.things.keys())
    known, kept = _without_deleted(connection, batch, known)
    named = _named(connection, batch, known.keys() | kept.keys())
    wanted = {k: _newcomer(told, configuration, now) for k, told in batch.things.items() if k not in kept}
    decided = {wanted[key].id: (known[key].customer_id, known[key].root_id) for key in wanted if key in known}
    decided |= {wanted[key].id: record for key, record in named.items()}
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


def _named(connection: Connection, batch: Batch, known: Collection[Key]) -> dict[Key, tuple[UUID, UUID]]:
    """(record, root) of the customers that events name by id. Raises BadEvent if all else fails, too."""
    new = {key: told for key, told in batch.things.items() if key not in known}
    ids = {key: found for key, told in new.items() if told.customer and (found := find_id(told.customer))}
    roots = repository.find_customers(connection, set(ids.values()))
    named = {key: (asked, roots[asked]) for key, asked in ids.items() if asked in roots}
    for key, told in new.items():
        if key in named or told.addresses:
            continue
        if told.customer:
            raise BadEvent(told.first_event, "unknown_customer", "there is no such customer, nor any address")
        raise BadEvent(told.first_event, "no_identity", f"nobody knows whose {key[2]} this is")
    return named


def _without_deleted(
    connection: Connection, batch: Batch, known: dict[Key, Known]
) -> tuple[dict[Key, Known], dict[Key, Outcome]]:
    """What is new makes a new customer, so a deleted one's conversation ends and another begins.

    Without an address nobody new can be made: then it stays where it is, and comes back on restore.
    """
    deleted = {key: each for key, each in known.items() if each.deleted}
    kept = {key: each for key, each in deleted.items() if not batch.things[key].addresses}
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
    """The team of what names none: its source's, its channel's, or the default one."""
    channel = str(value(told.parts, "channel"))
    team = configuration.settings.team_of(source=told.key[0], channel=channel)
    return team if team in configuration.directory.teams else None
