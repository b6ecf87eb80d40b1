"""What happens, told through all processes to whoever may know of it, while they have a stream open."""

from __future__ import annotations

import itertools
import secrets
import time
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from deploy.local.system import RunningSystem
from servicekit.testing.sse import EventStream, listening
from tests.faults.replicas import successor
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually

pytestmark = pytest.mark.system

TOLD_WITHIN = 1.0
CUSTOMERS, TEAMS = "/v1/customers", "/v1/teams"
Json = dict[str, Any]


def streaming(api: Api, **more: Any) -> AbstractContextManager[EventStream]:
    token = api.http.headers["Authorization"].removeprefix("Bearer ")
    return listening(str(api.http.base_url.join("/v1/stream")), token, **more)


def told_of(stream: EventStream, *ids: str) -> list[tuple[str, str]]:
    """What the stream was told of these customers and tasks: types and ids."""
    return [(each["type"], each["id"]) for each in stream.told if each.get("id") in ids]


def until(stream: EventStream, type_: str, id_: str) -> None:
    eventually(lambda: (type_, id_) in told_of(stream, id_))


def test_an_agent_hears_of_their_own_customers_and_of_nobody_elses(system: RunningSystem, company: Company):
    own_team, other_team = company.team(), company.team()
    agent, other = company.agent(own_team), company.agent(other_team)
    with streaming(agent) as mine, streaming(other) as theirs, streaming(company.admin) as control:
        own = agent.created(CUSTOMERS, {"name": "Own"})["id"]
        hidden = other.created(CUSTOMERS, {"name": "Hidden"})["id"]
        for api, customer in ((agent, own), (other, hidden)):
            assert api.patch(f"{CUSTOMERS}/{customer}", {"status": "inactive"}).status_code == 200
        phone = a_mobile()
        publish(system.amqp_url_connector, [conversation_event(phone=phone, team=own_team)])
        written = eventually(lambda: agent.get(CUSTOMERS, q=phone).json()["data"])[0]["id"]
        for type_, customer in (("customer.updated", own), ("history.added", written)):
            until(mine, type_, customer)
            until(control, type_, customer)
        until(control, "customer.updated", hidden)
        until(theirs, "customer.updated", hidden)
        assert {each["id"] for each in mine.told} == {own, written}
        assert {each["id"] for each in theirs.told} == {hidden}
        assert ("customer.created", own) in told_of(mine, own)


def test_it_is_told_within_a_second(company: Company):
    agent = company.agent(company.team())
    delays = []
    with streaming(agent) as stream:
        for _ in range(5):
            began = time.monotonic()
            customer = agent.created(CUSTOMERS, {"name": "Quick"})["id"]
            until(stream, "customer.created", customer)
            delays.append(time.monotonic() - began)
    assert min(delays) < TOLD_WITHIN


def test_notes_and_tasks_are_told_to_who_reads_them(company: Company):
    team, other_team = company.team(), company.team()
    agent, colleague = company.agent(team), company.agent(other_team)
    shared = company.admin.created(CUSTOMERS, {"name": "Shared", "teams": [team, other_team]})["id"]
    due = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    with streaming(agent) as mine, streaming(colleague) as theirs:
        agent.created(f"{CUSTOMERS}/{shared}/notes", {"body": "Ours alone"})
        task = agent.created("/v1/tasks", {"title": "Call", "customer": shared, "due_at": due})["id"]
        alone = agent.created("/v1/tasks", {"title": "Own"})["id"]
        until(mine, "history.added", shared)
        until(mine, "task.created", alone)
        until(theirs, "task.created", task)
        assert agent.patch(f"/v1/tasks/{task}", {"status": "done"}).status_code == 200
        until(mine, "task.completed", task)
        until(theirs, "task.completed", task)
        assert {each["customer"] for each in mine.told if each["id"] == task} == {shared}
        assert told_of(theirs, shared, alone) == []


