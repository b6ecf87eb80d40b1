"""What connectors reply, in whatever order and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from servicekit.events import Event, ReadyMessage
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.ids import new_id
from services.customers.outreach import replies
from services.customers.outreach.subscribers import CloseRequests, note_returned
from services.customers.tests.history.told import Connector, a_message
from services.customers.tests.outreach.test_requests import MAIN, start
from services.customers.tests.world import World

Json = dict[str, Any]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
OTHER = "/channels/whatsapp/acme-other"


@pytest.fixture
def ana(world: World) -> Json:
    return world.create(name="Ana", whatsapp="+5511987654321", teams=[world.team("Vendas")])


def seen(world: World, request: Json, scope: Json | None = None) -> Json:
    return world.service.get_conversation_request(scope or world.admin, request["id"])


def refused(request_id: str, reason: Any = "opted_out", *, source: str = MAIN, at: datetime = NOON) -> Event:
    data = {"request_id": request_id, "reason": reason, "detail": "+5511987654321 said no"}
    return Event("conversation.refused.v1", data, id=str(new_id()), source=source, time=at)


def hear(world: World, *events: Event) -> None:
    """Through everything but the broker."""
    routes = routes_of([CloseRequests(SimpleNamespace())])
    worker = BatchWorker(world.db, routes, pause=lambda seconds: False)
    deliveries = [Delivery(encode(e), "channel.events", e.type, content_type=CONTENT_TYPE) for e in events]
    worker.work_off(deliveries, lambda done: None)


def started(world: World, request_id: str, conversation: UUID, *, source: str = MAIN, at: datetime = NOON):
    with world.db.unit_of_work() as uow:
        replies.close(uow.connection, [(request_id, source, conversation, at)])


def nobody(world: World, request_id: str) -> None:
    message = ReadyMessage(
        "channel.requests", "x", b'{"data":{"request_id":"%s"}}' % request_id.encode(), "1", mandatory=True
    )
    with world.db.unit_of_work() as uow:
        note_returned(uow, [message])


def a_conversation(world: World, *, team: str | None = None, number: str = "5511987654321") -> UUID:
    contact = {"identities": [{"kind": "whatsapp", "value": number}]}
    name = f"wa-{new_id()}"
    Connector(world.db).send(a_message(conversation=name, team=team, contact=contact))
    (row,) = world.rows("SELECT id FROM interaction WHERE external_id = :name", name=name)
    return row.id


def test_a_conversation_that_began_closes_the_request(world: World, ana: Json):
    request, conversation = start(world, world.admin, ana["id"]), a_conversation(world)
    started(world, request["id"], conversation)
    found = seen(world, request)
    assert (found["state"], found["conversation"]) == ("started", str(conversation))
    assert found["closed_at"] == "2026-03-01T12:00:00Z"
    assert found["version"] == 2


def test_a_refusal_closes_it_with_a_code_and_keeps_no_text(world: World, ana: Json):
    request = start(world, world.admin, ana["id"])
    hear(world, refused(request["id"]))
    found = seen(world, request)
    assert (found["state"], found["reason"], found["closed_at"]) == (
        "refused",
        "opted_out",
        "2026-03-01T12:00:00Z",
    )
    assert not world.rows("SELECT FROM conversation_request r WHERE r::text LIKE '%said no%'")


def test_an_account_without_a_connector_is_said_to_have_none(world: World, ana: Json):
    request = start(world, world.admin, ana["id"])
    nobody(world, request["id"])
    assert seen(world, request)["state"] == "no_connector"


def test_the_end_does_not_depend_on_the_order_or_on_repetitions(world: World, ana: Json):
    one, two = a_conversation(world), a_conversation(world)
    told = {
        "one": lambda r: started(world, r, one, at=NOON),
        "two": lambda r: started(world, r, two, at=LATER),
        "no": lambda r: hear(world, refused(r, "a_no", at=LATER)),
        "never": lambda r: hear(world, refused(r, "b_never", at=NOON)),
        "nobody": lambda r: nobody(world, r),
    }
    ends: dict[frozenset[str], set[tuple[Any, ...]]] = {}
    for several in [*permutations(told, 2), *permutations(("one", "two", "no")), tuple(told)]:
        request = start(world, world.admin, ana["id"])
        for name in (*several, *several):
            told[name](request["id"])
        end = seen(world, request)
        facts = (end["state"], end["reason"], end["conversation"], end["closed_at"])
        ends.setdefault(frozenset(several), set()).add(facts)
        world.run("UPDATE conversation_request SET expires_at = now()")
    noon, later = "2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z"
    assert all(len(end) == 1 for end in ends.values())
    assert ends[frozenset(("one", "two"))] == {("started", None, str(one), noon)}
    assert ends[frozenset(("two", "never"))] == {("started", None, str(two), later)}
    assert ends[frozenset(("no", "never"))] == {("refused", "b_never", None, noon)}
    assert ends[frozenset(("no", "nobody"))] == {("refused", "a_no", None, later)}
    assert ends[frozenset(told)] == {("started", None, str(one), noon)}


def test_several_replies_in_one_batch_are_one(world: World, ana: Json):
    request = start(world, world.admin, ana["id"])
    hear(world, refused(request["id"], "later", at=LATER), refused(request["id"], "first"))
    assert seen(world, request)["reason"] == "first"
    with world.db.unit_of_work() as uow:
        at = [(request["id"], MAIN, a_conversation(world), each) for each in (LATER, NOON)]
        replies.close(uow.connection, at)
    assert seen(world, request)["conversation"] == str(at[1][2])


def test_a_reply_after_time_was_up_counts(world: World, ana: Json):
    late, later = start(world, world.admin, ana["id"]), start(world, world.admin, ana["id"])
    world.run("UPDATE conversation_request SET expires_at = now()")
    started(world, late["id"], a_conversation(world))
    hear(world, refused(later["id"]))
    assert (seen(world, late)["state"], seen(world, later)["state"]) == ("started", "refused")


def test_only_the_account_that_was_asked_is_listened_to(world: World, ana: Json):
    request, before = start(world, world.admin, ana["id"]), ignored("other_source")
    started(world, request["id"], a_conversation(world), source=OTHER)
    hear(world, refused(request["id"], source=OTHER))
    assert seen(world, request) == request
    assert ignored("other_source") == before + 2


def test_a_reply_to_nothing_is_counted_and_has_no_effect(world: World, ana: Json):
    request, before = start(world, world.admin, ana["id"]), ignored("unknown_request")
    for request_id in (str(new_id()), "made up", ""):
        hear(world, refused(request_id))
        started(world, request_id, new_id())
    assert seen(world, request) == request
    assert ignored("unknown_request") == before + 6
    assert not world.rows("SELECT FROM parked_message")


def ignored(reason: str) -> float:
    return replies.IGNORED.labels(reason)._value.get()


@pytest.mark.parametrize("reason", ["", "It is closed", 7, None, "x" * 51])
def test_a_reason_is_a_code(world: World, ana: Json, reason: Any):
    request = start(world, world.admin, ana["id"])
    hear(world, refused(request["id"], reason))
    assert seen(world, request)["state"] == "asked"
    (parked,) = world.rows("SELECT reason FROM parked_message")
    assert parked.reason == "schema"


def test_the_conversation_is_told_to_who_finds_it_in_the_history(world: World, ana: Json):
    carla = world.agent("carla", "Vendas")
    theirs, strangers = start(world, carla, ana["id"]), start(world, carla, ana["id"])
    started(world, theirs["id"], a_conversation(world, team=world.team("Support")))
    started(world, strangers["id"], a_conversation(world, number="5511900000000"))
    assert seen(world, theirs, carla)["conversation"] is None
    assert seen(world, theirs)["conversation"] is not None
    for scope in (carla, world.admin):
        assert seen(world, strangers, scope)["conversation"] is None
        assert seen(world, strangers, scope)["state"] == "started"
