"""Who is told what, by the code that tells, with callers and rights that the test makes up."""

from __future__ import annotations

import asyncio
import time

import pytest

from gateway.problems import HttpProblem
from gateway.push import dealing, fanout
from gateway.push.fanout import Push
from gateway.tests.listening import (
    ALL,
    Client,
    Company,
    added,
    changed,
    noted,
    settled,
    small_ring,
    task_due,
)
from servicekit.scope import ADMIN, AGENT, CONNECTOR, Scope
from servicekit.testing.waiting import eventually_async

pytestmark = pytest.mark.anyio

ONE, TWO, BOSS = b"one", b"two", b"boss"
OWN, OTHERS, NOBODYS = "own", "others", "nobodys"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def company() -> Company:
    callers = {
        ONE: Scope("user one", AGENT, frozenset({"1"})),
        TWO: Scope("user two", AGENT, frozenset({"2"})),
        BOSS: Scope("boss", ADMIN),
    }
    teams = {OWN: frozenset({"1", "3"}), OTHERS: frozenset({"2"}), NOBODYS: frozenset[str]()}
    return Company(callers, teams)


async def flushed(push: Push) -> None:
    await settled()
    await push.flush()
    await settled()


async def heard(company: Company, digest: bytes, *events: bytes) -> list[dict[str, object]]:
    """What one stream is told of events that arrive together."""
    push = company.push()
    client = Client(push, digest)
    await settled()
    for event in events:
        push.hear(event)
    await flushed(push)
    await client.close()
    return client.told


async def test_an_agent_is_told_of_customers_they_see_and_of_no_others(company: Company):
    events = [changed(OWN), changed(OTHERS), changed(NOBODYS)]
    told = {"type": "customer.updated", "version": 2}
    assert await heard(company, ONE, *events) == [{**told, "id": OWN}]
    assert await heard(company, BOSS, *events) == [{**told, "id": each} for each in (OWN, OTHERS, NOBODYS)]


@pytest.mark.parametrize(("team", "agent"), [("1", True), (None, True), ("3", False), ("2", False)])
async def test_history_of_another_team_is_not_told_even_of_a_shared_customer(
    company: Company, team: str | None, agent: bool
):
    told = [{"type": "history.added", "id": OWN}]
    assert await heard(company, ONE, added(OWN, team)) == (told if agent else [])
    assert await heard(company, BOSS, added(OWN, team)) == told


@pytest.mark.parametrize(("team", "agent"), [("1", True), (None, False), ("3", False)])
async def test_notes_are_told_to_their_team_and_those_of_no_team_to_administrators(
    company: Company, team: str | None, agent: bool
):
    told = [{"type": "history.added", "id": OWN}]
    assert await heard(company, ONE, noted(OWN, team)) == (told if agent else [])
    assert await heard(company, BOSS, noted(OWN, team)) == told


async def test_whoever_is_responsible_hears_of_a_task_and_not_of_a_customer_they_do_not_see(company: Company):
    company.responsible_for = {"task": "user one"}
    due = task_due("task", OTHERS, "user one")
    assert await heard(company, ONE, due) == [{"type": "task.due", "id": "task"}]
    assert await heard(company, TWO, due) == []
    mine = task_due("task", OWN, "user one")
    assert await heard(company, ONE, mine) == [{"type": "task.due", "id": "task", "customer": OWN}]


async def test_an_absorbed_customer_is_told_of_as_the_one_it_is_part_of_without_its_own_version(
    company: Company,
):
    company.root_of = {"absorbed": OWN}
    assert await heard(company, ONE, changed("absorbed")) == [{"type": "customer.updated", "id": OWN}]


async def test_the_same_again_is_told_once_as_of_the_last_time(company: Company):
    events = [changed(OWN, version=2), added(OWN, None), changed(OWN, version=3)]
    assert await heard(company, ONE, *events) == [
        {"type": "history.added", "id": OWN},
        {"type": "customer.updated", "id": OWN, "version": 3},
    ]


async def test_services_are_asked_once_for_all_streams_of_the_same_rights(company: Company):
    company.callers[b"colleague"] = Scope("colleague", AGENT, frozenset({"1"}))
    push = company.push()
    clients = [Client(push, each) for each in (ONE, ONE, b"colleague", TWO)]
    await settled()
    push.hear(changed(OWN))
    await flushed(push)
    assert sorted(next(iter(view.teams)) for view in company.asked) == ["1", "2"]
    assert [len(each.told) for each in clients] == [1, 1, 1, 0]
    for client in clients:
        await client.close()


async def test_only_named_types_are_told_and_asked_for(company: Company):
    push = company.push()
    client = Client(push, ONE, types=frozenset({"history.added"}))
    await settled()
    push.hear(changed(OWN))
    await flushed(push)
    assert company.asked == []
    push.hear(added(OWN, None))
    await flushed(push)
    assert client.told == [{"type": "history.added", "id": OWN}]
    await client.close()


async def test_rights_are_those_of_the_moment_of_telling(company: Company):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    push.hear(changed(OWN))
    company.callers[ONE] = Scope("user one", AGENT, frozenset({"2"}))
    push.hear(changed(OTHERS))
    await flushed(push)
    assert [each["id"] for each in client.told] == [OTHERS]
    await client.close()


@pytest.mark.parametrize(("now", "status"), [(None, 401), (Scope("user one", CONNECTOR), 403)])
async def test_a_useless_token_ends_the_stream_before_anything_else_is_told(
    company: Company, now: Scope | None, status: int
):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    company.callers = {ONE: now} if now else {}
    push.hear(changed(OWN))
    await flushed(push)
    assert client.told == []
    assert isinstance(client.ended, HttpProblem)
    assert client.ended.status == status
    assert push._listeners == set()


