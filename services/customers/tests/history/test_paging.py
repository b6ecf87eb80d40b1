"""A history page by page: nothing twice, nothing left out, whatever happened at one time."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.errors import Invalid
from services.customers.history import queries
from services.customers.tests.history.told import (
    Connector,
    a_message,
    a_purchase,
    an_appointment,
    minutes,
)
from services.customers.tests.world import World

Json = dict[str, Any]
EVERYTHING = list(queries.KINDS)
BEA = {"kind": "email", "value": "bea@example.com"}


@pytest.fixture
def merged(world: World, connector: Connector) -> str:
    """Made of two records, with items of each kind, member and team at each of three times."""
    survivor = world.create(name="Ana", whatsapp="+5511987654321")
    absorbed = world.create(name="Bea", email="bea@example.com")
    for team in ("sales", "support"):
        world.team(team)
    for number in range(12):
        team = (None, "sales", "support")[number % 3]
        more = {"team": team, "at": minutes(number % 3)}
        if number % 2:
            more["identities"] = [BEA]
        connector.send(
            a_message(conversation=f"c-{number}", **more),
            an_appointment("scheduled", f"a-{number}", starts_at=to_rfc3339(minutes(number % 3)), **more),
            a_purchase("recorded", f"p-{number}", amount="1", currency="EUR", **more),
        )
    # All changes at the time of other things, too.
    world.run("UPDATE change SET at = :at", at=minutes(1))
    world.merge(absorbed["id"], into=survivor["id"])
    return survivor["id"]


def scopes(world: World) -> list[Json]:
    return [world.admin, world.agent("bia", "sales"), world.agent("caio", "sales", "support")]


def walk(world: World, scope: Json, customer: str, limit: int, **asked: Any) -> list[Json]:
    items: list[Json] = []
    after = None
    while True:
        page = world.service.list_history(scope, customer, limit=limit, after=after, **asked)
        items += page["data"]
        if not page["more"]:
            return items
        assert len(page["data"]) == limit
        after = {name: items[-1][name] for name in ("at", "id")}


@pytest.mark.parametrize("limit", [1, 4, 7])
def test_pages_are_the_whole_cut_into_pieces_though_much_happened_at_one_time(
    world: World, merged: str, limit: int
) -> None:
    for scope in scopes(world):
        whole = world.service.list_history(scope, merged, EVERYTHING, limit=200)
        assert not whole["more"]
        assert walk(world, scope, merged, limit, kinds=EVERYTHING) == whole["data"]
        places = [(parse_rfc3339(item["at"]), item["id"]) for item in whole["data"]]
        assert all(newer > older for newer, older in pairwise(places))


def test_a_merged_customer_has_what_all_its_members_had(world: World, merged: str) -> None:
    kinds = [item["kind"] for item in walk(world, world.admin, merged, 50, kinds=EVERYTHING)]
    assert {kind: kinds.count(kind) for kind in kinds if kind != "change"} == {
        "conversation": 12,
        "message": 12,
        "appointment": 12,
        "purchase": 12,
    }
    assert kinds.count("change") == world.rows("SELECT count(*) AS n FROM change")[0].n


def test_by_default_all_kinds_but_single_messages(world: World, merged: str) -> None:
    default = world.service.list_history(world.admin, merged, limit=200)["data"]
    named = [kind for kind in EVERYTHING if kind != "message"]
    assert default == world.service.list_history(world.admin, merged, named, limit=200)["data"]


@pytest.mark.parametrize(("since", "until"), [(0, 1), (1, 2), (1, None), (None, 1), (0, 3), (2, 2)])
def test_a_window_is_that_part_of_the_whole_with_its_beginning_and_without_its_end(
    world: World, merged: str, since: int | None, until: int | None
) -> None:
    window = {
        name: to_rfc3339(minutes(number))
        for name, number in (("since", since), ("until", until))
        if number is not None
    }
    for scope in scopes(world):
        part = [
            item
            for item in walk(world, scope, merged, 50, kinds=EVERYTHING)
            if (since is None or parse_rfc3339(item["at"]) >= minutes(since))
            and (until is None or parse_rfc3339(item["at"]) < minutes(until))
        ]
        assert walk(world, scope, merged, 5, kinds=EVERYTHING, **window) == part


def test_a_page_begins_behind_any_moment_and_id_that_one_names(world: World, merged: str) -> None:
    """A gateway that merges streams asks from behind an item of another service."""
    whole = walk(world, world.admin, merged, 50, kinds=EVERYTHING)
    at = to_rfc3339(minutes(1) + timedelta(microseconds=1))
    nobodys = {"at": at, "id": "0193b1de-0000-7000-8000-000000000000"}
    page = world.service.list_history(world.admin, merged, EVERYTHING, after=nobodys, limit=200)
    assert page["data"] == [item for item in whole if parse_rfc3339(item["at"]) <= minutes(1)]


def test_an_absorbed_id_leads_to_the_survivor(world: World, merged: str) -> None:
    [absorbed] = world.rows("SELECT id FROM customer WHERE root_id <> id")
    assert world.service.list_history(world.admin, str(absorbed.id)) == {"moved_to": merged}


def test_messages_that_cannot_be_found_in_time_are_refused(
    world: World, merged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of somebody with a million conversations. Here another transaction holds the table."""
    monkeypatch.setattr(queries, "MESSAGES_WITHIN", 0.05)
    with world.db.unit_of_work() as uow:
        uow.connection.exec_driver_sql("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Invalid) as refused:
            world.service.list_history(world.admin, merged, ["message"])
    assert refused.value.code == "query_too_expensive"
    [error] = refused.value.payload["errors"]
    assert error["pointer"] == "/kind"
    assert world.service.list_history(world.admin, merged)["data"]
