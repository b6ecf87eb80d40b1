"""The HTTP door for connectors: taken once, in one transaction, whole or not at all."""

from __future__ import annotations

from uuid import uuid4

import orjson
import pytest

from gateway.incoming_events import BATCH, SINGLE


def an_event(**changes):
    return {
        "specversion": "1.0", "id": uuid4().hex, "source": "/channels/web/acme",
        "type": "conversation.started.v1",
        "time": "2026-11-21T19:10:49Z", "data": {"conversation": {"id": "1"}},
    } | changes  # fmt: skip


@pytest.fixture
def connector(world, admin, agent):
    key = {"name": "web", "role": "connector", "source": "/channels/web", "teams": [agent.team_id]}
    with world.client(admin.post("/v1/api-keys", json=key).json()["token"]) as client:
        yield client


def post(client, body, kind=SINGLE):
    return client.post("/v1/events", content=orjson.dumps(body), headers={"Content-Type": kind})


def waiting(world, event_id):
    sql = "SELECT body FROM outbox WHERE exchange = 'channel.events' AND message_id = :id"
    body = world.scalar(sql, id=event_id)
    return orjson.loads(bytes(body)) if body else None


def test_an_event_is_taken_once_and_passed_on_as_it_came(world, connector):
    event = an_event(traceparent="kept")
    assert post(connector, event).json() == {"accepted": 1, "repeated": 0}
    assert post(connector, event).json() == {"accepted": 0, "repeated": 1}
    assert waiting(world, event["id"]) == event
    assert world.scalar("SELECT count(*) FROM outbox WHERE message_id = :id", id=event["id"]) == 1


def test_a_batch_counts_what_it_repeats(connector):
    one, other = an_event(), an_event()
    answer = post(connector, [one, other, one], BATCH)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "repeated": 1})


def test_of_a_batch_with_a_malformed_event_none_is_taken(world, connector):
    good = an_event()
    answer = post(connector, [good, an_event(type=""), "x"], BATCH)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/1/type", "/2"]
    assert waiting(world, good["id"]) is None


def test_a_connector_writes_within_its_prefix_and_teams(world, connector, admin):
    for foreign in (
        an_event(source="/channels/website"),
        an_event(data={"conversation": {"id": "1", "team": "Somebody else"}}),
    ):
        assert post(connector, foreign).status_code == 403
        assert waiting(world, foreign["id"]) is None
        assert post(admin, foreign).status_code == 202


def test_agents_bring_no_events_and_connectors_nothing_else(connector, agent):
    assert post(agent.client, an_event()).status_code == 403
    assert connector.get("/v1/customers").status_code == 403
    assert connector.get("/v1/me").json()["role"] == "connector"


def test_events_have_their_own_content_types(connector):
    assert post(connector, an_event(), "application/json").status_code == 202
    assert post(connector, [an_event()], "application/json").status_code == 202
    assert post(connector, an_event(), "text/xml").status_code == 415
