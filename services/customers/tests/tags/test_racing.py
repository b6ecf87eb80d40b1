"""One tag used, joined, renamed and deleted at once: whoever has the survivor is shown with it."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from servicekit.errors import Conflict, Invalid, NotFound
from services.customers.tests.world import World

ROUNDS = 8
NAMES = ("gold", "vip", "new")


def ids(world: World) -> dict[str, str]:
    return {tag["name"]: tag["id"] for tag in world.service.list_tags(world.admin)["data"]}


def patiently(world: World, work: Callable[[], object]) -> object:
    """What is refused since somebody was faster is no failure."""
    with suppress(NotFound, Conflict, Invalid):
        return world.patiently(work)
    return None


def use(world: World, name: str) -> str:
    return world.patiently(lambda: world.create(tags=[name]))["id"]


def join(world: World, tag_id: str, into: str) -> object:
    return patiently(world, lambda: world.service.update_tag(world.admin, tag_id, {"merge_into": into}))


def test_whoever_uses_a_tag_while_it_is_joined_has_the_survivor(world: World) -> None:
    for round_ in range(ROUNDS):
        first, second = f"gold {round_}", f"vip {round_}"
        world.create(tags=[first, second])
        tags = ids(world)
        with ThreadPoolExecutor(6) as pool:
            joining = pool.submit(join, world, tags[first], tags[second])
            users = [pool.submit(use, world, name) for name in [first, second] * 4]
        assert joining.result() is not None
        assert {tuple(world.get(user.result())["tags"]) for user in users} == {(second,)}


def test_two_tags_joined_to_each_other_at_once_become_one(world: World) -> None:
    for round_ in range(ROUNDS):
        customer = world.create(tags=[f"a {round_}", f"b {round_}"])["id"]
        one, other = (ids(world)[f"{name} {round_}"] for name in "ab")
        with ThreadPoolExecutor(2) as pool:
            tries = [pool.submit(join, world, *pair) for pair in ((one, other), (other, one))]
        assert sum(each.result() is not None for each in tries) == 1
        assert len(world.get(customer)["tags"]) == 1


def test_any_mixture_leaves_shown_what_a_reading_of_the_rows_says(world: World) -> None:
    dice = random.Random(7)

    def act(number: int) -> None:
        name, other = dice.sample(NAMES, 2)
        known, service, admin = ids(world), world.service, world.admin
        match number % 6:
            case 0 if name in known and other in known:
                patiently(world, lambda: service.update_tag(admin, known[name], {"merge_into": known[other]}))
            case 1 if name in known:
                patiently(world, lambda: service.delete_tag(admin, known[name]))
            case 2 if name in known:
                patiently(world, lambda: service.update_tag(admin, known[name], {"name": other}))
            case _:
                made = world.patiently(lambda: world.create(tags=[name, other]))
                world.patiently(lambda: world.update(made["id"], tags={"add": ["last"], "remove": [name]}))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(60)))
    assert (
        world.rows("SELECT 1 FROM tag a JOIN tag b ON b.id = a.joined_to WHERE b.joined_to IS NOT NULL") == []
    )
    assert (
        world.rows("""
        SELECT 1 FROM tag a JOIN tag b ON b.id = a.joined_to
        WHERE (a.deleted_at IS NULL) <> (b.deleted_at IS NULL)""")
        == []
    )
    shown = [tag for c in world.service.list_customers(world.admin, 200)["data"] for tag in c["tags"]]
    counted = {t["name"]: t["customers"]["value"] for t in world.service.list_tags(world.admin)["data"]}
    assert {name: shown.count(name) for name in counted} == counted
    assert set(shown) <= counted.keys()
