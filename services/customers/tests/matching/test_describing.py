"""What the dedup service is told of customers."""

from __future__ import annotations

import pytest

from servicekit.errors import Invalid, TooLarge
from servicekit.ids import new_id
from services.customers.tests.world import World


def describe(world: World, *ids: str) -> tuple[list[dict], list[str]]:
    answer = world.service.describe_for_matching(list(ids))
    return answer["customers"], answer["gone"]


def test_a_customer_is_told_by_name_addresses_and_records(world: World):
    ana = world.create(name="Ana Souza", email="Ana@Example.com", phone="+5511987654321")
    [told], gone = describe(world, ana["id"])
    assert gone == []
    assert told == {
        "id": ana["id"],
        "revision": 1,
        "name": "Ana Souza",
        "members": [ana["id"]],
        "points": [
            {"kind": "email", "value": "Ana@example.com", "space": "email", "identity": "ana@example.com"},
            {
                "kind": "phone",
                "value": "+5511987654321",
                "space": "line",
                "identity": told["points"][1]["identity"],
            },
        ],
        "created_at": ana["created_at"],
        "last_at": None,
    }


def test_a_merged_customer_is_told_once_with_all_its_addresses(world: World):
    world.set(allow_duplicates=True)
    first = world.create(name="Ana", phone="+5511987654321", email="ana@example.com")["id"]
    second = world.create(name="Ana S.", phone="+5511987654321", whatsapp="+5511912345678")["id"]
    world.merge(second, first)
    [told], gone = describe(world, second, first)
    assert (told["id"], told["members"], gone) == (first, [first, second], [])
    assert sorted(p["kind"] for p in told["points"]) == ["email", "phone", "whatsapp"]


def test_who_is_deleted_or_never_was_is_gone(world: World):
    root, member, nobody = world.create(name="A")["id"], world.create(name="B")["id"], str(new_id())
    world.merge(member, root)
    world.service.delete_customer(world.admin, root)
    told, gone = describe(world, member, nobody, root, "no id")
    assert (told, gone) == ([], [member, nobody, root, "no id"])


def test_pages_hold_every_live_customer_once(world: World):
    ids = sorted(world.create(name=f"Number {n}")["id"] for n in range(6))
    world.merge(ids[1], ids[4])
    world.service.delete_customer(world.admin, ids[2])
    pages, after = [], None
    while True:
        page = world.service.pages_for_matching(after, 2)
        pages.append([each["id"] for each in page["customers"]])
        after = page["next"]
        if after is None:
            break
    assert pages == [[ids[0], ids[3]], [ids[4], ids[5]]]
    assert world.service.pages_for_matching(ids[5]) == {"customers": [], "next": None}


def test_a_page_tells_the_same_as_a_question_for_its_customers(world: World):
    ids = [world.create(name=f"Number {n}", email=f"n{n}@example.com")["id"] for n in range(3)]
    world.merge(ids[2], ids[0])
    page = world.service.pages_for_matching()["customers"]
    assert page == describe(world, *ids)[0]


def test_wrong_questions_are_refused(world: World):
    with pytest.raises(TooLarge):
        world.service.describe_for_matching([str(new_id())] * 501)
    with pytest.raises(Invalid):
        world.service.describe_for_matching("all")
    for wrong in ({"after": "x"}, {"limit": 0}, {"limit": 2_001}):
        with pytest.raises(Invalid):
            world.service.pages_for_matching(**wrong)
