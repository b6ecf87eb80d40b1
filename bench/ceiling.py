"""The ceiling: the smallest honest program for the same work.

Two uvicorn workers, a few psycopg connections each, orjson, the same database and the same JSON. No bus, no
login, no rights, no checks, no errors. Whatever the product costs above it is the price of all that.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs
from uuid import UUID

import orjson
import psycopg
import uvicorn
from psycopg.types.json import set_json_dumps, set_json_loads

from bench.children import child
from servicekit.ids import new_id

WORKERS, CONNECTIONS = 2, 8

Row = tuple[Any, ...]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

# One statement for everything: for one customer and for fifty it beat two round trips with joining in Python.
_SHAPE = """
    SELECT c.id, c.name, c.assignee_id, c.status, c.channel, c.team_ids, c.custom, c.version,
           c.created_at, c.updated_at, a.last_at,
           ARRAY(SELECT t.name FROM tag t WHERE t.id = ANY(c.tag_ids) ORDER BY t.name_folded),
           (SELECT json_object_agg(o.field_key, json_build_object('id', o.public_id, 'label', o.label))
            FROM custom_option o WHERE o.id = ANY(c.opt_ids)),
           (SELECT json_agg(json_build_object('id', p.id, 'kind', p.kind, 'value', p.value, 'raw', p.raw,
                                              'label', p.label, 'primary', p.is_primary) ORDER BY p.id)
            FROM contact_point p WHERE p.customer_id = c.id)
    FROM (SELECT * FROM customer WHERE live AND {page}) c
    LEFT JOIN customer_activity a ON a.customer_id = c.id
"""
_NEWEST = "ORDER BY {0}created_at DESC, {0}id DESC"
_GET = _SHAPE.format(page="id = %s").encode()
_LIST = f"""{_SHAPE.format(page=f"team_ids && %s::uuid[] {_NEWEST.format('')} LIMIT 50")}
    {_NEWEST.format("c.")}""".encode()

# The latest of a thousand who match, as a quick search shows them.
_FOUND = """id = ANY(ARRAY(
    SELECT customer_id FROM (
        SELECT customer_id FROM customer_search WHERE team_ids && %s::uuid[] AND text LIKE %s LIMIT 1000) s
    JOIN customer_activity USING (customer_id) ORDER BY last_at DESC NULLS LAST LIMIT 50))"""
_NAME = f"{_SHAPE.format(page=_FOUND)} ORDER BY a.last_at DESC NULLS LAST".encode()
_HELD = """team_ids && %s::uuid[] AND id IN (
    SELECT customer_id FROM identity_holder WHERE space = 'line' AND value = %s)"""
_PHONE = _SHAPE.format(page=_HELD).encode()

_CUSTOMER = b"""
    INSERT INTO customer (id, root_id, name, name_source, name_search, status, channel, team_ids,
                          created_at, updated_at)
    VALUES (%(id)s, %(id)s, %(name)s, 'api', lower(%(name)s), 'active', 'manual', %(teams)s, now(), now())"""
_ACTIVITY = b"INSERT INTO customer_activity (customer_id) VALUES (%(id)s)"
_POINT = b"""
    INSERT INTO contact_point (id, customer_id, kind, value, raw, is_primary, space, identity, created_at)
    VALUES (%s, %s, %s, %s, %s, true, %s, %s, now())"""
_KEY = b"INSERT INTO identity_key (space, value) VALUES (%s, %s)"
_HOLDER = b"INSERT INTO identity_holder (space, value, slot, customer_id) VALUES (%s, %s, 0, %s)"
_CHANGE = b"""
    INSERT INTO change (id, customer_id, at, origin, field, after)
    VALUES (%s, %s, now(), 'api', 'created', '{"channel": "manual"}')"""
_OUTBOX = b"""
    INSERT INTO outbox (message_id, exchange, routing_key, content_type, body, returned_at)
    VALUES (%s, 'bench', 'bench', 'application/json', %s, now())"""  # returned: no relay shall send it


class Pool:
    """Connections in autocommit; who needs one waits for it."""

    def __init__(self) -> None:
        self._free: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()

    async def open(self, url: str, size: int) -> None:
        for _ in range(size):
            self._free.put_nowait(await psycopg.AsyncConnection.connect(url, autocommit=True))

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection]:
        """One connection of its own."""
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)


_pool = Pool()


async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """GET /customers/{id}, GET /customers?team=…, with &name=… or &line=…, too; POST /customers."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["method"] == "POST":
        await _answer(send, 201, await _create(orjson.loads(await _body(receive))))
    elif scope["path"] == "/customers":
        found = await _list(parse_qs(scope["query_string"].decode()))
        await _answer(send, 200, {"data": found, "page": {"next": None, "has_more": True}})
    else:
        (customer,) = await _select(_GET, [UUID(scope["path"].rpartition("/")[2])])
        await _answer(send, 200, customer)


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    set_json_loads(orjson.loads)
    set_json_dumps(orjson.dumps)
    await _pool.open(os.environ["DATABASE_URL"], CONNECTIONS)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, message: object) -> None:
    body = orjson.dumps(message)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _list(asked: dict[str, list[str]]) -> list[dict[str, Any]]:
    if "name" in asked:
        # Prepared, it would soon be planned for any pattern, and be far slower.
        return await _select(_NAME, [asked["team"], f"%{asked['name'][0]}%"], prepare=False)
    if "line" in asked:
        return await _select(_PHONE, [asked["team"], asked["line"][0]])
    return await _select(_LIST, [asked["team"]])


