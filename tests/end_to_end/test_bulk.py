"""A bulk action through all processes: asked over HTTP, done by the worker, watched while it is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company
from tests.support.crowd import a_crowd, changes_of, forget, versions_of
from tests.support.waiting import eventually

PATH = "/v1/customers/bulk"
Json = dict[str, Any]


def finished(api: Api, job: Json) -> Json:
    def over() -> Json | None:
        found = api.get(f"{PATH}/{job['id']}").raise_for_status().json()
        return found if found["finished_at"] else None

    return eventually(over, within=60)


def started(api: Api, **asked: Any) -> Json:
    answer = api.post(PATH, asked)
    assert answer.status_code == 202, (answer.status_code, answer.text)
    assert answer.headers["location"] == f"{PATH}/{answer.json()['id']}"
    return answer.json()


def events(api: Api, job: Json) -> Iterator[tuple[str, Json]]:
    with api.http.stream("GET", f"{PATH}/{job['id']}/events", timeout=60) as answer:
        assert answer.headers["content-type"] == "text/event-stream"
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_an_agent_tags_whom_they_see_and_learns_nothing_of_others(system: RunningSystem, company: Company):
    own_team, other_team = company.team(), company.team()
    agent, other = company.agent(own_team), company.agent(other_team)
    own = [agent.created("/v1/customers", {"name": f"Own {i}"})["id"] for i in range(3)]
    hidden = other.created("/v1/customers", {"name": "Segredo"})["id"]
    never = str(uuid4())

    asked = {"action": "add_tags", "tags": ["campaign"]}
    counted = agent.post(PATH, {**asked, "dry_run": True, "selection": {"all": True}})
    assert (counted.status_code, counted.json()["matched"]) == (200, {"value": 3, "relation": "eq"})

    job = finished(agent, started(agent, **asked, ids=[*own, hidden, never]))
    assert (job["status"], job["counts"]) == (
        "partially_failed",
        {"changed": 3, "unchanged": 0, "refused": 2},
    )
    refusals = agent.every(f"{PATH}/{job['id']}/refusals")
    assert {each["customer_id"]: (each["code"], each["detail"]) for each in refusals} == {
        hidden: (refusals[0]["code"], refusals[0]["detail"]),
        never: ("not_found", "there is no such customer"),
    }
    assert {tuple(agent.get(f"/v1/customers/{each}").json()["tags"]) for each in own} == {("campaign",)}
    assert other.get(f"/v1/customers/{hidden}").json()["tags"] == []
    assert other.get(f"{PATH}/{job['id']}").status_code == 404
    assert company.admin.get(f"{PATH}/{job['id']}").json() == job


def test_a_filter_that_the_action_empties_reaches_each_customer_once(system: RunningSystem, company: Company):
    url, team = system.database_url("customers"), company.team()
    agent, ids = company.agent(team), a_crowd(system.database_url("customers"), team, 2_300)
    filter = {"not": {"field": "tags", "op": "any_of", "value": ["reached"]}}

    job = started(agent, action="add_tags", tags=["reached"], filter=filter)
    told = list(events(agent, job))

    name, last = told[-1]
    assert (name, last["status"]) == ("end", "succeeded")
    assert last["counts"] == {"changed": 2_300, "unchanged": 0, "refused": 0}
    assert {name for name, _ in told[:-1]} <= {"progress"}
    assert [each["version"] for _, each in told] == sorted({each["version"] for _, each in told})
    assert (versions_of(url, ids), changes_of(url, ids)) == ({2}, 2_300)
    forget(url, ids)


def test_the_same_key_starts_it_once(company: Company):
    team = company.team()
    agent = company.agent(team)
    agent.created("/v1/customers", {"name": "One"})
    asked = {"action": "set_status", "status": "inactive", "selection": {"all": True}}
    first, second = (agent.post(PATH, asked, idempotency_key="again") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["id"], second.headers["idempotent-replayed"]) == (second.json()["id"], "true")
    assert finished(agent, first.json())["counts"] == {"changed": 1, "unchanged": 0, "refused": 0}
    assert len(agent.every(PATH)) == 1


def test_administrators_delete_many_and_restore_one(company: Company):
    team = company.team()
    ids = [
        company.admin.created("/v1/customers", {"name": f"P {i}", "teams": [team]})["id"] for i in range(3)
    ]
    job = finished(company.admin, started(company.admin, action="delete", ids=ids))
    assert job["counts"] == {"changed": 3, "unchanged": 0, "refused": 0}
    assert {company.admin.get(f"/v1/customers/{each}").status_code for each in ids} == {404}
    assert company.admin.post(f"/v1/customers/{ids[0]}/restore").status_code == 200


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"action": "delete"}, 403, "administrators_only"),
        ({"action": "assign_team", "team": str(uuid4())}, 403, "administrators_only"),
        ({"action": "set_field", "field": "never_defined", "value": 1}, 422, "unknown_field"),
        ({"action": "set_assignee", "assignee": str(uuid4())}, 422, "unknown_user"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(company: Company, asked: Json, status: int, code: str):
    agent = company.agent(company.team())
    answer = agent.post(PATH, {**asked, "selection": {"all": True}})
    assert answer.status_code == status
    problem = answer.json()
    assert code in (problem["code"], *(fault["code"] for fault in problem.get("errors", ())))
    assert agent.every(PATH) == []
