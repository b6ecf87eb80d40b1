"""What conversations change about their customers: name, teams, assignee, channel of origin.

Each follows from everything that was ever said, not from the order in which it arrived: the first
real name, the latest assignment, the channel of the earliest conversation, every team named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from servicekit.text import folded
from services.customers.history.domain.batch import Key
from services.customers.history.domain.conversation import Part, Parts, began_at, beginning, value
from services.customers.history.senders import Senders
from services.customers.registry import index
from services.customers.registry.announcements import Changed
from services.customers.registry.domain.customer import FieldChange, NewCustomer
from services.customers.registry.repository import Author, LockedCustomer, record_changes

_EARLIER_NAMES = '(i.clocks ->> \'name\') COLLATE "C" < w.clock COLLATE "C"'
_LATER_ASSIGNMENTS = '(i.clocks ->> \'assignee\') COLLATE "C" > w.clock COLLATE "C"'
_EARLIER_CONVERSATIONS = "(i.at, i.channel) < (w.at, w.channel)"

# A customer's interactions are those of all its members: whoever was merged into it, and itself.
_INTERACTIONS = """
    (SELECT i.* FROM interaction i WHERE i.customer_id = w.id UNION ALL
     SELECT i.* FROM customer m JOIN interaction i ON i.customer_id = m.id
     WHERE m.root_id = w.id AND m.root_id <> m.id) i"""
_CHANGES = """
    (SELECT ch.* FROM change ch WHERE ch.customer_id = w.id UNION ALL
     SELECT ch.* FROM customer m JOIN change ch ON ch.customer_id = m.id
     WHERE m.root_id = w.id AND m.root_id <> m.id) ch"""
_WANTED = "json_to_recordset(CAST(:rows AS json)) AS w (id uuid, clock text, at timestamptz, channel text)"

_FIRST_NAMES = text(f"""
    SELECT w.id FROM {_WANTED} WHERE NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_EARLIER_NAMES})""")
# What somebody set by hand afterwards stays.
_LAST_ASSIGNMENTS = text(f"""
    SELECT w.id FROM {_WANTED} WHERE NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_LATER_ASSIGNMENTS})
      AND NOT EXISTS (SELECT FROM {_CHANGES}
                      WHERE field = 'assignee' AND origin <> 'event' AND ch.at > w.at)""")
# Only who came into being by a conversation has the first one's channel as origin.
_ORIGINS = text(f"""
    SELECT w.id FROM {_WANTED}
    WHERE EXISTS (SELECT FROM {_CHANGES} WHERE field = 'created' AND origin = 'event')
      AND NOT EXISTS (SELECT FROM {_CHANGES} WHERE field = 'channel' AND origin <> 'event')
      AND NOT EXISTS (SELECT FROM {_INTERACTIONS} WHERE {_EARLIER_CONVERSATIONS})""")

_UPDATE = text("""
    UPDATE customer c SET updated_at = :now, version = c.version + 1, revision = c.revision + 1,
           name = coalesce(r.name, c.name), name_search = coalesce(r.name_search, c.name_search),
           name_source = CASE WHEN r.name IS NULL THEN c.name_source ELSE 'event' END,
           channel = coalesce(r.channel, c.channel), team_ids = coalesce(r.team_ids, c.team_ids),
           assignee_id = CASE WHEN r.assigned THEN r.assignee_id ELSE c.assignee_id END
    FROM json_to_recordset(CAST(:rows AS json)) AS r (
        id uuid, name text, name_search text, channel text, team_ids uuid[], assigned boolean,
        assignee_id uuid)
    WHERE c.id = r.id RETURNING c.id, c.version, c.revision""")


@dataclass(slots=True)
class _Said:
    """What a batch says about one customer, over all its conversations."""

    name: Part | None = None
    assignee: Part | None = None
    origin: tuple[datetime, str] | None = None
    teams: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Present:
    name: str
    name_source: str
    assignee_id: str | None
    team_ids: frozenset[str]
    channel: str


def update(
    connection: Connection,
    found: Senders,
    *,
    before: Mapping[Key, Parts],
    after: Mapping[Key, Parts],
    now: datetime,
) -> list[Changed]:
    """Changes the customers (locked, or made in this transaction) and tells how."""
    said = _said(found, before, after)
    present = {customer_id: _present(found, customer_id) for customer_id in said}
    changes: dict[UUID, list[FieldChange]] = {}
    for customer_id, change in [
        *_names(connection, said, present),
        *_assignees(connection, said, present),
        *_teams(said, present),
        *_channels(connection, said, present),
    ]:
        changes.setdefault(customer_id, []).append(change)
    if not changes:
        return []
    rows = [_row(customer_id, fields) for customer_id, fields in sorted(changes.items())]
    updated = connection.execute(_UPDATE, {"rows": orjson.dumps(rows).decode(), "now": now}).all()
    index.refresh(connection, _found_otherwise(changes))
    author = Author(by=None, origin="event", at=now)
    record_changes(connection, [(c, f) for c, fields in changes.items() for f in fields], author=author)
    return [
        Changed(row.id, row.version, row.revision, "updated", [f.field for f in changes[row.id]])
        for row in updated
    ]


def _found_otherwise(changes: Mapping[UUID, list[FieldChange]]) -> list[UUID]:
    """Whom a search finds by something else, or shows to others, than before."""
    return [c for c, fields in changes.items() if any(f.field in ("name", "teams") for f in fields)]


def _said(found: Senders, before: Mapping[Key, Parts], after: Mapping[Key, Parts]) -> dict[UUID, _Said]:
    """Only what is new: a team that was named before is not given again after somebody took it away."""
    said: dict[UUID, _Said] = {}
    for key, parts in after.items():
        outcome, old = found.outcomes[key], before[key]
        if outcome.created or not (outcome.root_id in found.locked or outcome.root_id in found.created):
            continue  # made from this very conversation; or deleted, and then nobody changes it
        if parts != old:
            _add(said.setdefault(outcome.root_id, _Said()), parts, old)
    return said


def _add(said: _Said, parts: Parts, old: Parts) -> None:
    if parts.get("name") != old.get("name"):
        said.name = min(filter(None, (said.name, parts["name"])))
    if parts.get("assignee") != old.get("assignee"):
        said.assignee = max(filter(None, (said.assignee, parts["assignee"])), key=lambda part: part[0])
    if not old or beginning(parts) != beginning(old):
        said.origin = min(filter(None, (said.origin, (began_at(parts), value(parts, "channel")))))
    said.teams |= set(value(parts, "teams") or ()) - set(value(old, "teams") or ())


def _present(found: Senders, customer_id: UUID) -> _Present:
    row: NewCustomer | LockedCustomer = found.created.get(customer_id) or found.locked[customer_id]
    assignee = str(row.assignee_id) if row.assignee_id else None
    return _Present(row.name, row.name_source, assignee, frozenset(map(str, row.team_ids)), row.channel)


def _names(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, FieldChange]]:
    """The first real name; never over one that a person, an import or the API wrote."""
    named = {
        customer_id: this.name
        for customer_id, this in said.items()
        if this.name
        and present[customer_id].name_source in ("auto", "event")
        and present[customer_id].name != this.name[1]
    }
    asked = [{"id": c, "clock": part[0]} for c, part in named.items() if present[c].name_source == "event"]
    first = _ids(connection, _FIRST_NAMES, asked) | {c for c in named if present[c].name_source == "auto"}
    return [(c, FieldChange("name", present[c].name, named[c][1])) for c in first]


def _assignees(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, FieldChange]]:
    assigned = {
        customer_id: this.assignee
        for customer_id, this in said.items()
        if this.assignee and this.assignee[1] != present[customer_id].assignee_id
    }
    asked = [{"id": c, "clock": part[0], "at": part[0].partition(" ")[0]} for c, part in assigned.items()]
    last = _ids(connection, _LAST_ASSIGNMENTS, asked)
    return [(c, FieldChange("assignee", present[c].assignee_id, assigned[c][1])) for c in last]


def _teams(said: dict[UUID, _Said], present: dict[UUID, _Present]) -> list[tuple[UUID, FieldChange]]:
    return [
        (c, FieldChange("teams", sorted(present[c].team_ids), sorted(this.teams | present[c].team_ids)))
        for c, this in said.items()
        if not this.teams <= present[c].team_ids
    ]


def _channels(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, FieldChange]]:
    """The channel of the earliest conversation, for who came into being by one."""
    begun = {c: this.origin for c, this in said.items() if this.origin}
    asked = [
        {"id": c, "at": at, "channel": channel}
        for c, (at, channel) in begun.items()
        if channel != present[c].channel
    ]
    first = _ids(connection, _ORIGINS, asked)
    return [(c, FieldChange("channel", present[c].channel, begun[c][1])) for c in first]


def _ids(connection: Connection, statement: Any, asked: list[dict[str, Any]]) -> set[UUID]:
    if not asked:
        return set()
    return set(connection.execute(statement, {"rows": orjson.dumps(asked).decode()}).scalars())


def _row(customer_id: UUID, changes: list[FieldChange]) -> dict[str, Any]:
    new = {change.field: change.after for change in changes}
    name = new.get("name")
    return {
        "id": customer_id,
        "name": name,
        "name_search": folded(name) if name else None,
        "channel": new.get("channel"),
        "team_ids": new.get("teams"),
        "assigned": "assignee" in new,
        "assignee_id": new.get("assignee"),
    }
