"""What the figures of one run share: servers, a system with a company in it, made-up customers, the ceiling.

Each part is made when it is first asked for and stopped at the end of the run, whatever happens in between.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psycopg

from bench import ceiling, generate, indexed, long_history, standing
from bench.ceiling import Ceiling
from bench.company import Company, found
from bench.people import MID_TEAM, people
from deploy.local.system import RunningInstances, RunningSystem, private_instances, running_system

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """How long and how much. `quick` is for seeing that everything works: its figures mean nothing."""

    customers: int = 100_000
    quick: bool = False
    replicas: Mapping[str, int] = field(default_factory=dict)
    full: bool = False
    database: str = ""  # with customers in it already, for lists, filters and searches

    @property
    def seconds(self) -> float:
        """Of one slice of load."""
        return 0.5 if self.quick else 5.0

    @property
    def slices(self) -> int:
        """How often ours and the yardstick take turns, so that a slow minute of the machine hits both."""
        return 1 if self.quick else 3

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of the databases in which lists, filters and searches are measured."""
        if self.quick:
            return (2_000,)
        return (10_000, 100_000, 1_000_000) if self.full else (100_000,)

    @property
    def repeats(self) -> int:
        """Of each of those questions."""
        if self.quick:
            return 3
        return 30 if self.full else 10

    @property
    def items(self) -> int:
        """Of the history of one record; the customer that was merged of ten has ten times as many."""
        return 1_000 if self.quick else 100_000

    @property
    def events(self) -> int:
        return 1_000 if self.quick else 20_000

    @property
    def rows(self) -> int:
        """Of a file that is imported."""
        return 1_000 if self.quick else 100_000

    @property
    def probes(self) -> int:
        """Single events whose way is timed."""
        return 10 if self.quick else 100


class Room:
    """Everything that a figure may use; `say` tells people how far it is."""

    def __init__(self, options: Options, stack: ExitStack, say: Callable[[str], None]) -> None:
        self.options, self.say = options, say
        self.serial_numbers = itertools.count()  # of things that must be new
        self._stack = stack
        self._standing: dict[int, str] = {}

    def enter(self, what: AbstractContextManager[T]) -> T:
        """Keep something until the end of the run."""
        return self._stack.enter_context(what)

    @cached_property
    def servers(self) -> RunningInstances:
        """PostgreSQL and RabbitMQ, as durable as those of `make run`."""
        self.say("starting PostgreSQL and RabbitMQ")
        return self.enter(private_instances())

    @cached_property
    def system(self) -> RunningSystem:
        """The whole product, one process of each kind unless the options say otherwise."""
        servers = self.servers
        self.say("starting the system")
        return self.enter(running_system(replicas=self.options.replicas, instances=servers.environment))

    @cached_property
    def company(self) -> Company:
        """Teams and people who log in, made through the API."""
        company = found(self.system.url, self.system.admin)
        self._await_directory(len(company.teams))
        return company

    @cached_property
    def customers(self) -> list[UUID]:
        """Loads the made-up customers; the ids of those that the agent of the mid-sized team may see."""
        self.load_customers(self.system, self.company.teams)
        return [who.id for who in people(self.options.customers) if MID_TEAM in who.teams]

    @cached_property
    def ceiling(self) -> Ceiling:
        """The smallest honest program, on the same database."""
        self.say(f"starting the ceiling, {ceiling.WORKERS} workers")
        return self.enter(ceiling.serving(self.system.database_url("customers")))

    def load_customers(self, system: RunningSystem, teams: list[UUID]) -> None:
        """As many as the options say, into that system."""
        self.say(f"loading {self.options.customers:,} customers")
        begin = time.monotonic()
        with self.database(system, "customers") as connection:
            generate.load(connection, self.options.customers, teams=teams)
        self.say(f"loaded in {time.monotonic() - begin:.0f} s")

    def standing_databases(self) -> Iterator[tuple[int, str]]:
        """Size and address of each in which lists, filters and searches are measured."""
        if url := self.options.database:
            with psycopg.connect(url) as connection:
                yield count(connection, "customer"), url
        else:
            yield from ((customers, self.standing(customers)) for customers in self.options.sizes)

    def standing(self, customers: int) -> str:
        """The address, as superuser, of a database with so many customers and no system around it."""
        if customers not in self._standing:
            self.say(f"loading {customers:,} customers into a database of their own")
            url = self.enter(self._fresh_database(f"standing_{customers}"))
            standing.fill(url, customers)
            self._standing[customers] = url
        return self._standing[customers]

    def indexed(self, customers: int) -> str:
        """The address, as superuser, of a dedup database whose index has so many labelled people."""
        self.say(f"indexing {customers:,} labelled people")
        url = self.enter(self._fresh_database(f"indexed_{customers}"))
        indexed.fill(url, customers, searchable=False)
        return url

    @cached_property
    def long_histories(self) -> str:
        """The address, as superuser, of a database with some customers and two of very long histories."""
        items = self.options.items
        self.say(f"loading customers with {items:,} and with ten times as many items")
        url = self.among_others("long_histories")
        with psycopg.connect(url, autocommit=True) as connection:
            long_history.load(connection, items)
        return url

    def among_others(self, name: str) -> str:
        """The address, as superuser, of a new database with some customers and no system around it."""
        url = self.enter(self._fresh_database(name))
        standing.fill(url, long_history.OTHERS)
        return url

    @contextmanager
    def _fresh_database(self, name: str) -> Iterator[str]:
        server = self.servers.environment["TEST_POSTGRES_URL"]
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def database(self, system: RunningSystem, service: str) -> psycopg.Connection:
        """That service's database, as superuser, in autocommit."""
        path = urlsplit(system.database_url(service)).path
        server = urlsplit(self.servers.environment["TEST_POSTGRES_URL"])
        return psycopg.connect(urlunsplit(server._replace(path=path)), autocommit=True)

    def processes(self, system: RunningSystem) -> dict[str, int]:
        """How many of each kind run, without the number of the replica."""
        kinds: dict[str, int] = {}
        for name in system.processes():
            kind = name.rstrip("0123456789").rstrip("-")
            kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def pids(self, system: RunningSystem) -> dict[str, int]:
        """Of the product's processes and of the two servers."""
        servers = self.servers.processes()
        everything = {**system.processes(), **{name: servers[name] for name in ("postgres", "rabbitmq")}}
        return {name: it.pid for name, it in everything.items()}

    def errors(self) -> str:
        """What the system's processes complained of last; the logs go with the system."""
        if "system" not in self.__dict__:
            return ""
        lines = [line for line in self.system.logs().splitlines() if '"ERROR"' in line or "Error" in line]
        return "\n".join(lines[-5:])

    def _await_directory(self, teams: int) -> None:
        with self.database(self.system, "customers") as connection:
            wait_until(
                lambda: count(connection, "directory_team") >= teams,
                seconds=60,
                what="the directory of teams",
            )


def count(connection: psycopg.Connection, table: str) -> int:
    """Rows of a table."""
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def wait_until(condition: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.05) -> None:
    """Until it holds, or TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)