def test_nothing_that_is_told_says_how_somebody_is_reached(system: RunningSystem, company: Company):
    team = company.team()
    agent = company.agent(team)
    word, phone = secrets.token_hex(6), a_mobile()
    company.admin.patch("/v1/settings/customers", {"hide_contact_data": True}, If_Match="*")
    try:
        with streaming(agent) as mine, streaming(company.admin) as control:
            body = {"name": "A", "email": f"{word}@example.com", "teams": [team]}
            customer = company.admin.created(CUSTOMERS, body)["id"]
            company.admin.patch(f"{CUSTOMERS}/{customer}", {"phone": phone})
            event = conversation_event(phone=phone, team=team, message=word, name=word)
            publish(system.amqp_url_connector, [event])
            until(mine, "history.added", customer)
            until(control, "history.added", customer)
            for canary in (word, phone[1:], phone[5:], event["data"]["conversation"]["id"], "phone", "email"):
                assert canary not in mine.text + control.text
    finally:
        company.admin.patch("/v1/settings/customers", {"hide_contact_data": False}, If_Match="*")


def test_who_left_the_team_or_was_disabled_hears_nothing_more(company: Company):
    team = company.team()
    leaving, disabled, staying = (company.agent(team) for _ in range(3))
    customer = staying.created(CUSTOMERS, {"name": "Theirs"})["id"]
    names = (f"Name {number}" for number in itertools.count())

    def changed() -> None:
        answer = staying.patch(f"{CUSTOMERS}/{customer}", {"name": next(names)})
        assert answer.status_code == 200, answer.text

    with streaming(leaving) as left, streaming(disabled) as gone, streaming(staying) as control:
        changed()
        for stream in (left, gone, control):
            until(stream, "customer.updated", customer)
        company.admin.delete(f"{TEAMS}/{team}/members/{leaving.user_id}").raise_for_status()  # type: ignore[attr-defined]
        user = f"/v1/users/{disabled.user_id}"  # type: ignore[attr-defined]
        assert company.admin.patch(user, {"active": False}).status_code == 200
        before, heard = len(control.events), len(left.events)
        changed()
        eventually(lambda: len(control.events) > before)
        eventually(lambda: gone.over)
        assert (gone.events[-1][0], gone.told[-1]["code"]) == ("problem", "unauthenticated")
        assert left.told[heard:] == []
        assert [each["version"] for each in gone.told[:-1] if each["type"] == "customer.updated"] == [2]


def test_a_customer_that_is_gone_is_told_of_to_nobody(company: Company):
    team = company.team()
    agent = company.agent(team)
    gone, kept = (agent.created(CUSTOMERS, {"name": name})["id"] for name in ("Gone", "Kept"))
    with streaming(agent) as stream:
        assert company.admin.delete(f"{CUSTOMERS}/{gone}").status_code == 204
        assert agent.patch(f"{CUSTOMERS}/{kept}", {"name": "Still here"}).status_code == 200
        until(stream, "customer.updated", kept)
        assert told_of(stream, gone) == []
        assert company.admin.post(f"{CUSTOMERS}/{gone}/restore").status_code == 200
        until(stream, "customer.updated", gone)


def test_a_stream_goes_on_without_loss_or_repetition_and_reads_anew_from_another_process(
    system: RunningSystem, company: Company
):
    agent = company.agent(company.team())
    with streaming(agent) as first:
        one = agent.created(CUSTOMERS, {"name": "One"})["id"]
        until(first, "customer.created", one)
    missed = [agent.created(CUSTOMERS, {"name": "Missed"})["id"] for _ in range(3)]
    with streaming(agent, last=first.last) as second:
        until(second, "customer.created", missed[-1])
        assert [each["id"] for each in second.told] == missed
    gateway = next(name for name in system.processes() if name.rstrip("-0123456789") == "gateway")
    successor(system, system.kill(gateway), gateway)
    eventually(lambda: _is_ready(agent))
    with streaming(agent, last=second.last) as third:
        eventually(lambda: third.told)
        assert third.told[0] == {"type": "resync"}


def _is_ready(api: Api) -> bool:
    try:
        return api.get("/readyz").status_code == 200
    except httpx.HTTPError:
        return False
