"""On the database, too: shuffled, repeated and cut into any batches, events come to the same end."""

from __future__ import annotations

import random

import pytest

from services.customers.tests.history.told import Connector, a_message, an_event, minutes
from services.customers.tests.world import World

PEOPLE = [
    [{"kind": "whatsapp", "value": "5511987654321"}],
    [{"kind": "email", "value": "bia@example.com"}, {"kind": "phone", "value": "+551133334444"}],
    [{"kind": "instagram", "scope": "acme", "value": "caio"}],
]
# What is random (ids, automatic names) or tells of the transaction and not of the events is left out.
STATE = {
    "customers": """
        SELECT p.identity, c.channel, c.assignee_id, c.name_source,
               CASE WHEN c.name_source = 'auto' THEN '' ELSE c.name END AS name,
               (SELECT array_agg(t ORDER BY t) FROM unnest(c.team_ids) t) AS teams,
               a.last_at, a.conversations, a.messages
        FROM customer c
        JOIN contact_point p ON p.customer_id = c.id JOIN customer_activity a ON a.customer_id = c.id
        ORDER BY 1""",
    "conversations": """
        SELECT i.source, i.external_id, h.value, i.at, i.channel, i.team_id, i.assignee_id, i.status, i.body,
               i.clocks, i.messages, i.last_message_at, i.last_preview
        FROM interaction i JOIN identity_holder h ON h.customer_id = i.customer_id ORDER BY 1, 2, 3""",
    "messages": """
        SELECT m.source, i.external_id AS conversation, m.external_id, m.at, m.direction, m.kind, m.preview
        FROM message m JOIN interaction i ON i.id = m.interaction_id ORDER BY 1, 2, 3""",
    "unknown": "SELECT name, source, events FROM unknown_team ORDER BY 1, 2",
}


def random_events(dice: random.Random, world: World) -> list:
    users = [world.agent(name, "sales")["user_id"] for name in ("bia", "caio")]
    names, teams = [None, "Ana", "Ana Souza"], [None, "sales", world.team("support"), "nobody's"]
    events = []
    for number in range(dice.randint(5, 25)):
        person = dice.randrange(len(PEOPLE))
        channel = dice.choice(["whatsapp", "sms"])
        common = {
            "conversation": f"{channel}-{person}-{dice.randrange(2)}",
            "channel": channel,
            "source": f"/channels/{channel}/acme",
            "identities": PEOPLE[person],
            "at": minutes(number),
            "name": dice.choice(names) and f"{dice.choice(names)} {person}",
            "team": dice.choice(teams),
        }
        what = dice.choice(["started", "message", "message", "assigned", "closed"])
        if what == "message":
            events.append(a_message(f"said {number}", external_id=f"m{number}", **common))
        elif what == "assigned":
            user = dice.choice([*users, None])
            events.append(an_event(what, assignee=user and {"id": user}, **common))
        else:
            events.append(an_event(what, **common))
    return events


def state(world: World) -> dict[str, list]:
    return {name: [tuple(row) for row in world.rows(statement)] for name, statement in STATE.items()}


def forget_conversations(world: World) -> None:
    world.run("TRUNCATE customer, identity_key, inbox, outbox, unknown_team, parked_message CASCADE")


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_any_repetition_come_to_the_same(world, seed):
    dice = random.Random(seed)
    events = random_events(dice, world)
    connector = Connector(world.db)
    connector.send(*events)
    expected = state(world)
    for _ in range(2):
        forget_conversations(world)
        shuffled = events + dice.sample(events, len(events) // 2)
        dice.shuffle(shuffled)
        size = dice.randint(1, len(shuffled))
        connector.send_in(shuffled[start : start + size] for start in range(0, len(shuffled), size))
        assert state(world) == expected
