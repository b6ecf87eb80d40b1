"""Which tags a caller is told of, and how many customers have them."""

from __future__ import annotations

import pytest

from servicekit.errors import NotFound
from services.customers.tags import counting
from services.customers.tests.world import World


def shown(world: World, scope=None, **query) -> dict[str, int]:
    page = world.service.list_tags(scope or world.admin, **query)
    return {tag["name"]: tag["customers"]["value"] for tag in page["data"]}


@pytest.fixture(params=["few", "more", "very many"])
def customers(request, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of counting, for a test's handful of customers."""
    if request.param != "few":
        monkeypatch.setattr(counting, "FEW", 0)
    if request.param == "very many":
        monkeypatch.setattr(counting, "MANY", 0)


def test_administrators_see_every_tag_and_count_every_customer(world: World, customers) -> None:
    world.create(tags=["vip", "new"], teams=[world.team("sales")])
    gone = world.create(tags=["vip", "old"])
    world.service.delete_customer(world.admin, gone["id"])
    absorbed, survivor = world.create(tags=["vip"]), world.create(tags=["vip", "new"])
    world.merge(absorbed["id"], survivor["id"])
    assert shown(world) == {"new": 2, "old": 0, "vip": 2}


def test_agents_see_and_count_what_their_customers_have(world: World, customers) -> None:
    agent = world.agent("ana", "sales")
    for tags in (["b", "Á"], ["b"], ["b", "c"]):
        world.create(agent, tags=tags)
    for tags in (["b", "secret"], ["a hidden one"]):
        world.create(tags=tags, teams=[world.team("support")])
    assert shown(world, agent) == {"Á": 1, "b": 3, "c": 1}
    assert shown(world, world.agent("bia")) == {}


def test_counts_stop_at_the_cap(world: World, customers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "CAP", 2)
    for _ in range(3):
        world.create(tags=["vip"])
    world.create(tags=["new"])
    world.create(tags=["new"])
    told = {tag["name"]: tag["customers"] for tag in world.service.list_tags(world.admin)["data"]}
    assert told == {"new": {"value": 2, "relation": "eq"}, "vip": {"value": 2, "relation": "gte"}}


def test_a_customer_with_two_tags_that_are_one_now_counts_once(world: World, customers) -> None:
    agent = world.agent("ana", "sales")
    for tags in (["gold", "vip"], ["gold"], ["vip"]):
        world.create(agent, tags=tags)
    gold, vip = (tag["id"] for tag in world.service.list_tags(world.admin)["data"])
    world.service.update_tag(world.admin, gold, {"merge_into": vip})
    assert shown(world, agent) == shown(world) == {"vip": 3}


def test_pages_follow_each_other_by_name(world: World, customers) -> None:
    agent = world.agent("ana", "sales")
    for name in ("e", "b", "a", "d", "c"):
        world.create(agent, tags=[name])
        world.create(tags=[name + " hidden"])
    for scope, expected in ((agent, "abcde"), (world.admin, "abcde")):
        names, cursor = [], None
        while True:
            page = world.service.list_tags(scope, 2, cursor)
            names += [tag["name"] for tag in page["data"] if not tag["name"].endswith("hidden")]
            cursor = page["next"]
            if cursor is None:
                break
        assert "".join(names) == expected


def test_typing_ahead_finds_names_by_their_beginning(world: World, customers) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, tags=["São Paulo", "Santos", "100%", "Rio"])
    assert list(shown(world, agent, q="SAO")) == ["São Paulo"]
    assert list(shown(world, agent, q="sa")) == ["Santos", "São Paulo"]
    assert list(shown(world, agent, q="%")) == []
    rio, santos = (
        next(t["id"] for t in world.service.list_tags(world.admin, q=q)["data"]) for q in ("rio", "san")
    )
    world.service.update_tag(world.admin, santos, {"merge_into": rio})
    assert list(shown(world, agent, q="san")) == ["Rio"]


def test_a_tag_of_hidden_customers_is_not_found(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(tags=["secret"])
    [tag] = world.service.list_tags(world.admin)["data"]
    for asked in (tag["id"], world.admin["user_id"], "nonsense"):
        with pytest.raises(NotFound):
            world.service.get_tag(agent, asked)
    world.create(agent, tags=["SECRET"])
    assert world.service.get_tag(agent, tag["id"]) == {**tag, "customers": {"value": 1, "relation": "eq"}}
