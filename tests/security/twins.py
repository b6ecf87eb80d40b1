"""Two systems whose databases were one: the same ids, the same times, the same tokens.

One of them then gains the hidden customers. Whoever may not see those must not be able to tell the two apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import psycopg
from psycopg.sql import SQL, Identifier

from deploy.local.system import RunningSystem, running_system
from tests.security.company_settings import files_of_agents
from tests.security.door import Door
from tests.security.known import World
from tests.security.settled import Index, wait_for_index
from tests.security.tables import SERVICES
from tests.security.world import a_world, with_hidden
from tests.support.api import log_in
from tests.support.waiting import eventually

_OWNED = """
    SELECT format('ALTER %%s %%I OWNER TO %%I',
                  CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname, %s::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'S') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i') AND c.relkind = 'S')"""

_REMEMBERING = (
    "customers",
    "dedup",
    "tasks",
    "gateway-rpc",
)  # processes that keep something of their database


@dataclass(frozen=True)
class Twins:
    """`left` is without the hidden customers, `right` is with them. `world` tells of both."""

    left: Door
    right: Door
    world: World
    systems: tuple[RunningSystem, RunningSystem]
    indexes: tuple[Index, Index]


@contextmanager
def twin_worlds(seed: int) -> Iterator[Twins]:
    with ExitStack() as stack:
        with ThreadPoolExecutor(2) as pool:
            left, right = pool.map(lambda _: stack.enter_context(running_system()), range(2))
        admin = stack.enter_context(log_in(right.url, *right.admin))
        stack.enter_context(files_of_agents(admin))
        world = a_world(right, seed)
        wait_for_index(right)
        copy_databases(right, left)
        with_hidden(right, world)
        doors = [stack.enter_context(Door(system.url)) for system in (left, right)]
        indexes = tuple(stack.enter_context(Index(system)) for system in (left, right))
        yield Twins(*doors, world, (left, right), indexes)


def copy_databases(source: RunningSystem, target: RunningSystem) -> None:
    """Makes the databases of `target` byte-wise copies of those of `source`, while both keep running."""
    with psycopg.connect(os.environ["TEST_POSTGRES_URL"], autocommit=True) as server:
        for service in SERVICES:
            _copy_database(server, source.database_url(service), target.database_url(service))
    # Nothing that the processes remember of the old databases may stay.
    for process in _REMEMBERING:
        target.kill(process)
    eventually(lambda: _works(target), within=30, every=0.2)
    eventually(lambda: _works(source), within=30, every=0.2)


def _copy_database(server: psycopg.Connection, source_url: str, target_url: str) -> None:
    source, target = (urlsplit(url).path[1:] for url in (source_url, target_url))
    owner = urlsplit(target_url).username or ""
    server.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(Identifier(source)))
    try:
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (source,))
        eventually(lambda: _is_free(server, source))
        server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(target)))
        server.execute(
            SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(*map(Identifier, (target, source, owner)))
        )
    finally:
        server.execute(SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(Identifier(source)))
    _give_to(urlsplit(os.environ["TEST_POSTGRES_URL"])._replace(path=f"/{target}").geturl(), owner)


def _is_free(server: psycopg.Connection, database: str) -> bool:
    row = server.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", (database,)).fetchone()
    return row is not None and row[0] == 0


def _give_to(url: str, owner: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("ALTER SCHEMA public OWNER TO {}").format(Identifier(owner)))
        for (statement,) in connection.execute(_OWNED, (owner,)).fetchall():
            connection.execute(statement)


def _works(system: RunningSystem) -> bool:
    """Whether all services answer."""
    if httpx.get(f"{system.url}/readyz", verify=False).status_code != 200:
        return False
    return set(_REMEMBERING) <= system.processes().keys()
