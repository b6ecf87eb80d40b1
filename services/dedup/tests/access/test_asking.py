"""Agents ask to see whom a duplicate answer could not show."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from services.dedup.tests.following.telling import changed, tell
from services.dedup.tests.world import World

Json = dict[str, Any]
PHONE = "+5511987654321"


def ask(world: World, scope: Json, customer: str, *matched_on: str, **asked: Any) -> Json:
    token = world.company.token(scope, customer, *matched_on)
    return world.service.request_access(scope, token, **asked)["request"]


def listed(world: World, scope: Json, **asked: Any) -> list[Json]:
    return world.service.list_access_requests(scope, **asked)["data"]


def decide(world: World, request: Json, decision: str) -> None:
    world.service.decide_access_request(world.admin, request["id"], {"decision": decision})


@pytest.fixture
def bia(world: World) -> Json:
    return world.agent("bia", "Vendas")


def test_a_request_tells_whoever_asks_what_they_typed_and_nothing_else(world: World, bia: Json):
    hidden = world.customer("Hidden", "Suporte", phone=PHONE)
    request = ask(world, bia, hidden, "whatsapp")
    assert listed(world, bia) == [request]
    assert {name: value for name, value in request.items() if name not in ("id", "asked_at")} == {
        "state": "pending",
        "asked_by": bia["user_id"],
        "matched_on": ["whatsapp"],
        "customer": None,
        "team": None,
        "decided_by": None,
        "decided_at": None,
        "version": 1,
    }


def test_administrators_see_who_asks_for_whom(world: World, bia: Json):
    hidden = world.customer("Hidden", "Suporte")
    request = ask(world, bia, hidden)
    assert listed(world, world.admin) == [{**request, "customer": hidden}]


def test_agents_see_their_own_requests_alone(world: World, bia: Json):
    ask(world, bia, world.customer("Hidden"))
    assert listed(world, world.agent("ben", "Vendas")) == []


def test_each_token_makes_a_request_and_the_same_token_the_same(world: World, bia: Json):
    """Two addresses of one customer are answered as those of two are: nobody learns that they are one's."""
    hidden, other = world.customer("Hidden"), world.customer("Other")
    world.company.merge(merged := world.customer("Merged"), hidden)
    tokens = [world.company.token(bia, each) for each in (hidden, hidden, merged, other)]
    asked = [world.service.request_access(bia, token)["request"] for token in tokens]
    assert len({each["id"] for each in asked}) == 4
    assert [world.service.request_access(bia, token)["request"] for token in tokens] == asked
    assert listed(world, bia) == asked[::-1]
    assert [each["customer"] for each in listed(world, world.admin)] == [other, hidden, hidden, hidden]
    kept = world.rows("SELECT CAST(r AS text) AS row FROM access_request r")
    assert not [token for token in tokens if any(token in each.row for each in kept)]


def test_the_answer_is_the_same_whatever_the_hidden_record_holds(world: World, bia: Json):
    """The twins differ in all that a customer can have, and in what became of them."""
    plain = world.customer("A")
    rich = world.customer("B" * 200, "Suporte", "Caixa", phone=PHONE, email="b@example.com")
    merged, deleted = world.customer("C"), world.customer("D")
    world.company.merge(world.customer("E"), merged)
    world.company.delete(deleted)
    told = [ask(world, bia, each) for each in (plain, rich, merged, deleted)]
    decide(world, told[1], "declined")
    told += listed(world, bia)
    for request in told:
        del request["id"], request["asked_at"]
    assert told == [told[0]] * 8


def test_a_declined_request_waits_for_ever_and_may_be_asked_again(world: World, bia: Json):
    hidden = world.customer("Hidden")
    token = world.company.token(bia, hidden)
    request = world.service.request_access(bia, token)["request"]
    decide(world, request, "declined")
    for state, expected in ((None, [request]), ("pending", [request]), ("declined", []), ("granted", [])):
        assert listed(world, bia, state=state) == expected
    assert [each["state"] for each in listed(world, world.admin)] == ["declined"]
    assert world.service.request_access(bia, token)["request"] == request
    [waiting] = listed(world, world.admin, state="pending")
    assert (waiting["id"], waiting["version"], waiting["decided_by"]) == (request["id"], 3, None)


def test_requests_about_who_is_gone_are_shown_to_administrators_no_more(world: World, bia: Json):
    hidden = world.customer("Hidden")
    request = ask(world, bia, hidden)
    world.company.delete(hidden)
    assert listed(world, world.admin) == []
    assert listed(world, bia) == [request]
    world.company.delete(hidden, deleted=False)
    assert [each["id"] for each in listed(world, world.admin)] == [request["id"]]


def test_pages_go_on_where_they_end(world: World, bia: Json):
    made = [ask(world, bia, world.customer(f"Number {n}"))["id"] for n in range(5)]
    gone = world.customer("Gone")
    ask(world, bia, gone)
    world.company.delete(gone)
    met: list[str] = []
    cursor = None
    for _ in range(3):
        page = world.service.list_access_requests(world.admin, limit=2, cursor=cursor)
        met += [each["id"] for each in page["data"]]
        cursor = page["next"]
    assert (met, cursor) == (made[::-1], None)


def test_the_same_call_is_done_once(world: World, bia: Json):
    token = world.company.token(bia, world.customer("Hidden"))
    key = {"key": "one", "hash": "body"}
    first = world.service.request_access(bia, token, idempotency=key)
    world.company.tokens.clear()
    again = world.service.request_access(bia, token, idempotency=key)
    assert again == {**first, "replayed": True}
    with pytest.raises(Invalid, match="idempotency_key_reused"):
        world.service.request_access(bia, token, idempotency={"key": "one", "hash": "other"})


def test_a_refused_token_leaves_its_key_free(world: World, bia: Json):
    key = {"key": "one", "hash": "body"}
    with pytest.raises(Invalid, match="invalid"):
        world.service.request_access(bia, "unknown", idempotency=key)
    token = world.company.token(bia, world.customer("Hidden"))
    assert world.service.request_access(bia, token, idempotency=key)["replayed"] is False


def test_wrong_questions_are_refused(world: World, bia: Json):
    connector = {**bia, "role": "connector"}
    for call in (world.service.request_access, world.service.list_access_requests):
        with pytest.raises(Forbidden):
            call(connector, "token")
    for wrong in ({"state": "closed"}, {"limit": 0}, {"limit": 201}, {"cursor": str(new_id())}):
        with pytest.raises(Invalid):
            world.service.list_access_requests(bia, **wrong)


def test_asking_twice_at_once_makes_one_request(world: World, bia: Json):
    token = world.company.token(bia, world.customer("Hidden"))
    with ThreadPoolExecutor(8) as pool:
        asked = list(pool.map(lambda _: world.service.request_access(bia, token)["request"], range(8)))
    assert asked == [asked[0]] * 8
    assert len(listed(world, world.admin)) == 1


def test_a_purge_is_not_told_by_what_was_asked(world: World, bia: Json):
    gone, granted = world.customer("Gone"), world.customer("Granted")
    request, other = ask(world, bia, gone), ask(world, bia, granted)
    decide(world, other, "granted")
    for each in (gone, granted):
        world.company.delete(each)
        tell(world, changed(world, each, kind="purged"))
    assert listed(world, bia, state="pending") == [request]
    [told] = listed(world, bia, state="granted")
    assert (told["id"], told["customer"]) == (other["id"], None)
    assert listed(world, world.admin) == []
    with pytest.raises(NotFound):
        decide(world, request, "declined")
