"""What events change about their customers: name, teams, assignee, channel of origin.

Each follows from everything that was ever said, not from the order in which it arrived: the first
real name, the latest assignment, the channel of the earliest conversation, every team named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from servicekit.text import folded
from services.customers.history import absorbed, precedence
from services.customers.history.domain.heard import Key
from services.customers.history.domain.parts import CONTACT, CONVERSATION, Part, Parts, beginning, value
from services.customers.history.senders import Senders
from services.customers.registry import index
from services.customers.registry.announcements import Changed
from services.customers.registry.arrivals import Outcome
from services.customers.registry.domain.customer import FieldChange, NewCustomer
from services.customers.registry.repository import Author, LockedCustomer, record_changes

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
    """What a batch says about one customer, over all that it is about.

    `channels` are those of what may be the origin now, `first` the clock and channel of what was heard of
    first among all but conversations. `moved`: a conversation began later than was thought, or elsewhere.
    `told_of` are the contact events that tell of the customer, and the teams they come with.
    """

    name: Part | None = None
    assignee: Part | None = None
    channels: set[str] = field(default_factory=set)
    first: tuple[str, str] | None = None
    moved: bool = False
    teams: set[str] = field(default_factory=set)
    told_of: dict[Key, set[str]] = field(default_factory=dict)


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
    said = _said(found, before, after, _customer)
    present = {customer_id: _present(found, customer_id) for customer_id in said}
    changes: dict[UUID, list[FieldChange]] = {}
    for customer_id, change in [
        *_names(connection, said, present),
        *_assignees(connection, said, present),
        *_teams(connection, said, present),
        *_channels(connection, said, present),
    ]:
        changes.setdefault(customer_id, []).append(change)
    _of_records(connection, found, before, after, changes)
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


def _of_records(
    connection: Connection,
    found: Senders,
    before: Mapping[Key, Parts],
    after: Mapping[Key, Parts],
    changes: Mapping[UUID, list[FieldChange]],
) -> None:
    """What records of merged customers have by what was said of them, and what customers show of that."""
    merged = {row.id: row for row in found.locked.values() if row.folded or row.root_id != row.id}
    merged |= {row.root_id: found.locked[row.root_id] for row in merged.values()}
    if not merged:
        return
    rows = {
        c: absorbed.Row(_present(found, c).team_ids, row.folded, row.merged_into) for c, row in merged.items()
    }
    said = {c: this for c, this in _said(found, before, after, _record).items() if c in rows}
    own = {c: replace(_present(found, c), team_ids=rows[c].own_teams) for c in said}
    alone = {c: this for c, this in said.items() if merged[c].root_id != c}
    gained = {c: frozenset(each.after) - own[c].team_ids for c, each in _teams(connection, said, own)}
    assigned = {c: each.after for c, each in _assignees(connection, alone, own)}
    shown = {
        c: frozenset(each.after) - frozenset(each.before)
        for c in rows.keys() & changes.keys()
        for each in changes[c]
        if each.field == "teams"
    }
    absorbed.give(connection, rows, gained=gained, assigned=assigned, shown=shown)


def _customer(outcome: Outcome) -> UUID:
    return outcome.root_id


def _record(outcome: Outcome) -> UUID:
    return outcome.customer_id


def _said(
    found: Senders, before: Mapping[Key, Parts], after: Mapping[Key, Parts], whose: Callable[[Outcome], UUID]
) -> dict[UUID, _Said]:
    """Only what is new: a team that was named before is not given again after somebody took it away."""
    said: dict[UUID, _Said] = {}
    for key, parts in after.items():
        outcome, old = found.outcomes[key], before[key]
        if outcome.created or not (outcome.root_id in found.locked or outcome.root_id in found.created):
            continue  # made from this very conversation; or deleted, and then nobody changes it
        if parts != old:
            _add(said.setdefault(whose(outcome), _Said()), key, parts, old)
    return said


def _add(said: _Said, key: Key, parts: Parts, old: Parts) -> None:
    if parts.get("name") != old.get("name"):
        said.name = min(filter(None, (said.name, parts["name"])))
    if parts.get("assignee") != old.get("assignee"):
        said.assignee = max(filter(None, (said.assignee, parts["assignee"])), key=lambda part: part[0])
    begins = beginning(parts), str(value(parts, "channel"))
    if not old or begins != (beginning(old), value(old, "channel")):
        said.channels.add(begins[1])
        said.moved |= bool(old)
        if key[2] != CONVERSATION:
            said.first = min(filter(None, (said.first, begins)))
    teams = set(value(parts, "teams") or ()) - set(value(old, "teams") or ())
    if key[2] == CONTACT:
        said.told_of[key] = teams
    else:
        said.teams |= teams


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
    first = precedence.first_names(connection, asked)
    first |= {c for c in named if present[c].name_source == "auto"}
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
    last = precedence.last_assignments(connection, asked)
    return [(c, FieldChange("assignee", present[c].assignee_id, assigned[c][1])) for c in last]


def _teams(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, FieldChange]]:
    for customer_id, key in _told_first(connection, said, present):
        said[customer_id].teams |= said[customer_id].told_of[key]
    return [
        (c, FieldChange("teams", sorted(present[c].team_ids), sorted(this.teams | present[c].team_ids)))
        for c, this in said.items()
        if not this.teams <= present[c].team_ids
    ]


def _told_first(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, Key]]:
    """The contact events whose teams count: a source that tells again gives nobody a team again."""
    told = [
        (c, key)
        for c, this in said.items()
        for key, teams in this.told_of.items()
        if not teams <= present[c].team_ids
    ]
    asked = [
        {"id": c, "source": source, "external_ids": [key[1] for key in said[c].told_of if key[0] == source]}
        for c, source in sorted({(c, key[0]) for c, key in told})
    ]
    before = precedence.told_before(connection, asked)
    return [(c, key) for c, key in told if (c, key[0]) not in before]


def _channels(
    connection: Connection, said: dict[UUID, _Said], present: dict[UUID, _Present]
) -> list[tuple[UUID, FieldChange]]:
    """The channel of the earliest conversation, else of what was heard first, for who came by an event."""
    asked = [
        {"id": c, "clock": this.first and this.first[0], "channel": this.first and this.first[1]}
        for c, this in said.items()
        if this.moved or this.channels - {present[c].channel}
    ]
    origins = precedence.origins(connection, asked)
    return [
        (c, FieldChange("channel", present[c].channel, channel))
        for c, channel in origins.items()
        if channel != present[c].channel
    ]


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
