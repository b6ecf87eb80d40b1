"""Writing the index: news about customers, whichever question they answer, in whatever order they come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from services.dedup.customers import Description
from services.dedup.index import arrays, statements
from services.dedup.index.news import News

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """What the news come to, with the number of their question.

    `changed` are customers that are others than before, of which the index has nothing of the `new` ones;
    `same` are those that are as they were; of the records that are `gone` there is no customer any more,
    and those that were `absorbed` are parts of another.
    """

    asked: int
    changed: Sequence[Description]
    new: frozenset[UUID]
    same: Sequence[Description]
    absorbed: frozenset[UUID]
    gone: frozenset[UUID]

    @property
    def left(self) -> frozenset[UUID]:
        """Those that are no customers any more."""
        return self.absorbed | self.gone


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a record belongs to, and which question said so."""

    owner: UUID | None
    asked: int


def lock(connection: Connection) -> None:
    """Until the transaction ends nobody else writes the index or pairs. Before anything is read for that."""
    connection.execute(statements.LOCK)


def write(connection: Connection, news: News) -> Changes:
    """Under the lock. What a later question has been answered about stays as it is."""
    changes = read(connection, news)
    put(connection, changes)
    return changes


def read(connection: Connection, news: News) -> Changes:
    """What they come to if they are `put` under the same lock."""
    told = _latest(news.customers)
    known = _known(connection, {member for each in told for member in each.members} | news.gone)

    def is_news(record: UUID) -> bool:
        return record not in known or known[record].asked <= news.asked

    fresh = [each for each in told if all(map(is_news, each.members))]
    met = [each for each in fresh if not known.keys().isdisjoint(each.members)]
    stored = _stored(connection, [each.id for each in met])
    same = [each for each in met if _is_stored_as(each, stored.get(each.id))]
    as_before = {each.id for each in same}
    return Changes(
        asked=news.asked,
        changed=[each for each in fresh if each.id not in as_before],
        new=frozenset(each.id for each in fresh) - {each.id for each in met},
        same=same,
        absorbed=_absorbed(met, known),
        gone=frozenset(filter(is_news, news.gone)),
    )


def put(connection: Connection, changes: Changes) -> None:
    """Write what was read under the same lock."""
    _drop_owners(connection, changes.absorbed)
    if changes.same:
        connection.execute(statements.SEEN, {**_revisions(changes.same), "asked": changes.asked})
    if changes.changed:
        _drop_parts(connection, [each for each in changes.changed if each.id not in changes.new])
        _put_changed(connection, changes.changed, changes.asked)
    _drop_gone(connection, changes.gone, changes.asked)


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
    rows = connection.execute(statements.KNOWN, {"records": arrays.sorted_ids(records)})
    return {row.record_id: _Known(row.customer_id, row.asked) for row in rows}


def _absorbed(met: Iterable[Description], known: Mapping[UUID, _Known]) -> frozenset[UUID]:
    """Customers of their own until now that are part of another."""
    return frozenset(
        member
        for each in met
        for member in each.members
        if member != each.id and member in known and known[member].owner == member
    )


def _stored(connection: Connection, ids: Collection[UUID]) -> dict[UUID, Any]:
    if not ids:
        return {}
    rows = connection.execute(statements.STORED, {"ids": arrays.sorted_ids(ids)})
    return {row.customer_id: row for row in rows}


def _is_stored_as(told: Description, row: Any) -> bool:
    """Facts leave out addresses beyond a number: of who has more, nothing can be said."""
    if row is None or len(told.identities) > len(told.facts.points):
        return False
    stored = (row.facts, tuple(row.keys), tuple(row.members))
    return stored == (told.facts.dump(), told.keys, told.members)


def _revisions(customers: Sequence[Description]) -> Json:
    return {
        "ids": arrays.of_ids(each.id for each in customers),
        "revisions": arrays.of_numbers(each.revision for each in customers),
    }


def _drop_parts(connection: Connection, known: Sequence[Description]) -> None:
    """Records and identities that these customers have no more."""
    if not known:
        return
    ids = arrays.sorted_ids(each.id for each in known)
    records = arrays.sorted_ids(member for each in known for member in each.members)
    connection.execute(statements.DROP_RECORDS, {"ids": ids, "records": records})
    connection.execute(statements.NOTE_BACK, {"records": records})
    connection.execute(statements.DROP_IDENTITIES, {**_identities(known), "ids": ids})


def _put_changed(connection: Connection, customers: Sequence[Description], asked: int) -> None:
    values = {
        **_revisions(customers),
        "asked": asked,
        "names": arrays.of_texts(each.facts.name for each in customers),
        "facts": arrays.of_texts(jsonio.dumps(each.facts.dump()).decode() for each in customers),
        "keys": arrays.of_texts(arrays.of_numbers(each.keys) for each in customers),
    }
    connection.execute(statements.PUT, values)
    members = sorted((member.hex, each.id.hex) for each in customers for member in each.members)
    records, owners = (arrays.of_texts(each[part] for each in members) for part in range(2))
    connection.execute(statements.PUT_RECORDS, {"records": records, "owners": owners})
    connection.execute(statements.PUT_IDENTITIES, _identities(customers))


def _identities(customers: Iterable[Description]) -> Json:
    held = sorted((*identity, each.id.hex) for each in customers for identity in each.identities)
    spaces, values, owners = (arrays.of_texts(each[part] for each in held) for part in range(3))
    return {"spaces": spaces, "values": values, "owners": owners}


def _drop_gone(connection: Connection, gone: Collection[UUID], asked: int) -> None:
    if not gone:
        return
    _drop_owners(connection, gone)
    records = {"records": arrays.sorted_ids(gone)}
    connection.execute(statements.DROP_GONE, records)
    connection.execute(statements.NOTE_LEFT, {**records, "asked": asked})


def _drop_owners(connection: Connection, ids: Collection[UUID]) -> None:
    for statement in statements.DROP_OWNERS if ids else ():
        connection.execute(statement, {"ids": arrays.sorted_ids(ids)})
