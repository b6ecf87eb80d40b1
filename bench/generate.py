"""Made-up customers, by COPY straight into the customers database.

The rows are what the service itself would have written: normalised by libs/identity, folded by the service's
own function, one holder for each identity. So the service can be measured on them as on its own.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from uuid import UUID, uuid5

import psycopg

from bench import people
from bench.people import ASSIGNEES, INTERESTS, PLANS, TAGS
from bench.rows import FIELDS, INTERESTS_FIELD, PLAN_FIELD, TABLES, Row, Vocabulary, copy_text
from servicekit.text import folded
from services.customers.fields.domain.definitions import Field
from services.customers.fields.domain.expressions import INDEXED, index_name, indexed

NAMESPACE = UUID("6b6f0c7e-3a0a-7e6e-9a51-0f2b3a1d9c55")
_CHUNK = 10_000


def load(connection: psycopg.Connection, count: int, *, teams: Sequence[UUID], processes: int = 2) -> None:
    """Replace every customer by `count` made-up ones, and tell the planner. `connection` is a superuser's,
    in autocommit.

    Directory, settings and fields stay. An interrupted load leaves what was there.
    """
    with connection.transaction():
        # Foreign keys hold by construction: no need to look each one up.
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
        connection.execute("SET LOCAL statement_timeout = 0")
        empty(connection)
        vocabulary = _vocabulary(connection, teams)
        again = _drop_indexes(connection)
        for chunk in _chunks(count, vocabulary, processes=processes):
            _copy(connection, chunk)
        for statement in (*again, *_indexes_of_fields()):
            connection.execute(statement.encode())
    analyse(connection)


def add(connection: psycopg.Connection, count: int, *, first: int, teams: Sequence[UUID]) -> float:
    """Copy `count` more people, from the number `first` on, into the tables as they are, and out again.

    Returns the seconds that COPY took.
    """
    everyone = list(people.people(count, first=first))
    with connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL statement_timeout = 0")
        chunk = copy_text(everyone, _vocabulary(connection, teams))
        begin = time.perf_counter()
        _copy(connection, chunk)
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        seconds = time.perf_counter() - begin
    analyse(connection)
    return seconds


def empty(connection: psycopg.Connection) -> None:
    """No customer, no history, no event seen before."""
    connection.execute("TRUNCATE customer, identity_key, inbox, outbox, idempotency CASCADE")


def analyse(connection: psycopg.Connection) -> None:
    """Statistics and visibility as autovacuum would leave them."""
    connection.execute("VACUUM (ANALYZE)")


def _copy(connection: psycopg.Connection, chunk: dict[str, bytes]) -> None:
    for table, text in chunk.items():
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            copy.write(text)


def _chunks(count: int, vocabulary: Vocabulary, *, processes: int) -> Iterator[dict[str, bytes]]:
    """What COPY reads, made by some processes while the server takes in what came before."""
    starts = range(0, count, _CHUNK)
    make = partial(_chunk, count, vocabulary)
    if len(starts) == 1:
        yield make(0)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[dict[str, bytes]]] = deque()
        for start in starts:
            ahead.append(pool.submit(make, start))
            if len(ahead) > 2 * processes:  # not all at once: they would wait in memory
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _chunk(count: int, vocabulary: Vocabulary, start: int) -> dict[str, bytes]:
    everyone = people.people(min(_CHUNK, count - start), first=start)
    return copy_text(list(everyone), vocabulary)


def _vocabulary(connection: psycopg.Connection, teams: Sequence[UUID]) -> Vocabulary:
    """Tags and custom fields, made where they are missing."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO tag (public_id, name, name_folded, colour, created_at, updated_at) "
            "VALUES (%s, %s, %s, '#808080', now(), now()) ON CONFLICT DO NOTHING",
            [(uuid5(NAMESPACE, name), name, folded(name)) for name in TAGS],
        )
        cursor.executemany(
            "INSERT INTO custom_field (key, label, type, position, created_at, updated_at) "
            "VALUES (%s, %s, %s, %s, now(), now()) ON CONFLICT DO NOTHING",
            [(key, key.removeprefix("bench_").capitalize(), type_, 900) for key, type_ in FIELDS.items()],
        )
        cursor.executemany(
            "INSERT INTO custom_option (public_id, field_key, label, label_folded, position) "
            "VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [
                (uuid5(NAMESPACE, f"{key} {label}"), key, label, folded(label), position)
                for key, labels in ((PLAN_FIELD, PLANS), (INTERESTS_FIELD, INTERESTS))
                for position, label in enumerate(labels)
            ],
        )
    tags = connection.execute("SELECT name_folded, id FROM tag WHERE deleted_at IS NULL").fetchall()
    users = connection.execute("SELECT id FROM directory_user WHERE active ORDER BY id").fetchall()
    return Vocabulary(
        teams=teams,
        assignees=[id_ for (id_,) in users] or [uuid5(NAMESPACE, f"user {n}") for n in range(ASSIGNEES)],
        tags=_in_order(TAGS, tags),
        plans=_in_order(PLANS, _options(connection, PLAN_FIELD)),
        interests=_in_order(INTERESTS, _options(connection, INTERESTS_FIELD)),
    )


def _options(connection: psycopg.Connection, field: str) -> list[Row]:
    statement = "SELECT label_folded, id FROM custom_option WHERE field_key = %s"
    return connection.execute(statement, [field]).fetchall()


def _in_order(names: Iterable[str], found: Iterable[Row]) -> list[int]:
    """The ids of these names."""
    ids = {row[0]: row[1] for row in found}
    return [ids[folded(name)] for name in names]


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop what is built faster at the end; the statements that build it again."""
    constraints = connection.execute(
        """SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
                  format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                         pg_get_constraintdef(oid))
           FROM pg_constraint it WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'u')
             AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE contype = 'f' AND conindid = it.conindid)""",
        [list(TABLES)],
    ).fetchall()
    indexes = connection.execute(
        """SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
           WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (
               SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)""",
        [list(TABLES)],
    ).fetchall()
    for drop, _ in (*constraints, *indexes):
        connection.execute(drop.encode())
    return [make for _, make in (*constraints, *indexes)]


def _indexes_of_fields() -> Iterator[str]:
    """What defining a number, a date or a text field builds in the background."""
    for key, type_ in FIELDS.items():
        if type_ in INDEXED:
            field = Field(key, key, type_, required=False, help="", position=0, archived=False, version=1)
            yield f"CREATE INDEX IF NOT EXISTS {index_name(field)} ON {indexed(field)}"
