"""Callers with open streams of one Push, without any server around it; what they see is said by the test."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from gateway.auth import Caller
from gateway.push.dealing import Hand, Sight, View
from gateway.push.fanout import Push
from gateway.push.news import TYPES
from gateway.push.ring import Ring
from servicekit.errors import Unavailable
from servicekit.scope import ADMIN, AGENT, Scope

ALL = frozenset(TYPES)
ONE, TWO, BOSS = b"one", b"two", b"boss"
OWN, OTHERS, NOBODYS = "own", "others", "nobodys"


@dataclass
class Company:
    """Who may see what, at this moment. A customer is in teams, a task has somebody who is responsible."""

    callers: dict[bytes, Scope] = field(default_factory=dict)
    teams_of: dict[str, frozenset[str]] = field(default_factory=dict)
    root_of: dict[str, str] = field(default_factory=dict)
    responsible_for: dict[str, str] = field(default_factory=dict)
    away: bool = False
    asked: list[View] = field(default_factory=list)

    async def lookup(self, digests: Iterable[bytes]) -> dict[bytes, Caller]:
        known = {each: self.callers[each] for each in digests if each in self.callers}
        return {each: Caller(scope, scope.dump(), None, None) for each, scope in known.items()}

    async def look(self, view: View, hand: Hand) -> Sight:
        if self.away:
            raise Unavailable("service_down", {})
        self.asked.append(view)
        roots = {each: self.root_of.get(each, each) for each in hand.customers}
        return Sight(
            {asked: root for asked, root in roots.items() if self.sees(view.scope, root)},
            frozenset(each for each in hand.tasks if self.responsible_for[each] == view.user_id),
        )

    def sees(self, scope: Scope, customer: str) -> bool:
        return scope.is_admin or bool(self.teams_of[customer] & scope.team_ids)

    def push(self, **changes: Any) -> Push:
        settings = {"mark_seconds": 60.0, **changes}
        return Push(self.lookup, self.look, **settings)


@dataclass(frozen=True)
class Heard:
    """One event as a stream got it; `number` is its place, which only a test can read."""

    number: int
    name: str
    data: dict[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.data.get("id", "")


class Client:
    """An open stream, read as fast as it comes unless it is told to be slow."""

    def __init__(self, push: Push, digest: bytes, *, types: frozenset[str] = ALL, last: str | None = None):
        self._push = push
        self.heard: list[Heard] = []
        self.last = last  # as a browser keeps it: the latest id, of an event or alone
        self.ended: BaseException | None = None
        self._reads = asyncio.Event()
        self._reads.set()
        self._task = asyncio.create_task(self._read(digest, types))

    def slow(self, slow: bool) -> None:
        self._reads.clear() if slow else self._reads.set()

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def told(self) -> list[dict[str, Any]]:
        return [each.data for each in self.heard]

    async def _read(self, digest: bytes, types: frozenset[str]) -> None:
        events = self._push.listen(digest, types, self.last)
        try:
            async for part in events:
                self._take(part)
                await self._reads.wait()
        except Exception as error:
            self.ended = error
        finally:
            await events.aclose()

    def _take(self, part: bytes) -> None:
        for text in part.decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in text.splitlines() if not line.startswith(":"))
            self.last = fields.get("id", self.last)
            if "event" in fields:
                number = self._push._places.read(fields["id"])
                assert number is not None
                self.heard.append(Heard(number, fields["event"], orjson.loads(fields["data"])))


def a_company() -> Company:
    """Two agents in a team each, of which one shares a customer with a third team; and an administrator."""
    callers = {
        ONE: Scope("user one", AGENT, frozenset({"1"})),
        TWO: Scope("user two", AGENT, frozenset({"2"})),
        BOSS: Scope("boss", ADMIN),
    }
    return Company(callers, {OWN: frozenset({"1", "3"}), OTHERS: frozenset({"2"}), NOBODYS: frozenset()})


async def settled() -> None:
    """Whatever was handed over has been read."""
    for _ in range(20):
        await asyncio.sleep(0)


async def flushed(push: Push) -> None:
    await settled()
    await push.flush()
    await settled()


def small_ring(most: int) -> Ring:
    return Ring(most=most)


def changed(customer: str, kind: str = "updated", version: int = 2) -> bytes:
    entry = {"id": customer, "kind": kind, "version": version, "revision": 1, "fields": []}
    return orjson.dumps({"type": "customers.changed.v1", "data": {"customers": [entry]}})


def added(customer: str, team: str | None) -> bytes:
    items = [{"customer": customer, "team": team, "kind": "message"}]
    return orjson.dumps({"type": "interactions.added.v1", "data": {"items": items}})


def noted(customer: str, team: str | None) -> bytes:
    data = {"note": "n", "customer": customer, "team": team}
    return orjson.dumps({"type": "note.created.v1", "data": data})


def task_due(task: str, customer: str | None, responsible: str) -> bytes:
    data = {"task": task, "customer": customer, "responsible": responsible}
    return orjson.dumps({"type": "task.due.v1", "data": data})
