"""Users, teams, members, keys: what administrators keep, and what services are told of it."""

from __future__ import annotations

from contextlib import ExitStack
from uuid import uuid4

import orjson
import pytest

from gateway.tests.canned import KNOWN, LETTER
from gateway.tests.world import PASSWORD


def new_user(**changes):
    email = f"{uuid4().hex}@example.com"
    return {"name": "Rui", "email": email, "password": PASSWORD, "role": "agent"} | changes


@pytest.fixture
def make_key(world, admin):
    """Makes a key; returns its message and a client that uses it."""
    with ExitStack() as clients:

        def make(**rights):
            made = admin.post("/v1/api-keys", json={"name": "key"} | rights)
            assert made.status_code == 201, made.text
            return made.json(), clients.enter_context(world.client(made.json()["token"]))

        yield make


def revision(world):
    return world.scalar("SELECT revision FROM directory_state") or 0


def test_users_are_made_changed_and_paged(admin):
    made = admin.post("/v1/users", json=new_user())
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    address = made.headers["location"]
    assert "password" not in made.text
    changed = admin.patch(address, json={"name": "Rui Barbosa"}, headers={"If-Match": '"1"'})
    assert (changed.json()["name"], changed.headers["etag"]) == ("Rui Barbosa", '"2"')
    stale = admin.patch(address, json={"name": "X"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 2)

    page, seen = admin.get("/v1/users?limit=1").json(), []
    seen += [user["id"] for user in page["data"]]
    while page["page"]["has_more"]:
        page = admin.get("/v1/users", params={"limit": 1, "cursor": page["page"]["next"]}).json()
        seen += [user["id"] for user in page["data"]]
    assert len(seen) == len(set(seen))
    assert made.json()["id"] in seen


def test_an_email_belongs_to_one_user_whatever_its_case(admin):
    user = new_user()
    assert admin.post("/v1/users", json=user).status_code == 201
    again = admin.post("/v1/users", json=user | {"email": user["email"].upper()})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


def test_the_last_active_administrator_stays_one(world, admin):
    me = admin.get("/v1/me").json()["id"]
    for change in ({"active": False}, {"role": "agent"}):
        refused = admin.patch(f"/v1/users/{me}", json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")


def test_a_user_name_and_team_changes_raise_the_revision_and_are_told(world, admin):
    before = revision(world)
    user = admin.post("/v1/users", json=new_user()).json()
    team = admin.post("/v1/teams", json={"name": uuid4().hex}).json()
    member = f"/v1/teams/{team['id']}/members/{user['id']}"
    assert admin.put(member).status_code == 204
    assert revision(world) == before + 3
    assert admin.put(member).status_code == 204, "the second time changes nothing"
    assert revision(world) == before + 3
    admin.patch(f"/v1/users/{user['id']}", json={"email": f"{uuid4().hex}@example.com"}).raise_for_status()
    assert revision(world) == before + 3, "the directory holds no e-mails"
    body = world.scalar(
        "SELECT body FROM outbox WHERE routing_key = 'directory.changed.v1' ORDER BY id DESC LIMIT 1"
    )
    event = orjson.loads(bytes(body))
    assert (event["data"], event["revision"]) == ({"revision": before + 3}, before + 3)


def test_agents_see_their_own_teams_only(admin, agent):
    other = admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"]
    assert [set(team) for team in agent.client.get("/v1/teams").json()["data"]] == [{"id", "name"}]
    assert agent.client.get(f"/v1/teams/{agent.team_id}").status_code == 200
    assert agent.client.get(f"/v1/teams/{other}").status_code == 404
    assert admin.get(f"/v1/teams/{other}").status_code == 200


def test_a_user_is_sent_whole_since_teams_come_and_go_without_a_new_version(admin, agent):
    address = f"/v1/users/{agent.id}"
    before = admin.get(address)
    team = admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"]
    assert admin.put(f"/v1/teams/{team}/members/{agent.id}").status_code == 204
    after = admin.get(address, headers={"If-None-Match": before.headers["etag"]})
    assert (after.status_code, team in after.json()["teams"]) == (200, True)
    admin.delete(f"/v1/teams/{team}")


def test_who_can_see_a_customer_is_told_by_id_and_name(admin, agent):
    listed = agent.client.get("/v1/users", params={"for_customer": KNOWN})
    assert agent.id in [user["id"] for user in listed.json()["data"]]
    assert {frozenset(user) for user in listed.json()["data"]} == {frozenset({"id", "name"})}
    assert agent.client.get("/v1/users").status_code == 403
    assert agent.client.get("/v1/users", params={"for_customer": str(uuid4())}).status_code == 404


def test_a_team_with_customers_goes_only_when_another_takes_them(world, admin):
    team, heir = (admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"] for _ in range(2))
    world.tell_fake("use_team", team)
    refused = admin.delete(f"/v1/teams/{team}")
    assert (refused.status_code, refused.json()["code"]) == (409, "team_in_use")
    assert refused.json()["customers"] == {"value": 7, "relation": "eq"}
    assert admin.delete(f"/v1/teams/{team}", params={"move_to": team}).status_code == 422
    assert admin.delete(f"/v1/teams/{team}", params={"move_to": str(uuid4())}).status_code == 422
    assert admin.delete(f"/v1/teams/{team}", params={"move_to": heir}).status_code == 204
    assert admin.get(f"/v1/teams/{team}").status_code == 404


def test_an_heir_gets_customers_that_nobody_counts_too(world, admin):
    # Deleted ones, for instance: they may come back.
    team, heir = (admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"] for _ in range(2))
    assert admin.delete(f"/v1/teams/{team}", params={"move_to": heir}).status_code == 204
    assert world.tell_fake("was_moved", team)


def test_a_key_is_shown_once_and_acts_within_its_rights(admin, agent, make_key):
    key, client = make_key(role="agent", teams=[agent.team_id])
    assert key["token"].startswith("key_")
    assert all("token" not in listed for listed in admin.get("/v1/api-keys?limit=200").json()["data"])
    me = client.get("/v1/me").json()
    assert (me["id"], me["role"], me["email"]) == (key["id"], "agent", None)
    assert client.get(f"/v1/customers/{KNOWN}").json()["teams"] == [agent.team_id]
    assert client.get("/v1/audit").status_code == 403
    assert client.patch("/v1/me", json={"name": "x"}).status_code == 403
    assert client.delete("/v1/sessions/current").status_code == 204
    assert admin.delete(f"/v1/api-keys/{key['id']}").status_code == 204
    assert client.get("/v1/me").status_code == 401


def test_a_key_ends_at_its_time(world, make_key):
    key, client = make_key(role="admin", expires_at="2999-01-01T00:00:00Z")
    assert client.get("/v1/audit").status_code == 200
    with world.database.unit_of_work() as uow:
        sql = "UPDATE api_key SET expires_at = now() WHERE id = %(id)s"
        uow.connection.exec_driver_sql(sql, {"id": key["id"]})
    assert client.get("/v1/audit").status_code == 401


@pytest.mark.parametrize(
    "rights",
    [
        {"role": "connector"},
        {"role": "agent", "teams": []},
        {"role": "agent", "teams": [str(uuid4())]},
        {"role": "root"},
        {"role": "admin", "expires_at": "2001-01-01T00:00:00Z"},
        {"role": "admin", "expires_at": "tomorrow"},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(admin, rights):
    assert admin.post("/v1/api-keys", json={"name": "key"} | rights).status_code == 422


def test_a_write_with_a_key_happens_once(world, admin):
    headers, user = {"Idempotency-Key": uuid4().hex}, new_user()
    first = admin.post("/v1/users", json=user, headers=headers)
    again = admin.post("/v1/users", json=user, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    other = admin.post("/v1/users", json=new_user(), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_replayed_key_does_not_show_its_token_again(admin):
    headers, body = {"Idempotency-Key": uuid4().hex}, {"name": "key", "role": "admin"}
    first, again = (admin.post("/v1/api-keys", json=body, headers=headers).json() for _ in range(2))
    assert (first["id"], again["token"]) == (again["id"], None)


def test_administrators_writes_are_on_the_audit_trail(world, admin, agent):
    admin.patch(f"/v1/customers/{KNOWN}", json={"name": "Maria"}).raise_for_status()
    admin.patch(f"/v1/customers/{LETTER}", json={"name": "Maria"})
    team = admin.post("/v1/teams", json={"name": uuid4().hex}).json()["id"]
    entries = admin.get("/v1/audit?limit=2").json()["data"]
    assert [(entry["operation"], entry["target"], entry["outcome"]) for entry in entries] == [
        ("create_team", team, "done"),
        ("update_customer", KNOWN, "done"),
    ], "a refused write leaves nothing"


def test_a_restricted_duplicate_answer_is_on_the_audit_trail(admin, agent):
    answer = agent.client.post("/v1/customers", json={"name": "Restricted", "phone": "+5511987654321"})
    assert (answer.status_code, answer.json()["restricted_match"]) == (409, True)
    newest = admin.get("/v1/audit?limit=1").json()["data"][0]
    assert (newest["outcome"], newest["user_id"]) == ("restricted_duplicate", agent.id)
    assert "98765" not in str(newest)
