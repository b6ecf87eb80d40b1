"""H-bus: what grouping brings: an empty call over HTTP, grouped and as plain nameko messages, in one run."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import load, report
from bench.children import child
from bench.costs import Meter
from bench.load import Outcome, request
from bench.report import Figure
from bench.room import Room, wait_until
from deploy.local.ports import free_port

# Connections, with a login before it, how many times as fast grouped calls must be.
_CASES = (
    (1, False, None),
    (16, False, 3.0),
    (64, False, 5.0),
    (1, True, None),
    (16, True, None),
    (64, True, 2.5),
)


def measure(room: Room) -> Iterator[Figure]:
    """One echo service, one gateway process."""
    with _echo(room) as echo:
        for connections, login, reach in _CASES:
            yield _compare(room, echo, connections, login=login, reach=reach)


@dataclass(frozen=True, slots=True)
class Echo:
    """Where it answers, and who works for that."""

    address: tuple[str, int]
    pids: dict[str, int]


def _compare(room: Room, echo: Echo, connections: int, *, login: bool, reach: float | None) -> Figure:
    query = "?login" if login else ""
    grouped, plain = Outcome(), Outcome()
    cost, cost_plain = Meter(echo.pids), Meter(echo.pids)
    for _ in range(room.options.slices):
        with cost.running():
            grouped = grouped.joined(_load(room, echo, f"/grouped{query}", connections))
        with cost_plain.running():
            plain = plain.joined(_load(room, echo, f"/plain{query}", connections))
    ratio = grouped.refuse_failures().per_second / plain.refuse_failures().per_second
    slower = grouped.percentile(50) / plain.percentile(50) - 1
    return Figure(
        id=f"H-bus-{connections}{'-login' if login else ''}",
        unit="calls/s",
        ours=grouped.per_second,
        yardstick=plain.per_second,
        ratio=ratio,
        **report.percentiles(grouped),
        n=grouped.n,
        reach=f"≥ {reach} × plain" if reach else "p50 not worse" if connections == 1 else "",
        # A twentieth is noise.
        reached=ratio >= reach if reach else slower <= 0.05 if connections == 1 else None,
        processes={"echo": 1, "echo-gateway": 1},
        note=f"plain p50 {plain.percentile(50):.2f} ms; {cost.told(grouped.asked)}; "
        f"plain {cost_plain.milliseconds(plain.asked):.2f}",
    )


def _load(room: Room, echo: Echo, target: str, connections: int) -> Outcome:
    requests = itertools.repeat(request("GET", target))
    return load.run(echo.address, requests, connections=connections, seconds=room.options.seconds)


@contextmanager
def _echo(room: Room) -> Iterator[Echo]:
    """On the system's bus and the gateway's database, while the system itself is idle."""
    system, health, servers = room.system, free_port(), room.servers.processes()
    urls = {"AMQP_URL": system.amqp_url_operator, "DATABASE_URL": system.database_url("gateway")}
    service = ("-m", "servicekit", "run", "bench.echo:EchoService")
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener, ExitStack() as stack:
        callee = stack.enter_context(child(*service, env={**urls, "HEALTH_PORT": str(health)}))
        number = listener.fileno()
        caller = stack.enter_context(child("-m", "bench.echo", str(number), env=urls, pass_fds=[number]))
        pids = {"echo": callee.pid, "echo-gateway": caller.pid, "rabbitmq": servers["rabbitmq"].pid}
        address = listener.getsockname()
        wait_until(lambda: _answers(address), seconds=60, what="the echo")
        yield Echo(address, pids)


def _answers(address: tuple[str, int]) -> bool:
    try:
        once = load.run(
            address, iter([request("GET", "/grouped?login")]), connections=1, seconds=10, warm_up=0
        )
    except (OSError, TimeoutError):
        return False
    return once.statuses == {200: 1}
