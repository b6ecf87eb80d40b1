"""Each stream gets exactly what it may see, in order, once, or a resync: whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.push import dealing
from gateway.push.fanout import Push
from gateway.push.news import News
from gateway.tests.listening import Client, Company, Heard, added, changed, noted, settled, small_ring
from servicekit.scope import ADMIN, AGENT, Scope

TEAMS = ("1", "2", "3")
CUSTOMERS = ("a", "b", "e")
ROOTS = {"e": "a"}
DIGESTS = (b"x", b"y", b"z")

teams = st.frozensets(st.sampled_from(TEAMS), max_size=2)
team = st.one_of(st.none(), st.sampled_from(TEAMS))
customer = st.sampled_from(CUSTOMERS)
digest = st.sampled_from(DIGESTS)
events = st.one_of(
    st.builds(changed, customer, st.sampled_from(["created", "updated", "deleted"])),
    st.builds(added, customer, team),
    st.builds(noted, customer, team),
)
hear = st.tuples(st.just("hear"), st.lists(events, min_size=1, max_size=6))
steps = st.one_of(
    *[hear] * 3,
    st.tuples(st.just("flush"), st.none()),
    st.tuples(st.just("reconnect"), digest),
    st.tuples(st.just("slow"), digest),
    st.tuples(st.just("quick"), digest),
    st.tuples(st.just("away"), st.booleans()),
    st.tuples(st.just("gap"), st.none()),
)
scopes = st.builds(
    lambda role, its: Scope("somebody", role, its), st.sampled_from([AGENT, AGENT, ADMIN]), teams
)


@dataclass
class Session:
    """One caller, over all the connections they have had, and everything that happened meanwhile."""

    push: Push
    digest: bytes
    client: Client
    heard: list[Heard] = field(default_factory=list)

    @classmethod
    def begin(cls, push: Push, digest: bytes) -> Session:
        return cls(push, digest, Client(push, digest))

    async def reconnect(self) -> None:
        await self.client.close()
        self.heard += self.client.heard
        self.client = Client(self.push, self.digest, last=self.client.last)

    async def end(self) -> list[Heard]:
        await self.client.close()
        return self.heard + self.client.heard


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dealing, "MOST_IDS", 2)
    monkeypatch.setattr(dealing, "MOST_NEWS", 5)


@settings(max_examples=120, deadline=None)
@given(st.tuples(scopes, scopes, scopes), st.dictionaries(customer, teams), st.lists(steps, max_size=40))
def test_each_stream_gets_exactly_what_it_may_see(
    rights: tuple[Scope, ...],
    teams_of: dict[str, frozenset[str]],
    script: list[tuple[str, object]],
):
    company = Company(
        dict(zip(DIGESTS, rights, strict=True)), dict.fromkeys(CUSTOMERS, frozenset[str]()) | teams_of, ROOTS
    )
    happened, sessions = asyncio.run(_played(company, script))
    for digest, heard in sessions.items():
        _is_right(company, company.callers[digest], happened, heard)


async def _played(
    company: Company, script: list[tuple[str, object]]
) -> tuple[dict[int, News], dict[bytes, list[Heard]]]:
    push = company.push(ring=small_ring(8))
    sessions = {each: Session.begin(push, each) for each in DIGESTS}
    await settled()
    happened: dict[int, News] = {}
    for step, value in [*script, ("away", False), *[("quick", each) for each in DIGESTS]]:
        await _take(company, push, sessions, (step, value), happened)
    for _ in range(20):
        await settled()
        await push.flush()
    await settled()
    return happened, {digest: await session.end() for digest, session in sessions.items()}


async def _take(
    company: Company,
    push: Push,
    sessions: dict[bytes, Session],
    step: tuple[str, object],
    happened: dict[int, News],
) -> None:
    match step:
        case "hear", list(bodies):
            for body in bodies:
                push.hear(body)
                happened.update(push._ring.after(push._ring.floor))
        case "flush", _:
            await push.flush()
            await settled()
        case "reconnect", bytes(digest):
            await sessions[digest].reconnect()
        case ("slow" | "quick") as pace, bytes(digest):
            sessions[digest].client.slow(pace == "slow")
        case "away", bool(away):
            company.away = away
        case "gap", _:
            push.gap()
    await settled()


def _is_right(company: Company, scope: Scope, happened: dict[int, News], heard: list[Heard]) -> None:
    numbers = [each.number for each in heard]
    assert numbers == sorted(set(numbers)), "in order, and once"
    for each in heard:
        if each.name != "resync":
            assert each.key == _told(company, scope, happened[each.number])
    for number, news in happened.items():
        expected = _told(company, scope, news)
        later = [each for each in heard if each.number >= number]
        assert expected is None or any(each.key == expected or each.name == "resync" for each in later), news


def _told(company: Company, scope: Scope, news: News) -> tuple[str, str] | None:
    """The rule, written down once more."""
    root = ROOTS.get(news.customer or "", news.customer or "")
    if scope.is_admin:
        return news.type, root
    if not company.teams_of[root] & scope.team_ids:
        return None
    return (news.type, root) if news.team is None or news.team in scope.team_ids else None
