"""F-20: a million events as fast as the broker takes them: each once in a history, in steady memory."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import kombu
import pytest

from bench.raw_bus import publish
from deploy.local.system import RunningSystem
from tests.faults.replicas import CUSTOMERS
from tests.support.api import Company
from tests.support.campaign import FULL, Verdict, chance, size
from tests.support.flood import EVENTS_EACH, Flood
from tests.support.ledger import Ledger
from tests.support.waiting import eventually

WITNESS, *VICTIMS = CUSTOMERS  # the first is never killed: the memory of a young process says nothing
KILL_EVERY = 10.0
EVENTS = int(os.environ.get("EVENTS") or size(3_000, 1_000_000))
_EXCHANGE = "channel.events"


@pytest.mark.timeout(7200)
def test_a_million_events_are_in_the_histories_once(system: RunningSystem, company: Company):
    flood = Flood(people=EVENTS // EVENTS_EACH, team=company.team())
    verdict = Verdict("F-20", n=flood.events)

    with Ledger(system.database_url("customers")) as ledger:
        there, parked = ledger.counts(), ledger.parked()
        first = _play(system, flood, ledger, verdict)
        counts, before = _more(ledger.counts(), there), ledger.checksums()
        again = _play_again(system, flood)
        after = ledger.checksums()
        verdict.lost, verdict.duplicated = _differences(counts, flood.expected())
        verdict.lost += ledger.parked() - parked

    verdict.more = {**first, "again_per_second": again, "counts": {k: str(v) for k, v in counts.items()}}
    verdict.report()
    assert counts == flood.expected()
    assert {name for name in before if before[name] != after[name]} == set()
    assert verdict.disturbances >= size(1, EVENTS // 100_000)
    assert verdict.passed
    assert first["mb_last_third"] <= first["mb_first_third"] * 1.10 + 10


def _play(system: RunningSystem, flood: Flood, ledger: Ledger, verdict: Verdict) -> dict[str, Any]:
    """The first time, with kills; what it took."""
    begin, deadline = time.monotonic(), time.monotonic() + 120 + flood.events / 100
    publishing = {"seconds": 0.0}
    memory: list[float] = []
    rng = chance()
    with _in_background(lambda: publishing.update(seconds=_publish(system, flood))):
        done, next_kill = 0, time.monotonic() + size(1, 10)
        while done < flood.events:
            assert time.monotonic() < deadline, (
                f"only {done} of {flood.events} events, {ledger.parked()} parked"
            )
            time.sleep(0.25 if not FULL else 2)
            memory.append(_megabytes(system))
            if time.monotonic() >= next_kill and (FULL or not verdict.disturbances):
                verdict.disturbances += _kill_one(system, rng)
                next_kill = time.monotonic() + KILL_EVERY
            done = ledger.taken()
    seconds = time.monotonic() - begin
    third = max(1, len(memory) // 3)
    return {
        "events_per_second": round(flood.events / seconds),
        "published_per_second": round(flood.events / publishing["seconds"]),
        "mb_first_third": round(max(memory[:third]), 1),
        "mb_last_third": round(max(memory[-third:]), 1),
        "mb_highest": round(max(memory), 1),
    }


def _play_again(system: RunningSystem, flood: Flood) -> int:
    """The second time, undisturbed; returns once all of them were known again, with how many a second."""
    known = _repeated(system)
    begin = time.monotonic()
    _publish(system, flood)
    eventually(lambda: _repeated(system) >= known + flood.events, within=120 + flood.events / 100, every=0.5)
    return round(flood.events / (time.monotonic() - begin))


def _publish(system: RunningSystem, flood: Flood) -> float:
    with kombu.Connection(system.amqp_url_connector) as connection:
        return publish(connection, flood.messages(), exchange=_EXCHANGE)  # type: ignore[arg-type]


def _kill_one(system: RunningSystem, rng: random.Random) -> int:
    """How many were killed: none if the chosen one is just coming up again."""
    try:
        system.kill(rng.choice(VICTIMS))
    except (LookupError, ProcessLookupError):
        return 0
    return 1


def _megabytes(system: RunningSystem) -> float:
    status = Path(f"/proc/{system.processes()[WITNESS].pid}/status").read_text()
    [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(kilobytes) / 1024


def _repeated(system: RunningSystem) -> int:
    """Events that the replicas, all of them up, have recognised."""
    processes = eventually(
        lambda: (up := system.processes()) and all(name in up for name in CUSTOMERS) and up, within=60
    )
    return sum(_metric(processes[name].health_port, "events_repeated_total") for name in CUSTOMERS)


def _metric(port: int | None, name: str) -> int:
    text = eventually(lambda: _metrics(port), within=60)
    return int(sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " ")))


def _metrics(port: int | None) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=10, verify=False).raise_for_status().text
    except httpx.HTTPError:
        return ""


def _more(counts: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What came to what was there."""
    return {name: count - before[name] for name, count in counts.items()}


def _differences(found: dict[str, Any], expected: dict[str, Any]) -> tuple[int, int]:
    """How many are missing and how many too many."""
    missing = sum(max(0, int(expected[name] - found[name])) for name in expected)
    return missing, sum(max(0, int(found[name] - expected[name])) for name in expected)


class _in_background:
    """Runs it in a thread; the end of the block waits for it and raises what it raised."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work, self._error = work, None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self._error = error

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        self._thread.join(None if kind is None else 0)
        if self._error is not None and kind is None:
            raise self._error
