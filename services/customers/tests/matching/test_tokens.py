"""What a token of a restricted duplicate answer is worth, to whom, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from servicekit.errors import Duplicate, Invalid
from services.customers.tests.world import World

PHONE = "+5511987654321"


def token_of(world: World, scope: dict[str, Any], **typed: str) -> str:
    with pytest.raises(Duplicate) as refusal:
        world.create(scope, **typed)
    return refusal.value.payload["access_request_token"]


def assert_unknown(world: World, scope: dict[str, Any], token: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        world.service.redeem_access_token(scope, token)
    assert [(e["pointer"], e["code"]) for e in refusal.value.payload["errors"]] == [
        ("/token", "unknown_token")
    ]


def test_it_is_worth_the_customer_and_what_was_typed(world: World):
    bia, hidden = world.agent("bia", "Vendas"), world.create(phone=PHONE)["id"]
    token = token_of(world, bia, whatsapp=PHONE)
    expected = {"customer": hidden, "members": [hidden], "matched_on": ["whatsapp"]}
    assert world.service.redeem_access_token(bia, token) == expected
    assert world.service.redeem_access_token(bia, token) == expected


def test_it_follows_a_merge(world: World):
    bia, hidden, other = world.agent("bia", "Vendas"), world.create(phone=PHONE)["id"], world.create()["id"]
    token = token_of(world, bia, phone=PHONE)
    world.merge(hidden, other)
    found = world.service.redeem_access_token(bia, token)
    assert (found["customer"], found["members"]) == (hidden, [other, hidden])


def test_it_is_worth_whom_the_address_belongs_to_after_an_undoing_too(world: World):
    bia, hidden, other = world.agent("bia", "Vendas"), world.create(phone=PHONE)["id"], world.create()["id"]
    merge = world.merge(hidden, other)
    token = token_of(world, bia, phone=PHONE)
    found = world.service.redeem_access_token(bia, token)
    assert (found["customer"], found["members"]) == (hidden, [other, hidden])
    world.service.undo_merge(world.admin, merge["id"])
    found = world.service.redeem_access_token(bia, token)
    assert (found["customer"], found["members"]) == (hidden, [hidden])


def test_of_a_merged_customer_who_is_matched_is_shown_by_its_own_id(world: World):
    hidden, other = world.create(phone=PHONE)["id"], world.create()["id"]
    world.merge(hidden, other)
    with pytest.raises(Duplicate) as refusal:
        world.create(phone=PHONE)
    assert [match["id"] for match in refusal.value.payload["matches"]] == [other]


def test_it_tells_nothing_of_what_became_of_the_customer(world: World):
    bia, hidden = world.agent("bia", "Vendas"), world.create(phone=PHONE)["id"]
    token = token_of(world, bia, phone=PHONE)
    before = world.service.redeem_access_token(bia, token)
    world.service.delete_customer(world.admin, hidden)
    assert world.service.redeem_access_token(bia, token) == before


def test_to_everybody_else_and_after_its_time_it_is_nothing(world: World):
    bia, ben = world.agent("bia", "Vendas"), world.agent("ben", "Vendas")
    world.create(phone=PHONE)
    token = token_of(world, bia, phone=PHONE)
    for scope in (ben, world.admin):
        assert_unknown(world, scope, token)
    for wrong in ("", "x" * 201, "é", None, 7, token + "x"):
        assert_unknown(world, bia, wrong)
    world.run("UPDATE restricted_answer SET answered_at = answered_at - :time", time=timedelta(minutes=15))
    assert_unknown(world, bia, token)
