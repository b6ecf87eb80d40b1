"""Made-up customers, by COPY straight into the customers database.

The rows are what the service itself would have written: normalised by libs/identity, folded by the service's
own function, one holder for each identity. So the service can be measured on them as on its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID, uuid5

import psycopg

from bench.people import PLANS, TAGS, Person, people, uuid7
from services.customers.registry.domain.names import folded

PLAN_FIELD, SCORE_FIELD = "bench_plan", "bench_score"
_NAMESPACE = UUID("6b6f0c7e-3a0a-7e6e-9a51-0f2b3a1d9c55")
_CHUNK = 20_000
_SOURCE = "/channels/whatsapp/bench-history"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The ids that people's indexes stand for."""

    teams: Sequence[UUID]
    tags: Sequence[int]
    plans: Sequence[int]


def load(connection: psycopg.Connection, count: int, *, teams: Sequence[UUID]) -> None:
    """Replace every customer by `count` made-up ones, and tell the planner. `connection` is a superuser's,
    in autocommit.


    Directory, settings and fields stay. An interrupted load leaves what was there.
    """
    with connection.transaction():
        # Foreign keys hold by construction: no need to look each one up.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '256MB'")
        empty(connection)
        vocabulary = _vocabulary(connection, teams)
        indexes = _drop_indexes(connection)
        everyone = people(count)
        while chunk := list(islice(everyone, _CHUNK)):
            for table, rows in _TABLES.items():
                _copy(connection, table, (row for who in chunk for row in rows(who, vocabulary)))
        for definition in indexes:
            connection.execute(definition.encode())
    analyse(connection)


def empty(connection: psycopg.Connection) -> None:
    """No customer, no history, no event seen before."""
    connection.execute("TRUNCATE customer, identity_key, inbox, outbox, idempotency CASCADE")


def analyse(connection: psycopg.Connection) -> None:
    """Statistics and visibility as autovacuum would leave them."""
    connection.execute("VACUUM (ANALYZE)")


def _vocabulary(connection: psycopg.Connection, teams: Sequence[UUID]) -> Vocabulary:
    """Tags and the two custom fields, made where they are missing."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tag (public_id, name, name_folded, colour, created_at, updated_at) "
            "VALUES (%s, %s, %s, %s, now(), now()) ON CONFLICT DO NOTHING",
            [(uuid5(_NAMESPACE, name), name, folded(name), "#808080") for name in TAGS],
        )
        cursor.executemany(
            "INSERT INTO custom_field (key, label, type, position, created_at, updated_at) "
            "VALUES (%s, %s, %s, %s, now(), now()) ON CONFLICT DO NOTHING",
            [(PLAN_FIELD, "Plan", "select", 901), (SCORE_FIELD, "Score", "number", 902)],
        )
        cursor.executemany(
            "INSERT INTO custom_option (public_id, field_key, label, label_folded, position) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [(uuid5(_NAMESPACE, p), PLAN_FIELD, p, folded(p), n) for n, p in enumerate(PLANS)],
        )
    tags = connection.execute("SELECT name_folded, id FROM tag").fetchall()
    plans = connection.execute(
        "SELECT label_folded, id FROM custom_option WHERE field_key = %s", [PLAN_FIELD]
    ).fetchall()
    return Vocabulary(teams, _in_order(TAGS, tags), _in_order(PLANS, plans))


def _in_order(names: Iterable[str], found: Iterable[Row]) -> list[int]:
    """The ids of these names."""
    ids = {row[0]: row[1] for row in found}
    return [ids[folded(name)] for name in names]


def _customer(who: Person, words: Vocabulary) -> Iterator[Row]:
    options = [] if who.plan is None else [words.plans[who.plan]]
    custom = {} if who.score is None else {SCORE_FIELD: who.score}
    yield (
        who.id, who.id, who.name, "import", folded(who.name), who.status, who.channel,
        _array(words.teams[t] for t in who.teams), _array(words.tags[t] for t in who.tags), _array(options),
        json.dumps(custom), who.created_at, who.created_at,
    )  # fmt: skip


def _activity(who: Person, words: Vocabulary) -> Iterator[Row]:
    yield who.id, who.conversations[-1] if who.conversations else None, len(who.conversations)


def _points(who: Person, words: Vocabulary) -> Iterator[Row]:
    dice = Random(who.id.int)
    for point in who.points:
        scope = point.identity.space.partition(":")[2]
        yield (
            uuid7(who.created_at, dice), who.id, point.kind, point.value, point.raw, scope, True,
            point.identity.space, point.identity.value, who.created_at,
        )  # fmt: skip


def _keys(who: Person, words: Vocabulary) -> Iterator[Row]:
    for identity in dict.fromkeys(point.identity for point in who.points):
        yield identity.space, identity.value


def _holders(who: Person, words: Vocabulary) -> Iterator[Row]:
    for space, value in _keys(who, words):
        yield space, value, 0, who.id


def _interactions(who: Person, words: Vocabulary) -> Iterator[Row]:
    dice = Random(who.id.int + 1)
    for number, at in enumerate(who.conversations):
        team = words.teams[who.teams[0]] if who.teams else None
        yield (
            uuid7(at, dice), who.id, "conversation", _SOURCE, f"{who.id}-{number}", at, "whatsapp", team,
            "open",
        )  # fmt: skip


_TABLES: dict[str, Callable[[Person, Vocabulary], Iterable[Row]]] = {
    "customer (id, root_id, name, name_source, name_search, status, channel, team_ids, tag_ids, opt_ids,"
    " custom, created_at, updated_at)": _customer,
    "customer_activity (customer_id, last_at, conversations)": _activity,
    "contact_point (id, customer_id, kind, value, raw, scope, is_primary, space, identity,"
    " created_at)": _points,
    "identity_key (space, value)": _keys,
    "identity_holder (space, value, slot, customer_id)": _holders,
    "interaction (id, customer_id, kind, source, external_id, at, channel, team_id, status)": _interactions,
}


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _copy(connection: psycopg.Connection, table: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop what is built faster at the end; the statements that build it again."""
    names = [target.partition(" ")[0] for target in _TABLES]
    found = connection.execute(
        """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
               SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [names],
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    return [definition for _, definition in found]
