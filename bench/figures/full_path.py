"""H-get, H-list, H-name, H-phone, H-create, H-one: the whole way of a request, against the ceiling.

The way: login, scope, gateway, bus, service, database.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from bench import load, report
from bench.costs import Meter
from bench.load import Outcome, request
from bench.people import MID_TEAM, Person, people
from bench.report import Figure
from bench.room import Room, count, wait_until
from servicekit.text import folded

_MANY = 16
_FRAGMENT = 3
_DRAINED_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Operation:
    """The same work asked of both: two endless streams of requests."""

    name: str
    ours: Iterator[bytes]
    ceiling: Iterator[bytes]


def measure_get(room: Room) -> Iterator[Figure]:
    """One customer by id."""
    yield _measure(room, "H-get", _get(room), reach=0.40)


def measure_list(room: Room) -> Iterator[Figure]:
    """The newest 50 that the agent may see."""
    yield _measure(room, "H-list", _list(room), reach=0.40)


def measure_name(room: Room) -> Iterator[Figure]:
    """A quick search by a part of a name."""
    yield _measure(room, "H-name", _name(room), reach=0.60)


def measure_phone(room: Room) -> Iterator[Figure]:
    """A quick search by a whole number."""
    yield _measure(room, "H-phone", _phone(room), reach=0.40)


def measure_create(room: Room) -> Iterator[Figure]:
    """A customer with name, phone and e-mail; then how long the events of all of them take to leave."""
    figure = _measure(room, "H-create", _create(room), reach=0.30)
    yield report.noted(figure, _drained(room))


def measure_one(room: Room) -> Iterator[Figure]:
    """The same with one connection: what one person waits for."""
    for make in (_get, _list, _name, _phone, _create):
        yield _measure_one(room, make)


def _measure(room: Room, id_: str, operation: Operation, *, reach: float) -> Figure:
    turns = _take_turns(room, operation, connections=_MANY)
    figure = report.of_load(id_, turns.ours, turns.ceiling, reach=reach, processes=_processes(room))
    return report.noted(figure, turns.cost())


def _measure_one(room: Room, make: Callable[[Room], Operation]) -> Figure:
    operation = make(room)
    turns = _take_turns(room, operation, connections=1)
    ours, ceiling = turns.ours, turns.ceiling
    more = ours.percentile(50) - ceiling.percentile(50)
    return Figure(
        id=f"H-one-{operation.name}",
        unit="ms",
        ours=ours.percentile(50),
        yardstick=ceiling.percentile(50),
        ratio=ours.percentile(50) / ceiling.percentile(50),
        **report.percentiles(ours),
        n=ours.n,
        reach="p50 ≤ ceiling's + 4 ms",
        reached=more <= 4,
        processes=_processes(room),
        note=f"{more:+.2f} ms; {turns.cost()}",
    )


@dataclass(slots=True)
class Turns:
    """What both did, and what ours cost."""

    meter: Meter
    ceiling_meter: Meter
    ours: Outcome = field(default_factory=Outcome)
    ceiling: Outcome = field(default_factory=Outcome)

    def cost(self) -> str:
        ceiling = self.ceiling_meter.milliseconds(self.ceiling.asked)
        return f"{self.meter.told(self.ours.asked)}; ceiling {ceiling:.2f}"


def _take_turns(room: Room, operation: Operation, *, connections: int) -> Turns:
    ceiling_pids = {**room.ceiling.pids, "postgres": room.pids(room.system)["postgres"]}
    turns = Turns(Meter(room.pids(room.system)), Meter(ceiling_pids))
    url, seconds = urlsplit(room.system.url), room.options.seconds
    address = (url.hostname or "", url.port or 0)
    for _ in range(room.options.slices):
        with turns.meter.running():
            ours = load.run(address, operation.ours, connections=connections, seconds=seconds)
        with turns.ceiling_meter.running():
            ceiling = load.run(
                room.ceiling.address, operation.ceiling, connections=connections, seconds=seconds
            )
        turns.ours, turns.ceiling = turns.ours.joined(ours), turns.ceiling.joined(ceiling)
    turns.ours.refuse_failures()
    turns.ceiling.refuse_failures()
    return turns


def _processes(room: Room) -> dict[str, int]:
    return {**room.processes(room.system), "ceiling": 2}


def _get(room: Room) -> Operation:
    ids, token = room.customers, room.company.agent
    # Every 7th, so that neighbours in time are not neighbours in the cache.
    spread = [ids[n * 7 % len(ids)] for n in range(min(len(ids), 5_000))]
    ours = [request("GET", f"/v1/customers/{id_}", token=token) for id_ in spread]
    ceiling = [request("GET", f"/customers/{id_}") for id_ in spread]
    return Operation("get", itertools.cycle(ours), itertools.cycle(ceiling))


def _list(room: Room) -> Operation:
    assert room.customers
    ours = request("GET", "/v1/customers?limit=50&sort=-created_at", token=room.company.agent)
    ceiling = request("GET", f"/customers?team={room.company.teams[MID_TEAM]}")
    return Operation("list", itertools.repeat(ours), itertools.repeat(ceiling))


def _name(room: Room) -> Operation:
    """Of people's last names the first five letters."""
    parts = [folded(who.name).split()[-1][:5] for who in _acquaintances(room)]
    return _search(room, "name", [(part, f"name={quote(part)}") for part in parts if len(part) >= _FRAGMENT])


