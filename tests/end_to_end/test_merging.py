"""One person, one record: the dialog of a duplicate, the queue, merges that lose nothing and are undone."""

from __future__ import annotations

import secrets
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


def test_a_merge_is_one_customer_everywhere_and_can_be_taken_back(system: RunningSystem, company: Company):
    sales, care, tag, name = company.team(), company.team(), secrets.token_hex(6), a_name()
    agent, phones = company.agent(sales, care), (a_mobile(), a_mobile())
    first, second = (
        agent.created("/v1/customers", {"name": name, "phone": phone, "teams": [team], "tags": [tag]})["id"]
        for phone, team in zip(phones, (sales, care), strict=True)
    )
    tell(system, phones[0], sales, "by the first")
    tell(system, phones[1], care, "by the second")
    of_second = agent.created(f"/v1/customers/{second}/notes", {"body": "Before", "team": care})["id"]
    eventually(lambda: previews(agent, first) and previews(agent, second))

    # What it would be, and what it is.
    plan = {"primary": first, "duplicates": [second]}
    preview = agent.post("/v1/merges/preview", plan).raise_for_status().json()
    assert (preview["missing"], preview["records"], preview["moves"][second]["notes"]) == ([], 2, 1)
    assert agent.patch(f"/v1/customers/{second}", {"custom": {}, "status": "active"}).status_code == 200
    edited = agent.patch(f"/v1/customers/{second}", {"name": f"{name} Neto"}).json()
    stale = agent.post("/v1/merges", {**plan, "versions": preview["versions"]})
    assert (stale.status_code, stale.json()["current"][second]["name"]) == (412, f"{name} Neto")
    versions = {**preview["versions"], second: edited["version"]}
    merge = agent.created("/v1/merges", {**plan, "versions": versions})
    assert {each["value"] for each in merge["customer"]["contact_points"]} >= set(phones)

    # The old id leads to the new one, and what comes late lands there.
    old = f"/v1/customers/{second}"
    for path in (old, f"{old}/history", f"{old}/profile", f"{old}/notes", f"{old}/tasks"):
        answer = agent.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (308, path.replace(second, first))
    tell(system, phones[1], care, "late, by the second")
    late = agent.created(f"{old}/notes", {"body": "Late", "team": care})
    assert (late["customer"], late["team"]) == (first, care)
    assert agent.created(f"{old}/tasks", {"title": "Late"})["customer"] == first
    eventually(lambda: len(previews(agent, first)) == 3)
    assert previews(agent, first) == ["by the first", "by the second", "late, by the second"]
    assert {note["id"]: note["team"] for note in agent.every(f"/v1/customers/{first}/notes")} == {
        of_second: care,
        late["id"]: care,
    }
    check_shown(agent, [first], name=name, tag=tag, phones=phones)

    # And back.
    undo = f"/v1/merges/{merge['id']}/undo"
    would = agent.http.post(undo, params={"dry_run": "true"}).raise_for_status().json()
    assert agent.get(old).status_code == 308
    done = agent.post(undo).raise_for_status().json()
    assert (would["kept"], would["not_returned"]) == (done["kept"], done["not_returned"]) == ([], [])
    assert [each["id"] for each in done["restored"]] == [second]
    assert (previews(agent, first), previews(agent, second)) == (
        ["by the first"],
        ["by the second", "late, by the second"],
    )
    assert [note["id"] for note in agent.every(f"{old}/notes")] == [of_second]
    assert [note["id"] for note in agent.every(f"/v1/customers/{first}/notes")] == [late["id"]]
    assert agent.get(old).json()["name"] == f"{name} Neto"
    check_shown(agent, [first, second], name=name, tag=tag, phones=phones)
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