async def _select(
    query: bytes, parameters: list[Any], *, prepare: bool | None = None
) -> list[dict[str, Any]]:
    async with _pool.connection() as connection:
        cursor = await connection.execute(query, parameters, prepare=prepare)
        return [_customer(row) for row in await cursor.fetchall()]


def _customer(row: Row) -> dict[str, Any]:
    (
        id_,
        name,
        assignee,
        status,
        channel,
        teams,
        custom,
        version,
        created,
        updated,
        last,
        tags,
        options,
        points,
    ) = row
    primary = {point["kind"]: point["value"] for point in points or () if point["primary"]}
    return {
        "id": id_,
        "name": name,
        "email": primary.get("email"),
        "phone": primary.get("phone"),
        "whatsapp": primary.get("whatsapp"),
        "contact_points": points or [],
        "tags": tags,
        "teams": teams,
        "assignee": assignee,
        "status": status,
        "channel": channel,
        "custom": custom | (options or {}),
        "created_at": created,
        "updated_at": updated,
        "last_interaction_at": last,
        "version": version,
    }


async def _create(data: dict[str, Any]) -> dict[str, Any]:
    """The inserts of the product, one statement for each table, in one transaction."""
    id_ = new_id()
    points = [("phone", data["phone"], "line"), ("email", data["email"], "email")]
    async with _pool.connection() as connection, connection.transaction():
        cursor = connection.cursor()
        await cursor.execute(
            _CUSTOMER, {"id": id_, "name": data["name"], "teams": [UUID(t) for t in data["teams"]]}
        )
        await cursor.execute(_ACTIVITY, {"id": id_})
        for kind, value, space in points:
            await cursor.execute(_KEY, [space, value])
            await cursor.execute(_HOLDER, [space, value, id_])
            await cursor.execute(_POINT, [new_id(), id_, kind, value, value, space, value])
        await cursor.execute(_CHANGE, [new_id(), id_])
        await cursor.execute(_OUTBOX, [str(id_), orjson.dumps({"ids": [id_]})])
    (customer,) = await _select(_GET, [id_])
    return customer


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Where it answers, and its processes."""

    address: tuple[str, int]
    pids: dict[str, int]


@contextmanager
def serving(database_url: str, *, workers: int = WORKERS) -> Iterator[Ceiling]:
    """The program, ready."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener, ExitStack() as stack:
        number, pids = listener.fileno(), {}
        for worker in range(workers):
            environment = {"DATABASE_URL": database_url}
            arguments = ("-m", "bench.ceiling", str(number))
            process = stack.enter_context(child(*arguments, env=environment, pass_fds=[number]))
            pids[f"ceiling-{worker + 1}"] = process.pid
        address = cast(tuple[str, int], listener.getsockname())
        _wait_until_up(address)
        yield Ceiling(address, pids)


def _wait_until_up(address: tuple[str, int]) -> None:
    """Until a list of no team is answered; the other worker is as quick as the first."""
    url = f"http://{address[0]}:{address[1]}/customers?team={UUID(int=0)}"
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=30).close()
    time.sleep(0.5)


def _serve(listener: socket.socket) -> None:
    # Not by uvicorn's own `fd`: it takes every descriptor for a Unix socket, so TCP_NODELAY stays off
    # and each reply waits 40 ms for the client's delayed acknowledgement.
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="on")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
