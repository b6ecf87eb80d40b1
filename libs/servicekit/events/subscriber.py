"""`events = Subscriber(TOPOLOGY, [Handler, …])`: the service's events as a nameko dependency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nameko.extensions import DependencyProvider

from servicekit import health
from servicekit.database.unit_of_work import Transactions
from servicekit.events.batch import BatchWorker
from servicekit.events.consumer import Consumer
from servicekit.events.handlers import Handler, routes_of
from servicekit.events.parked import discard, has_parked, list_parked, replay
from servicekit.events.publisher import Publisher
from servicekit.events.topology import Topology


class HandlerDeps:
    """What handlers are made with: the service's dependencies by their names, `db` among them."""

    def __init__(self, dependencies: dict[str, Any], services: dict[str, Any]) -> None:
        self._dependencies = dependencies
        self._services = services

    def __getattr__(self, name: str) -> Any:
        try:
            return self._dependencies[name]
        except KeyError:
            raise AttributeError(f"the service has no dependency {name}") from None

    def rpc(self, service: str) -> Any:
        """The client for a service, of which the service class has an `RpcClient`."""
        try:
            return self._services[service]
        except KeyError:
            raise LookupError(f"declare an RpcClient({service!r}) on the service class") from None


class Subscriber(DependencyProvider):
    """Takes the service's events from its queue, in batches, from start to stop of the service.

    In methods of the service it offers the parked messages: see `ParkedMessages`.
    """

    def __init__(self, topology: Topology, handlers: Sequence[Callable[[Any], Handler]] = ()) -> None:
        self._topology = topology
        self._handlers = handlers
        self._threads: list[Any] = []

    def setup(self) -> None:
        settings = self.container.config["settings"]
        name = f"{self.container.service_name} {settings.instance}"
        self._amqp_url, self._replays_name = settings.amqp_url, f"{name} replays"
        self._consumer = Consumer(
            url=settings.amqp_url,
            name=f"{name} events",
            queue=self._topology.queue_name,
            dead_queue=self._topology.dead_queue_name,
            batch=settings.event_batch,
            work=lambda deliveries, done: self._batches.work_off(deliveries, done),
        )
        health.register("events", lambda: self._consumer.trouble)

    def start(self) -> None:
        deps = self._deps()
        routes = routes_of(handler(deps) for handler in self._handlers)
        self.db: Transactions = deps.db
        self._batches = BatchWorker(self.db, routes, pause=self._consumer.pause)
        for task in (self._consumer.run_reader, self._consumer.run_worker):
            self._threads.append(self.container.spawn_managed_thread(task, identifier=task.__name__))

    def stop(self) -> None:
        self._consumer.stop()
        for thread in self._threads:
            thread.wait()

    def kill(self) -> None:
        self._consumer.stop()

    def get_dependency(self, worker_ctx: Any) -> Subscriber:
        return self

    def list_parked(self, *, limit: int, after: dict[str, str] | None) -> dict[str, Any]:
        """See `parked.list_parked`."""
        with self.db.reading() as connection:
            return list_parked(connection, limit=limit, after=after)

    def has_parked(self, parked_id: str) -> bool:
        """See `parked.has_parked`."""
        with self.db.reading() as connection:
            return has_parked(connection, parked_id)

    def replay_parked(self, parked_id: str) -> None:
        """See `parked.replay`."""
        # Not kept: nobody would read its heartbeats, and the next replay would find it lost.
        publisher = Publisher(self._amqp_url, name=self._replays_name)
        try:
            replay(self.db, publisher, self._topology.queue_name, parked_id)
        finally:
            publisher.drop()

    def discard_parked(self, parked_id: str) -> None:
        """See `parked.discard`."""
        with self.db.unit_of_work() as uow:
            discard(uow, parked_id)

    def _deps(self) -> HandlerDeps:
        providers = [provider for provider in self.container.dependencies if provider is not self]
        offered = {provider.attr_name: provider.get_dependency(None) for provider in providers}
        services = {p.service: offered[p.attr_name] for p in providers if hasattr(p, "service")}
        if not isinstance(offered.get("db"), Transactions):
            raise TypeError("a service with a Subscriber needs `db = Database()`")
        return HandlerDeps(offered, services)
