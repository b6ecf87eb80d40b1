"""Merges that are refused, and how often one that is not may be asked for."""

from __future__ import annotations

import pytest

from servicekit.errors import Conflict, Invalid, NotFound, Stale
from servicekit.ids import new_id
from services.customers.merging import gathering
from services.customers.tests.merging.doing import in_two_teams, merge, undo
from services.customers.tests.world import World


def key(name: str = "k1") -> dict:
    return {"key": name, "hash": name}


@pytest.mark.parametrize(
    ("duplicates", "code"),
    [
        ([], "invalid_list"),
        ([0], "repeated"),
        ([1, 1], "repeated"),
        (list(range(1, 11)), "invalid_list"),
        (["x"], "invalid_id"),
    ],
)
def test_from_two_to_ten_different_customers_are_merged(world: World, duplicates, code):
    people = [world.create(name=f"Person {n}") for n in range(2)]
    ids = [people[n]["id"] if n in (0, 1) else f"{new_id()}" if n != "x" else n for n in duplicates]
    with pytest.raises(Invalid) as refused:
        world.service.apply_merge(world.admin, {"primary": people[0]["id"], "duplicates": ids})
    assert refused.value.payload["errors"][0]["code"] == code


def test_ten_customers_are_merged_at_once(world: World):
    first, *others = [world.create(name=f"Person {n}", tags=[f"t{n}"]) for n in range(10)]
    assert len(merge(world, first, *others)["customer"]["tags"]) == 10


def test_who_is_not_there_cannot_be_merged(world: World):
    ana = world.create(name="Ana")
    with pytest.raises(NotFound):
        merge(world, ana, {"id": str(new_id())})
    bia = world.create(name="Bia")
    world.service.delete_customer(world.admin, bia["id"])
    with pytest.raises(NotFound):
        merge(world, ana, bia)


def test_who_was_changed_since_is_shown_instead(world: World):
    ana, bia = in_two_teams(world)
    changed = world.update(bia["id"], name="Bia Lima")
    versions = {ana["id"]: 1, bia["id"]: 1}
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    with pytest.raises(Stale) as stale:
        world.service.apply_merge(world.admin, data, versions=versions)
    assert stale.value.payload["current"] == {bia["id"]: changed}
    assert world.get(ana["id"]) == ana
    world.service.apply_merge(world.admin, data, versions={**versions, bia["id"]: 2})


def test_each_customer_needs_the_version_that_was_seen(world: World):
    ana, bia = in_two_teams(world)
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    with pytest.raises(Invalid) as refused:
        world.service.apply_merge(world.admin, data, versions={ana["id"]: 1})
    assert refused.value.payload["errors"][0]["pointer"] == f"/versions/{bia['id']}"


def test_who_is_part_of_another_by_now_is_shown_as_that(world: World):
    ana, bia, caio = (world.create(name=name) for name in ("Ana", "Bia", "Caio"))
    merge(world, ana, bia)
    with pytest.raises(Stale) as stale:
        merge(world, caio, bia)
    assert stale.value.payload["current"][bia["id"]]["id"] == ana["id"]
    with pytest.raises(Stale):
        merge(world, bia, caio)
    with pytest.raises(Stale):
        merge(world, ana, bia)


def test_a_customer_is_made_of_a_hundred_records_at_most(world: World, monkeypatch):
    monkeypatch.setattr(gathering, "MOST_RECORDS", 3)
    people = [world.create(name=f"Person {n}") for n in range(4)]
    merge(world, *people[:3])
    with pytest.raises(Invalid) as refused:
        merge(world, people[3], people[0])
    assert refused.value.payload["errors"][0]["code"] == "too_many_records"


def test_the_same_request_again_is_answered_and_not_done_again(world: World):
    ana, bia = in_two_teams(world)
    data = {"primary": ana["id"], "duplicates": [bia["id"]]}
    first = world.service.apply_merge(world.admin, data, idempotency=key())
    again = world.service.apply_merge(world.admin, data, idempotency=key())
    assert again == {**first, "replayed": True}
    undone = undo(world, first, idempotency=key("k2"))
    assert undo(world, first, idempotency=key("k2")) == {**undone, "replayed": True}
    assert world.service.apply_merge(world.admin, data, idempotency=key())["merge"]["status"] == "undone"


def test_a_merge_with_an_id_happens_once_even_when_it_was_undone(world: World):
    ana, bia = in_two_teams(world)
    data, merge_id = {"primary": ana["id"], "duplicates": [bia["id"]]}, str(new_id())
    first = world.service.apply_merge(world.admin, data, merge_id=merge_id)
    assert first["merge"]["id"] == merge_id
    assert world.service.apply_merge(world.admin, data, merge_id=merge_id) == {**first, "replayed": True}
    undo(world, first)
    again = world.service.apply_merge(world.admin, data, merge_id=merge_id)
    assert again["merge"]["status"] == "undone"
    assert world.get(bia["id"])["name"] == "Bia"


def test_a_merge_is_undone_once(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    undo(world, merged)
    with pytest.raises(Conflict, match="merge_undone"):
        undo(world, merged)


def test_after_thirty_days_it_cannot_be_undone_and_what_it_brought_is_forgotten(world: World):
    ana, bia = in_two_teams(world)
    old, young = merge(world, ana, bia), merge(world, world.create(), world.create(email="new@x.test"))
    world.run(
        "UPDATE merge SET undo_until = now() - interval '1 second' WHERE id = :id", id=old["merge"]["id"]
    )
    world.service.forget_expired_merges()
    [kept] = world.rows("SELECT merge_id FROM merge_member WHERE brought IS NOT NULL")
    assert str(kept.merge_id) == young["merge"]["id"]
    with pytest.raises(Conflict, match="undo_expired"):
        undo(world, old)


def test_of_a_deleted_customer_no_merge_is_undone(world: World):
    ana, bia = in_two_teams(world)
    merged = merge(world, ana, bia)
    world.service.delete_customer(world.admin, ana["id"])
    with pytest.raises(NotFound):
        undo(world, merged)
    world.service.restore_customer(world.admin, ana["id"])
    assert undo(world, merged)["restored"][0]["id"] == bia["id"]
