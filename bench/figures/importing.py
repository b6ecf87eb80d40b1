"""I-csv, I-xlsx: many rows imported by the whole product, by one replica of who does the work and by two.

The rows bring tags and custom fields. One in twenty repeats somebody of the file, some are customers already.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from bench import limits, spreadsheets
from bench.children import cpu_seconds
from bench.company import Company, client, found
from bench.people import LARGE_TEAM
from bench.report import Figure
from bench.room import Room
from bench.spreadsheets import Cell
from bench.watching import Peaks, watched
from bench.wizard import Import
from deploy.local.processes import replica_names
from deploy.local.system import RunningSystem, running_system

_RUN, _ALL = 0.25, 0.15  # of the slowest limit
_MEMORY = 400
_KNOWN = 0.025  # of the rows
_WORK = ("customers", "import_export-worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One import, and what it cost: the CPU is that of the run, by process."""

    rows: int
    counts: Mapping[str, int]
    read: float
    check: float
    run: float
    cpu: Mapping[str, float]
    peaks: Peaks
    limits: Mapping[str, float]  # rows a second that it could not have gone beyond
    processes: dict[str, int]

    @property
    def per_second(self) -> float:
        """Of the run alone."""
        return self.rows / self.run

    @property
    def cpu_ms(self) -> float:
        """Of a row."""
        return sum(self.cpu.values()) / self.rows * 1000

    def least(self, kind: str) -> float:
        """The share of whoever of that kind did least."""
        parts = [seconds for name, seconds in self.cpu.items() if name in replica_names(kind, 2)]
        return min(parts) / sum(parts)


def measure_csv(room: Room) -> Iterator[Figure]:
    yield from _measure(room, "csv")


def measure_xlsx(room: Room) -> Iterator[Figure]:
    yield from _measure(room, "xlsx")


def _measure(room: Room, suffix: str) -> Iterator[Figure]:
    one = _taken(room, suffix, 1)
    yield _figure(f"I-{suffix}", one, one.run, reach=_RUN, what="the run alone")
    yield _figure(f"I-{suffix}-all", one, one.check + one.run, reach=_ALL, what="check and run")
    yield _second(f"I-{suffix}-2", one, _taken(room, suffix, 2))


def _figure(id_: str, it: Taken, seconds: float, *, reach: float, what: str) -> Figure:
    ours, limit = it.rows / seconds, min(it.limits.values())
    rates = ", ".join(f"{name} {rate:,.0f}" for name, rate in it.limits.items())
    return Figure(
        id=id_,
        unit="rows/s",
        ours=ours,
        yardstick=limit,
        ratio=ours / limit,
        rss_mb=it.peaks.most,
        n=it.rows,
        reach=f"≥ {reach:.2f} of the slowest limit, ≤ {_MEMORY} MB a process",
        reached=ours >= reach * limit and it.peaks.most <= _MEMORY,
        processes=it.processes,
        note=f"{what}; reading {it.read:.1f} s, check {it.check:.1f} s, run {it.run:.1f} s; limits: {rates}; "
        f"CPU {it.cpu_ms:.2f} ms a row of the run; {it.peaks.told()}; {dict(it.counts)}",
    )


def _second(id_: str, one: Taken, two: Taken) -> Figure:
    growth = two.cpu_ms / one.cpu_ms - 1
    shares = {kind: two.least(kind) for kind in _WORK}
    return Figure(
        id=id_,
        unit="rows/s",
        ours=two.per_second,
        yardstick=one.per_second,
        ratio=two.per_second / one.per_second,
        rss_mb=two.peaks.most,
        n=two.rows,
        reach="second replica ≥ 35 % of the run, CPU of a row ≤ +15 %",
        reached=min(shares.values()) >= 0.35 and growth <= 0.15,
        processes=two.processes,
        note=", ".join(f"the second {kind} did {share:.0%}" for kind, share in shares.items())
        + f"; CPU of a row {one.cpu_ms:.2f} → {two.cpu_ms:.2f} ms ({growth:+.0%}); yardstick: one replica",
    )


def _taken(room: Room, suffix: str, replicas: int) -> Taken:
    """On a system of its own, among customers."""
    counted, servers = dict.fromkeys(_WORK, replicas), room.servers.environment
    with (
        running_system(replicas=counted, instances=servers) as system,
        tempfile.TemporaryDirectory(prefix="crm-bench-") as folder,
    ):
        company = found(system.url, system.admin)
        room.load_customers(system, company.teams)
        path = Path(folder) / f"people.{suffix}"
        table = _written(room, path)
        room.say(f"importing {path.name}, {replicas} of each who does the work")
        taken = _imported(room, system, company, path)
        _is_whole(taken)
        if replicas > 1:
            return taken
        return replace(taken, limits=_limits(room, system, company.teams, table, path))


def _imported(room: Room, system: RunningSystem, company: Company, path: Path) -> Taken:
    workers = {
        name: it.pid
        for name, it in system.processes().items()
        if name.startswith(_WORK) and not name.startswith("customers-worker")
    }
    options = {"policy": "merge", "teams": [str(company.teams[LARGE_TEAM])], "tags": ["imported"]}
    with client(system.url, company.admin) as api, watched(workers) as peaks:
        it = Import(api)
        read, check = it.upload(path, spreadsheets.mapping()), it.check(options)
        before = {name: cpu_seconds(pid) for name, pid in workers.items()}
        run = it.run(options)
        cpu = {name: cpu_seconds(pid) - before[name] for name, pid in workers.items()}
    return Taken(
        rows=room.options.rows,
        counts=it.counts,
        read=read,
        check=check,
        run=run,
        cpu=cpu,
        peaks=peaks,
        limits={},
        processes=room.processes(system),
    )


def _written(room: Room, path: Path) -> list[list[Cell]]:
    """The file, and what is in it."""
    count = room.options.rows
    table = list(spreadsheets.rows(count, first=room.options.customers - int(_KNOWN * count)))
    (spreadsheets.write_csv if path.suffix == ".csv" else spreadsheets.write_xlsx)(path, table)
    return table


def _is_whole(taken: Taken) -> None:
    """A figure of an import that lost rows, or made somebody twice, would mean nothing."""
    made = spreadsheets.people_in(taken.rows) - int(_KNOWN * taken.rows)
    if sum(taken.counts.values()) != taken.rows or taken.counts["created"] != made:
        raise ValueError(f"{taken.rows} rows with {made} new people came to {dict(taken.counts)}")


def _limits(
    room: Room, system: RunningSystem, teams: list[UUID], table: list[list[Cell]], path: Path
) -> dict[str, float]:
    with room.database(system, "customers") as connection:
        copying = limits.copying(connection, min(20_000, len(table)), teams=teams)
    return {"COPY": copying, "phone numbers": limits.phone_numbers(table), "reading": limits.reading(path)}
