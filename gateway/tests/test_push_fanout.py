"""Who is told what, by the code that tells, with callers and rights that the test makes up."""

from __future__ import annotations

import pytest

from gateway.problems import HttpProblem
from gateway.push import dealing
from gateway.tests.listening import (
    BOSS,
    NOBODYS,
    ONE,
    OTHERS,
    OWN,
    TWO,
    Client,
    Company,
    a_company,
    added,
    changed,
    flushed,
    noted,
    settled,
    task_due,
)
from servicekit.scope import AGENT, CONNECTOR, Scope

pytestmark = pytest.mark.anyio


@pytest.fixture
def company() -> Company:
    return a_company()


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