async def test_a_stream_goes_on_where_another_broke_off(company: Company):
    push = company.push()
    first = Client(push, ONE)
    await settled()
    push.hear(changed(OWN, "created"))
    await flushed(push)
    await first.close()
    push.hear(changed(OWN))
    push.hear(changed(OTHERS))
    second = Client(push, ONE, last=first.last)
    await flushed(push)
    assert [each["type"] for each in first.told + second.told] == ["customer.created", "customer.updated"]
    await second.close()


async def test_a_quiet_stream_knows_where_to_go_on_as_well(company: Company):
    push = company.push(mark_seconds=0.01)
    first = Client(push, ONE)
    await settled()
    began = first.last
    push.hear(changed(OTHERS))
    await flushed(push)
    await eventually_async(lambda: first.last != began)
    await first.close()
    push.hear(changed(OWN))
    second = Client(push, ONE, last=first.last)
    await flushed(push)
    assert [each["id"] for each in second.told] == [OWN]
    await second.close()


@pytest.mark.parametrize("last", ["", "7", "z" * 32, "0" * 32, "é" * 200])
async def test_whoever_comes_from_nowhere_known_is_told_to_read_anew(company: Company, last: str):
    push = company.push()
    client = Client(push, ONE, last=last)
    await flushed(push)
    assert client.told == [{"type": "resync"}]
    push.hear(changed(OWN))
    await flushed(push)
    assert [each["type"] for each in client.told] == ["resync", "customer.updated"]
    await client.close()


async def test_after_a_gap_everybody_reads_anew_once(company: Company):
    push = company.push()
    clients = [Client(push, each) for each in (ONE, TWO)]
    await settled()
    push.hear(changed(OWN))
    push.gap()
    for _ in range(3):
        await flushed(push)
    for client in clients:
        assert client.told == [{"type": "resync"}]
        await client.close()


async def test_a_slow_reader_holds_nothing_up_and_reads_anew_when_it_is_too_far_behind(company: Company):
    push = company.push(ring=small_ring(4))
    slow, quick = Client(push, ONE), Client(push, ONE)
    await settled()
    slow.slow(True)
    for version in range(2, 12):
        push.hear(changed(OWN, version=version))
        await flushed(push)
    assert [each["version"] for each in quick.told] == [*range(2, 12)]
    slow.slow(False)
    for _ in range(3):
        await flushed(push)
    assert slow.told[-1] == {"type": "resync"}
    assert len(slow.told) <= 4
    for client in (slow, quick):
        await client.close()


async def test_nothing_waits_for_a_slow_reader_whose_rights_may_end_meanwhile(company: Company):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    client.slow(True)
    push.hear(changed(OWN))
    await flushed(push)
    push.hear(added(OWN, None))
    await flushed(push)
    company.callers[ONE] = Scope("user one", AGENT, frozenset({"2"}))
    client.slow(False)
    push.hear(changed(OTHERS))
    await flushed(push)
    await flushed(push)
    # The first was on its way already.
    assert [(each["type"], each["id"]) for each in client.told] == [
        ("customer.updated", OWN),
        ("customer.updated", OTHERS),
    ]
    await client.close()


async def test_where_to_go_on_is_never_ahead_of_what_was_told(company: Company):
    """News and the time for a mark may come in the same moment."""
    push = company.push(mark_seconds=0.01)
    stream = push.listen(ONE, ALL, None)
    await anext(stream)
    following = asyncio.ensure_future(anext(stream))
    await settled()
    [listener] = push._listeners
    asyncio.get_running_loop().call_later(0.011, listener.hand, b"the news", 1)
    time.sleep(0.05)  # the loop finds both due when it comes to look
    assert await following == b"the news"
    await stream.aclose()


async def test_while_a_service_is_away_nothing_is_lost(company: Company):
    push = company.push()
    client = Client(push, ONE)
    await settled()
    company.away = True
    for _ in range(3):
        push.hear(changed(OWN))
        await flushed(push)
    assert client.told == []
    company.away = False
    await flushed(push)
    assert [each["type"] for each in client.told] == ["customer.updated"]
    await client.close()


async def test_after_a_service_was_away_for_long_everything_is_read_anew(
    company: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fanout, "PATIENCE_SECONDS", 0.0)
    push = company.push()
    client = Client(push, ONE)
    await settled()
    company.away = True
    push.hear(changed(OWN))
    await flushed(push)
    await flushed(push)
    assert client.told == []
    company.away = False
    await flushed(push)
    assert client.told == [{"type": "resync"}]
    await client.close()


async def test_many_customers_at_once_are_asked_for_in_parts(
    company: Company, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dealing, "MOST_IDS", 3)
    many = [f"c{n}" for n in range(8)]
    company.teams_of |= dict.fromkeys(many, frozenset({"1"}))
    push = company.push()
    client = Client(push, ONE)
    await settled()
    for each in many:
        push.hear(changed(each))
    for _ in range(3):
        await flushed(push)
    assert [each["id"] for each in client.told] == many
    await client.close()


async def test_what_cannot_be_read_is_passed_over(company: Company):
    push = company.push()
    for body in (b"", b"{", b"[]", b"3", b'{"type": "task.due.v1"}', b'{"type": ["x"]}'):
        push.hear(body)
    assert push._ring.head == 0
