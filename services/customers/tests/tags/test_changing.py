"""Tags renamed, joined, coloured and deleted: in one step for every customer."""

from __future__ import annotations

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from services.customers.tags import reader
from services.customers.tests.world import World


def tag_named(world: World, name: str) -> dict:
    return next(tag for tag in world.service.list_tags(world.admin)["data"] if tag["name"] == name)


def change(world: World, tag: str, /, **patch) -> dict:
    return world.service.update_tag(world.admin, tag_named(world, tag)["id"], patch)["tag"]


def join(world: World, name: str, into: str) -> dict:
    return change(world, name, merge_into=tag_named(world, into)["id"])


def names(world: World) -> list[str]:
    return [tag["name"] for tag in world.service.list_tags(world.admin)["data"]]


def numbers(world: World, name: str) -> frozenset[int]:
    with world.db.reading() as connection:
        return reader.numbers_of(connection, [name]).get(name, frozenset())


def test_a_renamed_tag_has_its_new_name_on_every_customer(world: World) -> None:
    customer = world.create(tags=["vip", "new"])
    renamed = change(world, "vip", name="Very  Important")
    assert (renamed["name"], renamed["version"], renamed["customers"]["value"]) == ("Very Important", 2, 1)
    assert world.get(customer["id"])["tags"] == ["new", "Very Important"]
    assert world.get(customer["id"])["version"] == customer["version"]
    [event] = world.events("tag.renamed.v1")
    told = {"id": renamed["id"], "previous_name": "vip", "name": "Very Important", "joined_to": None}
    assert (event["data"], event["subject"], event["revision"]) == (told, renamed["id"], 2)


def test_another_spelling_of_its_own_name_is_no_conflict(world: World) -> None:
    world.create(tags=["vip"])
    assert change(world, "vip", name="VIP")["name"] == "VIP"
    assert change(world, "VIP", name="VIP")["version"] == 2
    assert change(world, "VIP", colour="#ABCDEF")["colour"] == "#abcdef"
    assert len(world.events("tag.renamed.v1")) == 1


def test_a_known_name_is_refused_with_the_offer_to_join(world: World) -> None:
    world.create(tags=["vip", "gold"])
    with pytest.raises(Conflict) as refused:
        change(world, "gold", name="VÍP")
    other = tag_named(world, "vip")
    assert refused.value.code == "tag_exists"
    assert refused.value.payload["tag"] == {key: other[key] for key in ("id", "name", "colour")}
    assert world.service.update_tag(
        world.admin, tag_named(world, "gold")["id"], refused.value.payload["offer"]
    )
    assert names(world) == ["vip"]


def test_a_joined_tag_is_the_other_one_everywhere(world: World) -> None:
    both = world.create(tags=["gold", "vip"])
    one = world.create(tags=["gold"])
    survivor = join(world, "gold", into="vip")
    assert (survivor["name"], survivor["customers"], survivor["version"]) == (
        "vip",
        {"value": 2, "relation": "eq"},
        2,
    )
    assert world.get(both["id"])["tags"] == ["vip"]
    assert world.get(one["id"])["tags"] == ["vip"]
    assert [c["tags"] for c in world.service.list_customers(world.admin)["data"]] == [["vip"], ["vip"]]
    assert names(world) == ["vip"]
    [event] = world.events("tag.renamed.v1")
    assert (event["data"]["name"], event["data"]["joined_to"]) == ("vip", survivor["id"])


def test_the_name_of_a_joined_tag_goes_on_meaning_the_survivor(world: World) -> None:
    world.create(tags=["gold", "vip"])
    join(world, "gold", into="vip")
    customer = world.create(tags=["GOLD", "vip"])
    assert customer["tags"] == ["vip"]
    assert world.update(customer["id"], tags=["Gold"])["version"] == customer["version"]
    assert world.update(customer["id"], tags={"remove": ["gold"]})["tags"] == []
    assert world.update(customer["id"], tags={"add": ["gold"]})["tags"] == ["vip"]
    assert numbers(world, "gold") == numbers(world, "vip") == {1, 2}


def test_what_is_written_after_a_join_is_the_survivors_number(world: World) -> None:
    customer = world.create(tags=["gold"])
    world.create(tags=["vip"])
    join(world, "gold", into="vip")
    world.update(customer["id"], tags={"add": ["new"]})
    [row] = world.rows("SELECT tag_ids FROM customer WHERE 1 = ANY(tag_ids) OR 3 = ANY(tag_ids)")
    assert row.tag_ids == [2, 3]


def test_joins_of_joined_tags_lead_to_the_last_survivor(world: World) -> None:
    customer = world.create(tags=["a", "b", "c"])
    join(world, "a", into="b")
    join(world, "b", into="c")
    assert world.get(customer["id"])["tags"] == ["c"]
    assert numbers(world, "a") == {1, 2, 3}
    assert world.rows("SELECT DISTINCT joined_to FROM tag WHERE joined_to IS NOT NULL") == [(3,)]


