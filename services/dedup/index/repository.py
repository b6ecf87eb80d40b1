"""Writing the index: news about customers, whichever question they answer, in whatever order they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from services.dedup.customers import Description
from services.dedup.index import statements
from services.dedup.index.news import News

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What the news came to: customers that are others than before, and those that are none any more."""

    changed: set[UUID]
    left: set[UUID]


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a record belongs to, and which question said so."""

    owner: UUID | None
    asked: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A customer as it is stored."""

    told: Description
    facts: Json
    keys: list[int]

    @classmethod
    def of(cls, told: Description) -> _Entry:
        return cls(told, told.facts.dump(), list(told.keys))

    def is_stored_as(self, row: Any) -> bool:
        """Facts leave out addresses beyond a number: of who has more, nothing can be said."""
        if row is None or len(self.told.identities) > len(self.facts["points"]):
            return False
        return (row.facts, row.keys, tuple(row.members)) == (self.facts, self.keys, self.told.members)


def lock(connection: Connection) -> None:
    """Until the transaction ends nobody else writes the index or pairs. Before anything is read for that."""
    connection.execute(statements.LOCK)


def write(connection: Connection, news: News) -> Written:
    """Under the lock. What a later question has been answered about stays as it is."""
    told = _latest(news.customers)
    records = {member for each in told for member in each.members} | news.gone
    known = _known(connection, records)

    def is_news(record: UUID) -> bool:
        return record not in known or known[record].asked <= news.asked

    fresh = [each for each in told if all(map(is_news, each.members))]
    absorbed = _absorbed(fresh, known)
    _drop_owners(connection, absorbed)
    changed = _put(connection, fresh, news.asked)
    gone = {record for record in news.gone if is_news(record)}
    _drop_gone(connection, gone, news.asked)
    return Written(changed, absorbed | gone)


def sweep(connection: Connection, news: News, *, after: UUID, until: UUID | None) -> set[UUID]:
    """Take out whoever is not among the news of all with these ids: behind `after`, up to `until`."""
    found = connection.execute(
        statements.BETWEEN, {"after": after, "until": until, "asked": news.asked}
    ).scalars()
    left = set(found) - {each.id for each in news.customers}
    _drop_gone(connection, left, news.asked)
    return left


def forget_left(connection: Connection) -> None:
    """No answer is on its way for an hour."""
    connection.execute(statements.FORGET_LEFT)


def _latest(customers: Sequence[Description]) -> list[Description]:
    """Of two that have a record in common, told by one answer in parts, the one that was told last."""
    taken: set[UUID] = set()
    kept = []
    for each in reversed(customers):
        if taken.isdisjoint(each.members):
            taken.update(each.members)
            kept.append(each)
    return sorted(kept, key=lambda each: each.id)


def _known(connection: Connection, records: Collection[UUID]) -> dict[UUID, _Known]:
    rows = connection.execute(statements.KNOWN, {"records": sorted(records)})
    return {row.record_id: _Known(row.customer_id, row.asked) for row in rows}


def _absorbed(fresh: Iterable[Description], known: Mapping[UUID, _Known]) -> set[UUID]:
    """Customers of their own until now that are part of another."""
    return {
        member
        for each in fresh
        for member in each.members
        if member != each.id and member in known and known[member].owner == member
    }


def _put(connection: Connection, fresh: Sequence[Description], asked: int) -> set[UUID]:
    entries = list(map(_Entry.of, fresh))
    stored = {row.customer_id: row for row in _rows(connection, fresh)}
    same = [each for each in entries if each.is_stored_as(stored.get(each.told.id))]
    if same:
        connection.execute(statements.SEEN, {**_revisions(same), "asked": asked})
    changed = [each for each in entries if not each.is_stored_as(stored.get(each.told.id))]
    if changed:
        _put_changed(connection, changed, asked)
    return {each.told.id for each in changed}


def _rows(connection: Connection, fresh: Sequence[Description]) -> Iterable[Any]:
    return connection.execute(statements.STORED, {"ids": [each.id for each in fresh]}) if fresh else ()


def _revisions(entries: Sequence[_Entry]) -> Json:
    return {
        "ids": [each.told.id for each in entries],
        "revisions": [each.told.revision for each in entries],
    }


def _put_changed(connection: Connection, entries: Sequence[_Entry], asked: int) -> None:
    customers = {
        **_revisions(entries),
        "asked": asked,
        "names": [each.told.facts.name for each in entries],
        "facts": [jsonio.dumps(each.facts).decode() for each in entries],
        "keys": ["{" + ",".join(map(str, each.keys)) + "}" for each in entries],
    }
    connection.execute(statements.PUT, customers)
    members = sorted((member, each.told.id) for each in entries for member in each.told.members)
    records: Json = {"records": [record for record, _ in members], "owners": [owner for _, owner in members]}
    ids = customers["ids"]
    connection.execute(statements.DROP_RECORDS, {"ids": ids, "records": records["records"]})
    connection.execute(statements.PUT_RECORDS, records)
    connection.execute(statements.NOTE_BACK, {"records": records["records"]})
    held = sorted((*identity, each.told.id) for each in entries for identity in each.told.identities)
    spaces, values, owners = ([each[part] for each in held] for part in range(3))
    identities: Json = {"spaces": spaces, "values": values, "owners": owners}
    connection.execute(statements.DROP_IDENTITIES, {**identities, "ids": ids})
    connection.execute(statements.PUT_IDENTITIES, identities)


def _drop_gone(connection: Connection, gone: set[UUID], asked: int) -> None:
    if not gone:
        return
    _drop_owners(connection, gone)
    records = {"records": sorted(gone)}
    connection.execute(statements.DROP_GONE, records)
    connection.execute(statements.NOTE_LEFT, {**records, "asked": asked})


def _drop_owners(connection: Connection, ids: Collection[UUID]) -> None:
    for statement in statements.DROP_OWNERS if ids else ():
        connection.execute(statement, {"ids": sorted(ids)})