def _phone(room: Room) -> Operation:
    lines = [point.value for who in _acquaintances(room) for point in who.points if point.kind == "phone"]
    return _search(room, "phone", [(line, f"line={quote(line)}") for line in lines])


def _search(room: Room, name: str, asked: Sequence[tuple[str, str]]) -> Operation:
    """What ours is asked and what the ceiling is."""
    team, token = room.company.teams[MID_TEAM], room.company.agent
    ours = [request("GET", f"/v1/customers?limit=50&q={quote(q)}", token=token) for q, _ in asked]
    ceiling = [request("GET", f"/customers?team={team}&{wanted}") for _, wanted in asked]
    return Operation(name, itertools.cycle(ours), itertools.cycle(ceiling))


def _acquaintances(room: Room) -> list[Person]:
    """Some whom the agent may see."""
    assert room.customers
    known = (who for who in people(room.options.customers) if MID_TEAM in who.teams)
    return list(itertools.islice(known, 2_000))


def _create(room: Room) -> Operation:
    """By many agents: one agent's writes of addresses take turns, for the budget of hidden matches."""
    assert room.customers
    tokens = itertools.cycle(room.company.colleagues)
    ours = (
        request("POST", "/v1/customers", token=token, body=body)
        for token, body in zip(tokens, _newcomers(room), strict=False)
    )
    ceiling = (request("POST", "/customers", body=body) for body in _newcomers(room))
    return Operation("create", ours, ceiling)


def _newcomers(room: Room) -> Iterator[dict[str, object]]:
    """People whom nobody knows yet, whoever asks."""
    for number in room.serial_numbers:
        yield {
            "name": f"Joana Teste {number}",
            "phone": f"+551196{number:07d}",
            "email": f"joana.{number}@example.org",
            "teams": [str(room.company.teams[MID_TEAM])],
        }


def _drained(room: Room) -> str:
    """How long the outbox still takes once the load is over."""
    with room.database(room.system, "customers") as connection:
        pending = "outbox WHERE returned_at IS NULL"
        left = count(connection, pending)
        begin = time.monotonic()
        wait_until(lambda: count(connection, pending) == 0, seconds=120, what="the outbox to drain")
        seconds = time.monotonic() - begin
    verdict = "in time" if seconds <= _DRAINED_WITHIN else f"LATER than {_DRAINED_WITHIN:.0f} s"
    return f"outbox: {left} left at the end, drained in {seconds:.1f} s, {verdict}"
