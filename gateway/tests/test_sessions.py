"""Who comes in, and until when."""

from __future__ import annotations

import pytest

from gateway.accounts.tokens import new_token
from gateway.tests.canned import KNOWN
from gateway.tests.world import ADMIN_EMAIL, PASSWORD


def test_a_session_is_opened_with_the_password_and_closed_again(world, nobody):
    opened = nobody.post("/v1/sessions", json={"email": ADMIN_EMAIL.upper(), "password": PASSWORD})
    assert opened.status_code == 201
    assert opened.json()["user"]["email"] == ADMIN_EMAIL
    with world.client(opened.json()["token"]) as client:
        assert client.get("/v1/me").status_code == 200
        assert client.delete("/v1/sessions/current").status_code == 204
        assert client.get("/v1/me").status_code == 401


def test_only_the_hash_of_a_token_is_stored(world):
    token = world.log_in(ADMIN_EMAIL)
    stored = "SELECT count(*) FROM session WHERE position(convert_to(:token, 'utf8') in token_hash) > 0"
    assert world.scalar(stored, token=token) == 0
    assert world.scalar("SELECT bool_and(length(token_hash) = 32) FROM session")


@pytest.mark.parametrize("email", ["nobody@example.com", ADMIN_EMAIL])
def test_a_wrong_password_and_an_unknown_user_are_answered_alike(nobody, email):
    answer = nobody.post("/v1/sessions", json={"email": email, "password": "wrong password"})
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"


def test_guessing_is_slowed_down_for_one_account_and_forgiven_after_a_success(world, nobody, agent):
    def attempt(password):
        return nobody.post("/v1/sessions", json={"email": agent.email, "password": password})

    for _ in range(2):
        assert [attempt("guess").status_code for _ in range(4)] == [401] * 4
        assert attempt(PASSWORD).status_code == 201
    assert [attempt("guess").status_code for _ in range(6)] == [401] * 5 + [429]
    limited = attempt(PASSWORD)
    assert limited.status_code == 429
    assert 0 < int(limited.headers["retry-after"]) <= 901
    assert world.log_in(ADMIN_EMAIL)


def test_the_limits_are_kept_without_e_mails_or_addresses(world):
    assert world.scalar("SELECT bool_and(length(bucket) = 32) FROM login_attempt")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic dTpw"},
        {"Authorization": "Bearer " + new_token("session_").text},
        {"X-Api-Key": new_token("key_").text},
        {"Authorization": "Bearer session_" + "x" * 1_000_000},
        {"X-Api-Key": "key_" + "~" * 43},
    ],
    ids=["none", "empty", "nonsense", "basic", "session", "key", "long", "signs"],
)
def test_a_token_that_is_not_ours_is_401(world, headers):
    with world.client(**headers) as client:
        answer = client.get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["code"] == "unauthenticated"


def test_a_session_ends_at_its_time(world, agent):
    assert agent.client.get("/v1/me").status_code == 200
    with world.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "UPDATE session SET expires_at = now() - interval '1 second' WHERE user_id = %(id)s",
            {"id": agent.id},
        )
    assert agent.client.get("/v1/me").status_code == 401


def test_a_disabled_user_is_out_at_the_next_request(admin, nobody, agent):
    assert admin.patch(f"/v1/users/{agent.id}", json={"active": False}).status_code == 200
    assert agent.client.get("/v1/me").status_code == 401
    again = nobody.post("/v1/sessions", json={"email": agent.email, "password": PASSWORD})
    assert again.status_code == 401


def test_leaving_a_team_holds_at_the_next_request(admin, agent):
    assert agent.client.get(f"/v1/customers/{KNOWN}").json()["teams"] == [agent.team_id]
    admin.delete(f"/v1/teams/{agent.team_id}/members/{agent.id}").raise_for_status()
    assert agent.client.get(f"/v1/customers/{KNOWN}").json()["teams"] == []


def test_me_tells_role_teams_and_the_settings_that_bind(agent):
    me = agent.client.get("/v1/me").json()
    assert (me["role"], [team["id"] for team in me["teams"]]) == ("agent", [agent.team_id])
    assert me["settings"]["hide_contact_data"] is False


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(world, agent):
    other = world.log_in(agent.email)
    wrong = agent.client.patch("/v1/me", json={"current_password": "no", "new_password": "another password"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "/current_password"
    right = {"current_password": PASSWORD, "new_password": "another password"}
    assert agent.client.patch("/v1/me", json=right).status_code == 200
    assert agent.client.get("/v1/me").status_code == 200
    with world.client(other) as client:
        assert client.get("/v1/me").status_code == 401
    assert world.log_in(agent.email, "another password")
