"""On the database, too: shuffled, repeated and cut into any batches, events come to the same end.

Where the order decides what the world is like, it decides here as well, and such events are left out:
- somebody's first address is in each of their events. Who came by two addresses that nobody knew to be
  one person's is two customers from then on, and later news only suggests that they are one;
- of what has one id, all events name teams that are known, or none does: as long as none is named, settings
  give one, and nothing takes it away again;
- what has one id has one channel: the team that settings give to a channel is given when first heard of.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.clock import to_rfc3339
from servicekit.events.cloudevent import Event
from servicekit.testing.databases import empty
from services.customers.tables import metadata
from services.customers.tests.history.seen import check_counts, parked
from services.customers.tests.history.told import (
    Connector,
    a_message,
    a_purchase,
    an_appointment,
    an_event,
    an_identification,
    minutes,
)
from services.customers.tests.world import World

# The last of them was a customer before anything happened, in two records that were merged.
PEOPLE: list[list[dict[str, str]]] = [
    [{"kind": "whatsapp", "value": "5511987654321"}, {"kind": "email", "value": "ana@example.com"}],
    [{"kind": "email", "value": "bia@example.com"}, {"kind": "phone", "value": "+551133334444"}],
    [{"kind": "instagram", "scope": "acme", "value": "caio"}],
    [{"kind": "phone", "value": "+551155556666"}, {"kind": "telegram", "scope": "acme", "value": "77"}],
]
DORA = len(PEOPLE) - 1
ABSORBED, SURVIVOR = "the absorbed record", "the survivor"

_OWNER = """
    (SELECT min(p.identity) FROM contact_point p JOIN customer m ON m.id = p.customer_id
     WHERE m.root_id = c.root_id) AS owner"""
# What is random (ids, automatic names) or tells of the transaction and not of the events is left out. So is
# what was said of people: it is kept as long as it may matter, and who heard the best first keeps no more.
STATE = {
    "customers": f"""
        SELECT {_OWNER}, c.channel, c.assignee_id, c.name_source,
               CASE WHEN c.name_source = 'auto' THEN '' ELSE c.name END AS name,
               (SELECT array_agg(t ORDER BY t) FROM unnest(c.team_ids) t) AS teams, a.last_at,
               (SELECT array_agg(DISTINCT p.kind || p.identity ORDER BY p.kind || p.identity)
                FROM contact_point p JOIN customer m ON m.id = p.customer_id
                WHERE m.root_id = c.id) AS points,
               (SELECT (sum(s.conversations), sum(s.messages))::text FROM customer_activity s
                JOIN customer m ON m.id = s.customer_id WHERE m.root_id = c.id) AS sums
        FROM customer c JOIN customer_activity a ON a.customer_id = c.id WHERE c.live ORDER BY 1""",
    "interactions": f"""
        SELECT i.source, i.external_id, i.kind, {_OWNER}, i.at, i.channel, i.team_id, i.assignee_id, i.status,
               i.body, i.clocks, i.messages, i.last_message_at, i.last_preview
        FROM interaction i JOIN customer c ON c.id = i.customer_id WHERE i.kind <> 'contact'
        ORDER BY 1, 2, 3""",
    "messages": """
        SELECT m.source, i.external_id AS conversation, m.external_id, m.at, m.direction, m.kind, m.preview
        FROM message m JOIN interaction i ON i.id = m.interaction_id ORDER BY 1, 2, 3""",
    "counters": f"""
        SELECT owner, kind, team_id, currency, sum(items), sum(amount)
        FROM (SELECT {_OWNER}, h.* FROM history_count h JOIN customer c ON c.id = h.customer_id) counted
        GROUP BY 1, 2, 3, 4 HAVING sum(items) <> 0 OR sum(amount) <> 0 ORDER BY 1, 2, 3, 4""",
    "unknown": "SELECT name, source, events FROM unknown_team ORDER BY 1, 2",
}

moments = st.integers(0, 30).map(minutes)
told_moments = st.none() | moments.map(to_rfc3339)
texts = st.sampled_from([None, "", "one", "two"])


def sometimes(**strategies: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=strategies)


@st.composite
def happenings(draw: st.DrawFn, teams: Sequence[str], users: Sequence[str]) -> Event:
    """Anything that may be said of anybody."""
    person = draw(st.integers(0, DORA))
    first, *others = PEOPLE[person]
    common = {
        "at": draw(moments),
        "name": draw(st.sampled_from([None, "Ana", "Ana Souza", "+55 11 98765-4321"])),
        "identities": [
            first,
            *draw(st.lists(st.sampled_from(others), max_size=1) if others else st.just([])),
        ],
    }
    who = {"customer": draw(st.sampled_from([ABSORBED, SURVIVOR]))} if person == DORA else {}
    number = draw(st.integers(0, 1))
    team = {"team": draw(st.sampled_from([None, "nobody's"] if number else teams))}
    what = draw(st.sampled_from([a_talk, a_talk, a_meeting, a_sale, a_word]))
    return what(draw, f"{person}-{number}", common, team, who, users)


def a_talk(draw, thing, common, team, who, users) -> Event:
    channel = draw(st.sampled_from(["whatsapp", "sms"]))
    place = {"channel": channel, "source": f"/channels/{channel}/acme", **common, **team}
    what = draw(st.sampled_from(["started", "message", "message", "assigned", "closed"]))
    if what == "message":
        return a_message(f"said at {common['at']}", conversation=thing, **place)
    if what == "assigned":
        user = draw(st.sampled_from([*users, None]))
        return an_event(what, thing, assignee=user and {"id": user}, **place)
    began = {"started_at": draw(told_moments)} if what == "started" else {}
    return an_event(what, thing, **place, **began)


def a_meeting(draw, thing, common, team, who, users) -> Event:
    what = draw(st.sampled_from(["scheduled", "changed", "cancelled"]))
    said = draw(sometimes(title=texts, location=texts, ends_at=told_moments))
    starts = {"starts_at": to_rfc3339(draw(moments))} if what == "scheduled" or draw(st.booleans()) else {}
    return an_appointment(what, thing, source="/calendars/acme", **common, **team, **who, **said, **starts)


def a_sale(draw, thing, common, team, who, users) -> Event:
    what = draw(st.sampled_from(["recorded", "changed", "cancelled"]))
    amounts, currencies = st.sampled_from(["199.90", "10", "-5.5", 0.1]), st.sampled_from(["BRL", "usd"])
    said = draw(sometimes(title=texts, bought_at=told_moments, amount=amounts, currency=currencies))
    if what == "recorded":
        said |= {"amount": draw(amounts), "currency": draw(currencies)}
    return a_purchase(what, thing, source="/shops/acme", channel="shop", **common, **team, **who, **said)


def a_word(draw, thing, common, team, who, users) -> Event:
    """Who somebody is: said in a conversation, or just so."""
    channel = draw(st.sampled_from(["whatsapp", "sms"]))
    named = {"customer": {"id": who["customer"]}} if who else {}
    meant = {"conversation": {"id": thing, **team}} if draw(st.booleans()) else {}
    return an_identification(source=f"/channels/{channel}/acme", **common, **named, **meant)


class Replay:
    """The same people before anything was heard, again and again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.connector = Connector(world.db)

    def play(self, batches: Sequence[Sequence[Event]]) -> dict[str, list]:
        empty(self.world.db, (name for name in metadata.tables if not name.startswith("directory")))
        absorbed = self.world.create(name="Dora", phone="+55 11 5555-6666")["id"]
        survivor = self.world.create(name="Dora Reis")["id"]
        self.world.merge(absorbed, into=survivor)
        ids = {ABSORBED: absorbed, SURVIVOR: survivor}
        self.connector.send_in([_addressed(event, ids) for event in batch] for batch in batches)
        assert parked(self.world) == []
        check_counts(self.world)
        return {name: [tuple(row) for row in self.world.rows(query)] for name, query in STATE.items()}


