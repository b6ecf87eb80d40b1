"""Replicas of the customers service that a figure starts, holds still, lets go and watches by itself."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from bench.children import child, cpu_seconds, peak_mb
from bench.room import wait_until
from deploy.local.plan import environment_of_processes
from deploy.local.ports import free_port
from deploy.local.processes import PROCESSES
from deploy.local.system import RunningSystem

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of the customers service."""

    pid: int
    health_port: int

    def is_ready(self) -> bool:
        try:
            return bool(self._ask("/readyz")[0] == 200)
        except OSError:
            return False

    def hold(self) -> None:
        """Stop it in the middle of whatever it does; its connections stay open."""
        os.kill(self.pid, signal.SIGSTOP)

    def let_go(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    def peak_mb(self) -> float:
        return peak_mb(self.pid)

    def events_handled(self) -> int:
        """Events whose effect this replica committed."""
        return self._sum("events_handled")

    def events_parked(self) -> int:
        return self._sum("events_parked")

    def _sum(self, name: str) -> int:
        families = text_string_to_metric_families(self._ask("/metrics")[1])
        samples = [s for family in families if family.name == name for s in family.samples]
        return int(sum(sample.value for sample in samples if sample.name == f"{name}_total"))

    def _ask(self, path: str) -> tuple[int, str]:
        with _OPENER.open(f"http://127.0.0.1:{self.health_port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()


@contextmanager
def replicas(system: RunningSystem, number: int) -> Iterator[list[Replica]]:
    """So many, ready; beside those that the system runs itself."""
    with ExitStack() as stack:
        started = [stack.enter_context(_replica(system, f"customers-bench-{n}")) for n in range(number)]
        for replica in started:
            wait_until(replica.is_ready, seconds=60, what="the customers service")
        yield started


@contextmanager
def _replica(system: RunningSystem, name: str) -> Iterator[Replica]:
    port = free_port()
    environment = {
        **environment_of_processes(),
        "DATABASE_URL": system.database_url("customers"),
        "AMQP_URL": system.plan.broker_url("customers"),
        "INSTANCE": name,
        "HEALTH_PORT": str(port),
        # What is logged at INFO is one line a batch in operation as well: measured with it.
    }
    with child("-m", *_ARGUMENTS, env=environment) as process:
        replica = Replica(process.pid, port)
        try:
            yield replica
        finally:
            if process.poll() is None:
                replica.let_go()


_ARGUMENTS = next(process.arguments for process in PROCESSES if process.name == "customers")
