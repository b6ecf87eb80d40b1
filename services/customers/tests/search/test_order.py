"""The order of what a search finds, and its pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from servicekit.errors import Invalid
from services.customers.cursors import Cursor
from services.customers.search import relevance
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.registry.test_reading import everybody
from services.customers.tests.search.test_quick_search import found
from services.customers.tests.world import World

Json = dict[str, Any]
SORTS = [
    "name",
    "created_at",
    "updated_at",
    "last_interaction_at",
    "custom.score",
    "custom.born",
    "custom.seen",
]


def wrote(world: World, customer: Json, days_ago: int) -> None:
    world.run(
        "UPDATE customer_activity SET last_at = now() - make_interval(days => :n) WHERE customer_id = :id",
        n=days_ago,
        id=customer["id"],
    )


def test_exact_matches_come_first_then_beginnings_then_who_wrote_last(world: World) -> None:
    wrote(world, world.create(name="Ana Maria"), 1)
    wrote(world, world.create(name="Rosa Maria"), 3)
    world.create(name="Eva Maria")
    wrote(world, world.create(name="Maria Souza"), 9)
    wrote(world, world.create(name="Mariana"), 8)
    wrote(world, world.create(name="MARÍA"), 10)
    ranked = ["MARÍA", "Mariana", "Maria Souza", "Ana Maria", "Rosa Maria", "Eva Maria"]
    assert found(world, "maria") == ranked


def test_an_address_counts_as_a_name_does(world: World) -> None:
    wrote(world, world.create(name="A", email="dana@x.com"), 1)
    wrote(world, world.create(name="B", email="ana@x.com.br"), 2)
    wrote(world, world.create(name="C", email="ana@x.com"), 3)
    assert found(world, "ana@x.com") == ["C", "B", "A"]


def test_beginnings_of_numbers_come_before_what_lies_within(world: World) -> None:
    wrote(world, world.create(name="A", phone="+551198765432"), 1)
    world.create(name="B", phone="+441198765432")
    wrote(world, world.create(name="C", phone="+5511987655555"), 5)
    assert found(world, "5511 9876") == ["A", "C"]
    assert sorted(found(world, "1198765")) == ["A", "B", "C"]


def test_the_type_ahead_is_the_beginning_of_the_list(world: World) -> None:
    for number in range(30):
        customer = world.create(name=["Maria", "Mariana", "Ana Maria"][number % 3])
        if number % 4:
            wrote(world, customer, number % 4)
    whole = found_ids(world, q="maria", limit=200)
    assert len(whole) == 30
    assert found_ids(world, q="maria", limit=8) == whole[:8]
    for limit in (1, 7, 30):
        assert [c["id"] for c in everybody(world, world.admin, limit=limit, q="maria")] == whole


def found_ids(world: World, *, limit: int, **options: Any) -> list[str]:
    answer = world.service.list_customers(world.admin, limit, **options)
    return [customer["id"] for customer in answer["data"]]


def test_more_than_can_be_ranked_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relevance, "CANDIDATES", 5)
    for name in ("Maria", "Ana Maria"):
        for _ in range(4):
            world.create(name=name)
    answer = world.service.list_customers(world.admin, q="maria", include_total=True)
    assert answer["capped"] is True
    assert answer["total"] == {"value": 8, "relation": "eq"}
    assert [customer["name"] for customer in answer["data"]][:4] == ["Maria"] * 4
    listed = everybody(world, world.admin, limit=2, q="maria")
    assert listed == answer["data"]
    assert len(everybody(world, world.admin, limit=3, q="maria", sort="name")) == 8
    assert "capped" not in world.service.list_customers(world.admin, q="ana")


def test_exact_names_are_ranked_however_many_begin_like_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relevance, "CANDIDATES", 3)
    for name in ("Ana Maria", *("Maria A", "Maria B", "Maria C") * 2, "Maria"):
        world.create(name=name)
    assert found(world, "maria")[0] == "Maria"


def with_fields(world: World) -> None:
    for key, kind in (("score", "number"), ("born", "date"), ("seen", "datetime"), ("city", "text")):
        world.service.create_custom_field(world.admin, {"key": key, "label": key, "type": kind})


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)])
def test_every_order_pages_through_whom_a_search_and_a_filter_find(world: World, sort: str) -> None:
    with_fields(world)
    for number in range(12):
        values = {
            "score": [3, 20, -1.5][number % 3],
            "born": f"19{90 + number % 4}-02-01",
            "seen": f"2024-01-0{1 + number % 4}T10:00:00Z",
        }
        customer = world.create(
            name=["Ána", "ana b", "Zoé Ana", "Ana"][number % 4],
            custom=values if number % 5 else {},
            status="inactive" if number % 6 == 0 else "active",
        )
        if number % 3:
            wrote(world, customer, number % 4)
    world.create(name="Bob")
    asked = {"q": "ana", "filter": {"field": "status", "op": "eq", "value": "active"}, "sort": sort}
    whole = world.service.list_customers(world.admin, 200, **asked)["data"]
    assert len(whole) == 10
    keys = [_key(customer, sort.removeprefix("-")) for customer in whole]
    given = [key for key in keys if key is not None]
    assert keys == given + [None] * (len(keys) - len(given))
    if "name" not in sort:
        assert given == sorted(given, reverse=sort.startswith("-"))
    for limit in (1, 3):
        assert everybody(world, world.admin, limit=limit, **asked) == whole


def _key(customer: Json, sort: str) -> Any:
    _, dot, field = sort.partition(".")
    if dot:
        return customer["custom"].get(field)
    if sort.endswith("_at") and customer[sort]:
        return datetime.fromisoformat(customer[sort])  # its text drops a trailing zero
    return customer[sort]


@pytest.mark.parametrize("sort", ["relevance", "custom.city", "custom.nope", "email", "phone", "custom.", 7])
def test_what_nothing_is_sorted_by_is_refused(world: World, sort: Any) -> None:
    with_fields(world)
    with pytest.raises(Invalid) as refusal:
        world.service.list_customers(world.admin, sort=sort)
    assert codes(refusal.value) == {"/sort": "unknown_sort"}


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("relevance", "9 2024-01-01T00:00:00+00:00"),
        ("relevance", "1 yesterday"),
        ("relevance", "1 infinity"),
        ("relevance", None),
        ("custom.score", "NaN"),
        ("custom.score", "Infinity"),
        ("custom.score", "1e999999"),
        ("custom.score", "many"),
    ],
)
def test_forged_cursors_are_refused(world: World, sort: str, value: str | None) -> None:
    with_fields(world)
    customer = world.create()
    cursor = Cursor(sort, value, customer["id"]).dump()
    with pytest.raises(Invalid) as refusal:
        world.service.list_customers(world.admin, 5, cursor, sort=sort, q="a")
    assert codes(refusal.value) == {"/cursor": "invalid_cursor"}


def test_deleted_customers_are_filtered_and_not_searched(world: World) -> None:
    for name in ("Maria", "Ana"):
        world.service.delete_customer(world.admin, world.create(name=name)["id"])
    named = {"field": "name", "op": "contains", "value": "mar"}
    asked = world.service.list_customers(world.admin, deleted=True, filter=named, include_total=True)
    assert ([c["name"] for c in asked["data"]], asked["total"]["value"]) == (["Maria"], 1)
    with pytest.raises(Invalid) as refusal:
        world.service.list_customers(world.admin, deleted=True, q="maria")
    assert codes(refusal.value) == {"/q": "not_searchable"}