def _addressed(event: Event, ids: dict[str, str]) -> Event:
    if not (customer := event.data.get("customer")):
        return event
    return replace(event, data={**event.data, "customer": {"id": ids[customer["id"]]}})


def check_same(state: dict[str, list], expected: dict[str, list]) -> None:
    """Only what differs is worth reading."""
    for name, rows in expected.items():
        found = state[name]
        assert [row for row in found if row not in rows] == [row for row in rows if row not in found], name
        assert found == rows


def cut(events: Sequence[Event], dice: random.Random) -> list[Sequence[Event]]:
    size = dice.randint(1, len(events))
    return [events[start : start + size] for start in range(0, len(events), size)]


@pytest.fixture
def replay(world: World) -> Replay:
    world.set(channel_teams={"sms": world.team("sms"), "/shops/acme": world.team("shop")})
    world.set(default_team=world.team("default"))
    return Replay(world)


@given(st.data(), st.randoms(use_true_random=False))
@settings(
    max_examples=18,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_and_any_repetition_come_to_the_same(replay, data, dice):
    world = replay.world
    users = [world.agent(name, "sales")["user_id"] for name in ("bia", "caio")]
    teams = ["sales", world.team("support")]
    events = data.draw(st.lists(happenings(teams, users), min_size=1, max_size=12))
    expected = replay.play([events])
    shuffled = events + dice.sample(events, len(events) // 2)
    dice.shuffle(shuffled)
    check_same(replay.play(cut(shuffled, dice)), expected)
    check_same(replay.play([[event] for event in events]), expected)