def test_a_survivor_may_take_the_name_of_what_was_joined_to_it(world: World) -> None:
    customer = world.create(tags=["V.I.P.", "vip"])
    join(world, "vip", into="V.I.P.")
    assert change(world, "V.I.P.", name="VIP")["name"] == "VIP"
    assert world.get(customer["id"])["tags"] == ["VIP"]
    assert numbers(world, "v.i.p.") == numbers(world, "vip") == {1, 2}


def test_a_tag_is_not_joined_to_itself_or_to_nothing(world: World) -> None:
    world.create(tags=["gold", "vip"])
    gold = tag_named(world, "gold")
    join(world, "gold", into="vip")
    vip = tag_named(world, "vip")
    for target, code in ((gold["id"], "same_tag"), (vip["id"], "same_tag"), ("x", "unknown_tag")):
        with pytest.raises(Invalid) as refused:
            world.service.update_tag(world.admin, vip["id"], {"merge_into": target})
        assert refused.value.payload["errors"][0]["code"] == code
    with pytest.raises(NotFound):
        world.service.update_tag(world.admin, gold["id"], {"name": "silver"})


def test_a_deleted_tag_is_gone_and_its_names_are_free(world: World) -> None:
    customer = world.create(tags=["gold", "vip", "new"])
    join(world, "gold", into="vip")
    world.service.delete_tag(world.admin, tag_named(world, "vip")["id"])
    assert world.get(customer["id"])["tags"] == ["new"]
    assert names(world) == ["new"]
    assert numbers(world, "gold") == frozenset()
    again = world.create(tags=["gold"])
    assert (again["tags"], world.get(customer["id"])["tags"]) == (["gold"], ["new"])
    assert tag_named(world, "gold")["customers"]["value"] == 1
    with pytest.raises(NotFound):
        world.service.delete_tag(world.admin, world.admin["user_id"])


def test_a_stale_change_is_told_the_present_tag(world: World) -> None:
    world.create(tags=["vip"])
    tag = tag_named(world, "vip")
    now = change(world, "vip", name="gold")
    for attempt in (
        lambda: world.service.update_tag(world.admin, tag["id"], {"name": "x"}, version=1),
        lambda: world.service.delete_tag(world.admin, tag["id"], version=1),
    ):
        with pytest.raises(Stale) as refused:
            attempt()
        assert refused.value.payload["current"] == now
    assert world.service.update_tag(world.admin, tag["id"], {"name": "x"}, version=2)["tag"]["version"] == 3


def test_a_tag_may_be_made_before_anybody_has_it(world: World) -> None:
    made = world.service.create_tag(world.admin, {"name": "Later", "colour": "#000000"})["tag"]
    assert (made["name"], made["colour"], made["customers"]["value"]) == ("Later", "#000000", 0)
    with pytest.raises(Conflict) as refused:
        world.service.create_tag(world.admin, {"name": "láter"})
    assert refused.value.payload["tag"]["id"] == made["id"]
    assert world.service.get_tag(world.admin, made["id"]) == made


def test_the_same_request_twice_changes_a_tag_once(world: World) -> None:
    world.create(tags=["vip"])
    tag, key = tag_named(world, "vip"), {"key": "k", "hash": "h"}
    first = world.service.update_tag(world.admin, tag["id"], {"name": "gold"}, idempotency=key)
    again = world.service.update_tag(world.admin, tag["id"], {"name": "gold"}, idempotency=key)
    assert (first["replayed"], again) == (False, {**first, "replayed": True})


@pytest.mark.parametrize(
    ("patch", "pointer", "code"),
    [
        ({"name": " "}, "/name", "invalid_tag"),
        ({"name": None}, "/name", "invalid_tag"),
        ({"colour": "red"}, "/colour", "invalid_colour"),
        ({"nonsense": 1}, "/nonsense", "unknown_property"),
        ({"merge_into": None}, "/merge_into", "unknown_tag"),
        ({"name": "x", "merge_into": "0193b2c0-0000-7000-8000-000000000000"}, "/merge_into", "not_alone"),
    ],
)
def test_what_is_wrong_with_a_change_is_told(world: World, patch, pointer: str, code: str) -> None:
    world.create(tags=["vip"])
    with pytest.raises(Invalid) as refused:
        change(world, "vip", **patch)
    [error] = refused.value.payload["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_agents_make_tags_by_using_them_and_change_none(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, tags=["vip"])
    tag = tag_named(world, "vip")
    for call in (
        lambda: world.service.create_tag(agent, {"name": "x"}),
        lambda: world.service.update_tag(agent, tag["id"], {"name": "x"}),
        lambda: world.service.update_tag(agent, world.admin["user_id"], {"colour": None}),
        lambda: world.service.delete_tag(agent, tag["id"]),
    ):
        with pytest.raises(Forbidden):
            call()
