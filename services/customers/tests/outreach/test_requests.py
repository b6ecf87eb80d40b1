"""Asking for a conversation, and seeing what became of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from servicekit.clock import parse_rfc3339
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from servicekit.scope import Scope
from services.customers.outreach import queries
from services.customers.outreach.domain.request import MAX_OPEN
from services.customers.tests.history.told import Connector, a_message, minutes
from services.customers.tests.world import World

Json = dict[str, Any]
MAIN = "/channels/whatsapp/acme-main"


@pytest.fixture
def carla(world: World) -> Json:
    return world.agent("carla", "Vendas")


@pytest.fixture
def ana(world: World) -> Json:
    """A customer of Vendas."""
    teams = [world.team("Vendas")]
    return world.create(name="Ana Souza", whatsapp="+5511987654321", email="ana@example.com", teams=teams)


def start(world: World, scope: Json, customer: str, key: Json | None = None, **data: Any) -> Json:
    data = {"channel": "whatsapp", "source": MAIN, **data}
    return world.service.start_conversation(scope, customer, data, key)["request"]


def asked(world: World) -> list[Json]:
    return world.events("conversation.requested.v1")


def code(error: pytest.ExceptionInfo[Any]) -> str:
    payload = error.value.payload
    return payload["errors"][0]["code"] if "errors" in payload else error.value.code


def test_the_connector_is_told_whom_to_write_to_and_nothing_else_of_them(
    world: World, carla: Json, ana: Json
):
    request = start(world, carla, ana["id"], message="Olá Ana!")
    (event,) = asked(world)
    assert event["subject"] == request["id"]
    assert event["data"] == {
        "request_id": request["id"],
        "customer": ana["id"],
        "channel": "whatsapp",
        "source": MAIN,
        "address": {"kind": "whatsapp", "value": "+5511987654321", "scope": None},
        "contact": {"name": "Ana Souza"},
        "team": world.team("Vendas"),
        "message": "Olá Ana!",
        "asked_by": carla["user_id"],
        "expires_at": request["expires_at"],
    }
    (row,) = world.rows("SELECT exchange, routing_key, mandatory FROM outbox WHERE routing_key LIKE 'conv%'")
    assert tuple(row) == ("channel.requests", "conversation.requested.v1.whatsapp.acme-main", True)


def test_the_answer_says_what_is_known_at_once(world: World, carla: Json, ana: Json):
    request = start(world, carla, ana["id"])
    (point,) = (p["id"] for p in ana["contact_points"] if p["kind"] == "whatsapp")
    assert request == {
        "id": request["id"],
        "customer": ana["id"],
        "channel": "whatsapp",
        "source": MAIN,
        "contact_point": point,
        "team": world.team("Vendas"),
        "message": None,
        "state": "asked",
        "reason": None,
        "conversation": None,
        "asked_by": carla["user_id"],
        "asked_at": request["asked_at"],
        "expires_at": request["expires_at"],
        "closed_at": None,
        "version": 1,
    }
    day = parse_rfc3339(request["expires_at"]) - parse_rfc3339(request["asked_at"])
    assert day == timedelta(hours=24)
    assert world.service.get_conversation_request(carla, request["id"]) == request


def test_no_answer_shows_an_address(world: World, carla: Json, ana: Json):
    assert "987654321" not in str(start(world, carla, ana["id"]))


def test_masked_agents_do_not_learn_which_address_it_was(world: World, carla: Json, ana: Json):
    world.set(hide_contact_data=True)
    request = start(world, carla, ana["id"])
    assert "contact_point" not in request
    assert request["masked"] == ["contact_point"]
    assert "contact_point" in world.service.get_conversation_request(world.admin, request["id"])
    with pytest.raises(Invalid) as error:
        start(world, carla, ana["id"], contact_point_id=str(new_id()))
    assert code(error) == "field_hidden"


def test_a_customer_who_is_not_shown_does_not_exist(world: World, carla: Json):
    hidden = world.create(whatsapp="+5511911111111", teams=[world.team("Support")])
    for customer in (hidden["id"], str(new_id()), "nobody"):
        with pytest.raises(NotFound) as error:
            start(world, carla, customer)
        assert error.value.args == ("customer_not_found", {})
    assert not asked(world)


def test_connectors_ask_for_nothing(world: World, ana: Json):
    with pytest.raises(Forbidden):
        start(world, {**world.admin, "role": "connector"}, ana["id"])


def test_an_absorbed_id_means_the_survivor(world: World, carla: Json, ana: Json):
    old = world.create(name="Ana S.", phone="+5511922222222", teams=[world.team("Vendas")])
    before = start(world, carla, old["id"], channel="sms", source="/channels/sms/acme")
    world.merge(old["id"], ana["id"])
    request = start(world, carla, old["id"])
    assert request["customer"] == ana["id"]
    assert asked(world)[-1]["data"]["address"]["value"] == "+5511987654321"
    assert world.service.get_conversation_request(carla, before["id"])["customer"] == ana["id"]
    assert latest(world, carla, ana["id"], old["id"]) == [request["id"], before["id"]]


def test_the_addresses_of_all_records_of_a_customer_reach_it(world: World, carla: Json, ana: Json):
    old = world.create(
        name="Ana S.",
        teams=[world.team("Vendas")],
        contact_points=[{"kind": "telegram", "value": "77", "scope": "acme"}],
    )
    world.merge(old["id"], ana["id"])
    start(world, carla, ana["id"], channel="telegram", source="/channels/telegram/acme")
    assert asked(world)[-1]["data"]["address"]["value"] == "77"
    assert [str(row[0]) for row in world.rows("SELECT customer_id FROM conversation_request")] == [ana["id"]]


def latest(world: World, scope: Json, *members: str) -> list[str]:
    with world.db.reading() as connection:
        found = queries.list_latest(connection, Scope.load(scope), list(map(UUID, members)), 5)
    return [str(request.id) for request in found]


def test_nobody_writes_to_who_is_blocked(world: World, carla: Json, ana: Json):
    world.update(ana["id"], status="blocked")
    with pytest.raises(Conflict) as error:
        start(world, carla, ana["id"])
    assert code(error) == "customer_blocked"
    assert not asked(world)


def test_without_an_address_for_the_channel_nothing_is_asked(world: World, carla: Json, ana: Json):
    with pytest.raises(Conflict) as error:
        start(world, carla, ana["id"], channel="telegram", source="/channels/telegram/bot")
    assert code(error) == "no_address"
    assert not asked(world)
    assert not world.rows("SELECT FROM conversation_request")


def test_the_account_is_that_of_the_latest_conversation_that_the_caller_sees(
    world: World, carla: Json, ana: Json
):
    connector, support = Connector(world.db), world.team("Support")
    about = {"identities": [{"kind": "whatsapp", "value": "5511987654321"}]}
    connector.send(a_message(conversation="a", source=MAIN, team="Vendas", contact=about))
    hidden = "/channels/whatsapp/acme-support"
    connector.send(a_message(conversation="b", source=hidden, team=support, contact=about, at=minutes(9)))
    assert start(world, carla, ana["id"], source=None)["source"] == MAIN
    assert start(world, world.admin, ana["id"], source=None)["source"] == hidden


def test_the_only_account_of_a_channel_need_not_be_named(world: World, carla: Json, ana: Json):
    def hear_from(source: str) -> None:
        world.run(
            """INSERT INTO channel_account (source, channel, first_seen, last_seen)
               VALUES (:source, 'email', now(), now())""",
            source=source,
        )

    with pytest.raises(Invalid) as error:
        start(world, carla, ana["id"], channel="email", source=None)
    assert code(error) == "source_required"
    hear_from("/channels/mail/info@acme.com")
    assert start(world, carla, ana["id"], channel="email", source=None)["source"].endswith("info@acme.com")
    assert start(world, carla, ana["id"], channel="email", source="/channels/mail/info@acme.com")
    with pytest.raises(Invalid) as error:
        start(world, carla, ana["id"], channel="email", source="/channels/mail/other")
    assert code(error) == "other_channel"
    hear_from("/channels/mail/sales@acme.com")
    with pytest.raises(Invalid) as error:
        start(world, carla, ana["id"], channel="email", source=None)
    assert code(error) == "source_required"


def test_a_team_so_new_that_only_the_gateway_knows_it_is_asked_about(world: World, ana: Json):
    team = world.unheard_of_team("Night shift")
    assert start(world, world.admin, ana["id"], team=team)["team"] == team
    with pytest.raises(Invalid) as error:
        start(world, world.admin, ana["id"], team=str(new_id()))
    assert code(error) == "unknown_team"


def test_a_repeated_request_is_one_request(world: World, carla: Json, ana: Json):
    key = {"key": "k", "hash": "h"}
    first = start(world, carla, ana["id"], key)
    assert start(world, carla, ana["id"], key) == first
    assert len(asked(world)) == 1
    world.update(ana["id"], teams=[world.team("Support")])
    with pytest.raises(NotFound):
        start(world, carla, ana["id"], key)


def test_a_request_is_seen_by_its_team_and_whoever_asked(world: World, carla: Json):
    rui = world.agent("rui", "Vendas", "Support")
    ana = world.create(whatsapp="+5511987654321", teams=[world.team("Vendas"), world.team("Support")])
    theirs = start(world, rui, ana["id"], team=world.team("Support"))
    ours = start(world, rui, ana["id"], team=world.team("Vendas"))
    nobodys = start(world, world.admin, ana["id"])
    for shown in (ours, nobodys):
        assert world.service.get_conversation_request(carla, shown["id"])["id"] == shown["id"]
    for missing in (theirs["id"], str(new_id()), "x"):
        with pytest.raises(NotFound) as error:
            world.service.get_conversation_request(carla, missing)
        assert error.value.args == ("conversation_request_not_found", {})
    assert latest(world, carla, ana["id"]) == [nobodys["id"], ours["id"]]
    assert latest(world, world.admin, ana["id"]) == [nobodys["id"], ours["id"], theirs["id"]]


def test_who_asked_still_sees_it_after_leaving_the_team_and_not_the_team(world: World):
    rui = world.agent("rui", "Vendas", "Support")
    ana = world.create(whatsapp="+5511987654321", teams=[world.team("Vendas"), world.team("Support")])
    request = start(world, rui, ana["id"], team=world.team("Support"))
    rui = world.agent("rui", "Vendas")
    assert world.service.get_conversation_request(rui, request["id"])["team"] is None
    rui = world.agent("rui", "Other")
    with pytest.raises(NotFound):
        world.service.get_conversation_request(rui, request["id"])


def test_time_runs_out_without_anybody_writing_it_down(world: World, carla: Json, ana: Json):
    request = start(world, carla, ana["id"])
    world.run("UPDATE conversation_request SET expires_at = now() - interval '1 minute'")
    found = world.service.get_conversation_request(carla, request["id"])
    assert found["state"] == "expired"
    assert found["closed_at"] == found["expires_at"]


def test_nobody_is_flooded(world: World, carla: Json, ana: Json):
    """Ten at once for the last places; what expired does not count."""
    start(world, carla, ana["id"])
    world.run("UPDATE conversation_request SET expires_at = now() - interval '1 minute'")
    for _ in range(MAX_OPEN - 5):
        start(world, carla, ana["id"])

    def try_it(_: int) -> str:
        try:
            return world.patiently(lambda: start(world, carla, ana["id"]))["state"]
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(try_it, range(10)))
    assert outcomes == ["asked"] * 5 + ["too_many_requests"] * 5


def test_what_other_teams_ask_is_told_by_no_limit(world: World):
    rui, carla = world.agent("rui", "Support"), world.agent("carla", "Vendas")
    ana = world.create(whatsapp="+5511987654321", teams=[world.team("Vendas"), world.team("Support")])
    for _ in range(MAX_OPEN):
        start(world, rui, ana["id"])
    assert start(world, carla, ana["id"])["state"] == "asked"
    for scope in (rui, world.admin):
        with pytest.raises(Conflict, match="too_many_requests"):
            start(world, scope, ana["id"])


def test_erasing_a_customer_erases_what_was_asked(world: World, carla: Json, ana: Json):
    start(world, carla, ana["id"], message="Olá!")
    world.service.delete_customer(world.admin, ana["id"])
    world.run("UPDATE customer SET deleted_at = now() - interval '31 days'")
    world.service.purge_deleted()
    assert not world.rows("SELECT FROM conversation_request")
