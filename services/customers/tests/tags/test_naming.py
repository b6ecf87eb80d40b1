"""What names and ids of tags mean today, for who sees them."""

from __future__ import annotations

import pytest

from servicekit.errors import Forbidden, Invalid
from services.customers.tags import counting, entrypoints, listing
from services.customers.tests.world import World


def named(world: World, scope, **asked) -> dict[str, dict[str, str]]:
    """By what was asked the name of today."""
    told = world.service.tags_named(scope, **asked)
    return {kind: {text: tag["name"] for text, tag in tags.items()} for kind, tags in told.items()}


def ids(world: World) -> dict[str, str]:
    return {tag["name"]: tag["id"] for tag in world.service.list_tags(world.admin)["data"]}


@pytest.fixture(params=["few", "more", "very many"])
def customers(request, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways of counting, one tag after the other."""
    monkeypatch.setattr(listing, "_AT_ONCE", 1)
    if request.param != "few":
        monkeypatch.setattr(counting, "FEW", 0)
    if request.param == "very many":
        monkeypatch.setattr(counting, "MANY", 0)


def test_names_and_ids_mean_the_tag_of_today(world: World, customers) -> None:
    world.create(tags=["gold", "VIP", "old"])
    known = ids(world)
    world.service.update_tag(world.admin, known["gold"], {"merge_into": known["VIP"]})
    world.service.update_tag(world.admin, known["VIP"], {"name": "Top"})
    world.service.delete_tag(world.admin, known["old"])
    asked = {"ids": [*known.values(), world.admin["user_id"], "x"], "names": ["GOLD", "vip", "top", "old"]}
    assert named(world, world.admin, **asked) == {
        "ids": {known["gold"]: "Top", known["VIP"]: "Top"},
        "names": {"GOLD": "Top", "top": "Top"},
    }


def test_what_no_customer_of_the_agents_has_means_nothing(world: World, customers) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, tags=["mine", "both"])
    world.create(tags=["both", "secret"], teams=[world.team("support")])
    known = ids(world)
    asked = {"ids": list(known.values()), "names": [*known, "never was"]}
    told = named(world, agent, **asked)
    assert told == {
        "ids": {known["both"]: "both", known["mine"]: "mine"},
        "names": {"both": "both", "mine": "mine"},
    }
    assert named(world, world.admin, **asked)["names"].keys() == known.keys()


def test_only_so_many_are_asked_for_and_only_by_people(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entrypoints, "MAX_NAMED", 1)
    for asked in ({"ids": ["a", "b"]}, {"names": "a"}, {"names": [1]}):
        with pytest.raises(Invalid):
            world.service.tags_named(world.admin, **asked)
    with pytest.raises(Forbidden):
        world.service.tags_named({**world.admin, "role": "connector"})
