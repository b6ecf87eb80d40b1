"""M-idle: the memory of all our processes together, after they have worked and come to rest."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.children import descendants, memory_mb, parent
from bench.costs import Meter
from bench.report import Figure
from bench.room import Room

_LIMIT_MB = 700


def measure(room: Room) -> Iterator[Figure]:
    """Services, gateway and supervisor with everything below them; PostgreSQL and RabbitMQ are not ours."""
    assert room.company.teams
    processes, seconds = room.system.processes(), 2 if room.options.quick else 10
    meter = Meter({name: it.pid for name, it in processes.items()})
    with meter.running():
        time.sleep(seconds)
    supervisor = parent(next(iter(processes.values())).pid)
    memory = {name: sum(map(memory_mb, descendants(it.pid))) for name, it in processes.items()}
    memory["supervisor"] = memory_mb(supervisor)
    total = sum(memory.values())
    yield Figure(
        id="M-idle",
        unit="MB (PSS)",
        ours=total,
        yardstick=float(_LIMIT_MB),
        ratio=total / _LIMIT_MB,
        rss_mb=total,
        n=len(memory),
        reach=f"≤ {_LIMIT_MB} MB",
        reached=total <= _LIMIT_MB,
        processes={**room.processes(room.system), "supervisor": 1},
        note=", ".join(f"{name} {megabytes:.0f}" for name, megabytes in memory.items())
        + f"; idle they use {meter.milliseconds(seconds) / 10:.1f} % of a core",
    )
