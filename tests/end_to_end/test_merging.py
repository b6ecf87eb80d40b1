"""One person, one record: the dialog of a duplicate, the queue, merges that lose nothing and are undone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from deploy.local.system import RunningSystem
from tests.support.api import Api, Company, a_mobile
from tests.support.events import conversation_event, publish
from tests.support.waiting import eventually

Json = dict[str, Any]


def a_name() -> str:
    """One that nobody else here has."""
    return f"Beatriz {secrets.token_hex(4)} Albuquerque"


def tell(system: RunningSystem, phone: str, team: str, preview: str) -> None:
    event = conversation_event(
        "message", phone=phone, team=team, conversation=f"c{phone}", message=preview, name=None
    )
    publish(system.amqp_url_connector, [event])


def previews(agent: Api, customer: str) -> list[str]:
    """Of the messages in the history, sorted."""
    items = agent.every(f"/v1/customers/{customer}/history", kind="message")
    return sorted(item["preview"] for item in items)


def found(agent: Api, **asked: Any) -> list[str]:
    return [customer["id"] for customer in agent.every("/v1/customers", **asked)]


def test_every_way_out_of_a_duplicate_answer_leads_somewhere(company: Company):
    team, phone = company.team(), a_mobile()
    agent, typed = company.agent(team), {"name": a_name(), "phone": phone}
    known = agent.created("/v1/customers", {"name": "Bia", "phone": phone})

    [checked] = agent.post("/v1/duplicates/check", typed).raise_for_status().json()["matches"]
    assert (checked["id"], checked["certainty"], checked["matched_on"]) == (known["id"], "exact", ["phone"])
    [match] = agent.post("/v1/customers", typed).json()["matches"]
    assert match["links"] == checked["links"]
    assert agent.get(match["links"]["view"]).json()["name"] == "Bia"
    absorbed = agent.post(match["links"]["merge"], {"mode": "merge", **typed, "tags": ["lead"]})
    assert (absorbed.status_code, absorbed.json()["tags"]) == (200, ["lead"])
    updated = agent.patch(match["links"]["update"], {"name": typed["name"]})
    assert (updated.status_code, updated.json()["name"]) == (200, typed["name"])


def test_whom_somebody_may_not_see_they_can_ask_for(company: Company):
    team, phone = company.team(), a_mobile()
    agent = company.agent(team)
    hidden = company.agent(company.team()).created("/v1/customers", {"name": a_name(), "phone": phone})["id"]
    restricted = agent.post("/v1/customers", {"name": "Eu", "phone": phone}).json()

    asked = agent.created("/v1/access-requests", {"token": restricted["access_request_token"]})
    assert (asked["state"], asked["customer"]) == ("pending", None)
    path = f"/v1/access-requests/{asked['id']}"
    assert agent.patch(path, {"decision": "granted"}).status_code == 403
    waiting = {each["id"]: each for each in company.admin.every("/v1/access-requests", state="pending")}
    assert (waiting[asked["id"]]["customer"], waiting[asked["id"]]["asked_by"]) == (hidden, agent.user_id)
    assert agent.get(f"/v1/customers/{hidden}").status_code == 404
    granted = company.admin.patch(path, {"decision": "granted"})
    assert (granted.status_code, granted.json()["team"]) == (200, team)
    assert agent.get(f"/v1/customers/{hidden}").status_code == 200
    [mine] = agent.every("/v1/access-requests")
    assert (mine["state"], mine["customer"]) == ("granted", hidden)


@dataclass
class Twins:
    """Two customers with one name, each with a message; an agent of both their teams."""

    system: RunningSystem
    agent: Api
    teams: tuple[str, str]
    phones: tuple[str, str]
    name: str
    tag: str
    ids: tuple[str, str]

    @property
    def plan(self) -> Json:
        return {"primary": self.ids[0], "duplicates": [self.ids[1]]}

    def write(self, number: int, preview: str) -> None:
        tell(self.system, self.phones[number], self.teams[number], preview)

    def check_shown(self, *customers: str) -> None:
        check_shown(self.agent, list(customers), name=self.name, tag=self.tag, phones=self.phones)


def twins(system: RunningSystem, company: Company) -> Twins:
    teams, phones = (company.team(), company.team()), (a_mobile(), a_mobile())
    agent, name, tag = company.agent(*teams), a_name(), secrets.token_hex(6)
    first, second = (
        agent.created("/v1/customers", {"name": name, "phone": phone, "teams": [team], "tags": [tag]})["id"]
        for phone, team in zip(phones, teams, strict=True)
    )
    made = Twins(system, agent, teams, phones, name, tag, (first, second))
    made.write(0, "by the first")
    made.write(1, "by the second")
    eventually(lambda: previews(agent, first) and previews(agent, second))
    return made


def test_a_merge_is_one_customer_everywhere_and_can_be_taken_back(system: RunningSystem, company: Company):
    both = twins(system, company)
    agent, (first, second), care = both.agent, both.ids, both.teams[1]
    of_second = agent.created(f"/v1/customers/{second}/notes", {"body": "Before", "team": care})["id"]
    merge = merge_once_seen(both)
    late = write_to_the_old_id(both)
    eventually(lambda: len(previews(agent, first)) == 3)
    assert previews(agent, first) == ["by the first", "by the second", "late, by the second"]
    noted = {note["id"]: note["team"] for note in agent.every(f"/v1/customers/{first}/notes")}
    assert noted == {of_second: care, late: care}
    both.check_shown(first)

    take_back(both, merge)
    assert (previews(agent, first), previews(agent, second)) == (
        ["by the first"],
        ["by the second", "late, by the second"],
    )
    assert [note["id"] for note in agent.every(f"/v1/customers/{second}/notes")] == [of_second]
    assert [note["id"] for note in agent.every(f"/v1/customers/{first}/notes")] == [late]
    assert agent.get(f"/v1/customers/{second}").json()["name"] == f"{both.name} Neto"
    both.check_shown(first, second)


def merge_once_seen(both: Twins) -> str:
    """What it would be, a refusal since somebody edits one meanwhile, and what it is. Returns the merge."""
    agent, second = both.agent, both.ids[1]
    preview = agent.post("/v1/merges/preview", both.plan).raise_for_status().json()
    assert (preview["missing"], preview["records"], preview["moves"][second]["notes"]) == ([], 2, 1)
    edited = agent.patch(f"/v1/customers/{second}", {"name": f"{both.name} Neto"}).raise_for_status().json()
    stale = agent.post("/v1/merges", {**both.plan, "versions": preview["versions"]})
    assert (stale.status_code, stale.json()["current"][second]["name"]) == (412, f"{both.name} Neto")
    versions = {**preview["versions"], second: edited["version"]}
    merge = agent.created("/v1/merges", {**both.plan, "versions": versions})
    assert {each["value"] for each in merge["customer"]["contact_points"]} >= set(both.phones)
    return str(merge["id"])


def write_to_the_old_id(both: Twins) -> str:
    """It leads to the new one, and what comes late lands there. Returns the note."""
    agent, (first, second), care = both.agent, both.ids, both.teams[1]
    old = f"/v1/customers/{second}"
    for path in (old, f"{old}/history", f"{old}/profile", f"{old}/notes", f"{old}/tasks"):
        answer = agent.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (308, path.replace(second, first))
    both.write(1, "late, by the second")
    late = agent.created(f"{old}/notes", {"body": "Late", "team": care})
    assert (late["customer"], late["team"]) == (first, care)
    assert agent.created(f"{old}/tasks", {"title": "Late"})["customer"] == first
    return str(late["id"])


def take_back(both: Twins, merge: str) -> None:
    """First to see what would come of it, then done, and not twice."""
    agent, second, undo = both.agent, both.ids[1], f"/v1/merges/{merge}/undo"
    would = agent.http.post(undo, params={"dry_run": "true"}).raise_for_status().json()
    assert agent.get(f"/v1/customers/{second}").status_code == 308
    done = agent.post(undo).raise_for_status().json()
    assert (would["kept"], would["not_returned"]) == (done["kept"], done["not_returned"]) == ([], [])
    assert [each["id"] for each in done["restored"]] == [second]
    again = agent.post(undo)
    assert (again.status_code, again.json()["code"]) == (409, "merge_undone")


def check_shown(agent: Api, customers: list[str], *, name: str, tag: str, phones: tuple[str, str]) -> None:
    """Every list, search, filter and count has these customers, each once."""
    ids = sorted(customers)
    tagged = {"field": "tags", "op": "any_of", "value": [tag]}
    assert sorted(found(agent)) == sorted(found(agent, q=name)) == ids
    assert sorted(customer for phone in phones for customer in found(agent, q=phone)) == sorted(
        customers * (2 // len(customers))
    )
    body = {"filter": tagged, "include": ["total"]}
    answer = agent.post("/v1/customers/search", body).raise_for_status().json()
    assert sorted(each["id"] for each in answer["data"]) == ids
    assert answer["total"]["value"] == len(ids)
    action = {"action": "set_status", "status": "active", "selection": {"filter": tagged}, "dry_run": True}
    assert agent.post("/v1/customers/bulk", action).json()["matched"]["value"] == len(ids)
    [counted] = [each for each in agent.every("/v1/tags", q=tag) if each["name"] == tag]
    assert counted["customers"]["value"] == len(ids)


def test_who_look_like_one_are_in_the_queue_until_somebody_says_that_they_are_not(company: Company):
    agent, name, local = company.agent(company.team()), a_name(), secrets.token_hex(6)
    first, second = (
        agent.created("/v1/customers", {"name": name, "email": f"{local}@{domain}.example"})["id"]
        for domain in ("home", "work")
    )
    [pair] = eventually(lambda: agent.every("/v1/duplicates", customer=first))
    assert {each["id"] for each in pair["customers"]} == {first, second}
    assert {each["code"] for each in pair["reasons"]} >= {"similar_name", "same_local_part"}
    assert agent.get(f"/v1/customers/{first}/profile").json()["possible_duplicates"] == 1

    decided = agent.patch(f"/v1/duplicates/{pair['id']}", {"decision": "not_duplicate"})
    assert (decided.status_code, decided.json()["decision"]) == (200, "not_duplicate")
    assert agent.every("/v1/duplicates") == []
    third = agent.created("/v1/customers", {"name": name, "email": f"{local}@third.example"})["id"]
    assert agent.patch(f"/v1/customers/{second}", {"name": f"{name} Neto"}).status_code == 200
    eventually(lambda: len(agent.every("/v1/duplicates", customer=third)) == 2)
    [left] = agent.every("/v1/duplicates", customer=first)
    assert {each["id"] for each in left["customers"]} == {first, third}
