"""Delete, restore, purge."""

from __future__ import annotations

from datetime import timedelta

import pytest

from servicekit.clock import utc_now
from servicekit.errors import Duplicate, Forbidden, NotFound, Stale
from services.customers.registry import purge
from services.customers.tables import metadata
from services.customers.tests.world import World


def test_only_administrators_delete_and_restore(world: World) -> None:
    agent = world.agent("ana", "sales")
    customer = world.create(agent)
    with pytest.raises(Forbidden):
        world.service.delete_customer(agent, customer["id"])
    with pytest.raises(Forbidden):
        world.service.restore_customer(agent, customer["id"])
    with pytest.raises(Forbidden):
        world.service.list_customers(agent, deleted=True)


def test_a_deleted_customer_is_gone_its_addresses_free_and_administrators_list_it(world: World) -> None:
    customer = world.create(phone="11987654321")
    assert world.service.delete_customer(world.admin, customer["id"], version=1) == {}
    with pytest.raises(NotFound):
        world.get(customer["id"])
    assert world.service.list_customers(world.admin)["data"] == []
    (listed,) = world.service.list_customers(world.admin, deleted=True)["data"]
    assert (listed["id"], listed["phone"]) == (customer["id"], "+5511987654321")
    assert world.create(phone="11987654321")["id"] != customer["id"]
    assert world.events()[1]["data"]["customers"][0]["kind"] == "deleted"


def test_a_stale_delete_deletes_nothing(world: World) -> None:
    customer = world.create()
    world.update(customer["id"], name="Changed")
    with pytest.raises(Stale):
        world.service.delete_customer(world.admin, customer["id"], version=1)
    assert world.get(customer["id"])


def test_a_restored_customer_is_as_it_was_and_holds_its_addresses(world: World) -> None:
    customer = world.create(phone="11987654321", tags=["vip"])
    world.service.delete_customer(world.admin, customer["id"])
    restored = world.service.restore_customer(world.admin, customer["id"])["customer"]
    same = {"id", "name", "phone", "tags", "contact_points", "created_at"}
    assert {key: restored[key] for key in same} == {key: customer[key] for key in same}
    assert restored["version"] == 3
    with pytest.raises(Duplicate):
        world.create(phone="11987654321")
    assert world.events()[-1]["data"]["customers"][0]["kind"] == "restored"


def test_restoring_somebody_whose_address_was_taken_is_refused(world: World) -> None:
    customer = world.create(phone="11987654321")
    world.service.delete_customer(world.admin, customer["id"])
    heir = world.create(whatsapp="11987654321")
    with pytest.raises(Duplicate) as refusal:
        world.service.restore_customer(world.admin, customer["id"])
    assert refusal.value.payload["matched_on"] == ["phone"]
    assert [match["id"] for match in refusal.value.payload["matches"]] == [heir["id"]]


def test_what_is_not_deleted_or_deleted_too_long_ago_is_not_restored(world: World) -> None:
    customer = world.create()
    with pytest.raises(NotFound):
        world.service.restore_customer(world.admin, customer["id"])
    world.service.delete_customer(world.admin, customer["id"])
    world.run("UPDATE customer SET deleted_at = now() - interval '30 days 1 minute'")
    with pytest.raises(NotFound):
        world.service.restore_customer(world.admin, customer["id"])


def test_deleting_a_merged_customer_frees_and_restores_the_addresses_of_all_its_records(world: World) -> None:
    survivor, absorbed = world.create(email="a@x.com"), world.create(phone="11987654321")
    world.merge(absorbed["id"], into=survivor["id"])
    world.service.delete_customer(world.admin, survivor["id"])
    assert world.rows("SELECT * FROM identity_holder") == []
    world.service.restore_customer(world.admin, survivor["id"])
    owners = world.rows("SELECT customer_id FROM identity_holder ORDER BY customer_id")
    assert [str(row.customer_id) for row in owners] == [survivor["id"], absorbed["id"]]


def test_who_keeps_something_by_the_id_of_a_record_hears_that_all_of_them_went_and_came_back(
    world: World,
) -> None:
    survivor, absorbed = world.create(email="a@x.com"), world.create(phone="11987654321")
    world.merge(absorbed["id"], into=survivor["id"])
    world.service.delete_customer(world.admin, survivor["id"])
    world.service.restore_customer(world.admin, survivor["id"])
    world.service.delete_customer(world.admin, survivor["id"])
    purge.purge_due(world.db, at=utc_now() + timedelta(days=31))
    told = [event["data"]["customers"][0] for event in world.events("customers.changed.v1")]
    assert [(it["kind"], it.get("members")) for it in told if it["id"] == survivor["id"]] == [
        ("created", None),
        ("updated", None),
        ("deleted", [survivor["id"], absorbed["id"]]),
        ("restored", [survivor["id"], absorbed["id"]]),
        ("deleted", [survivor["id"], absorbed["id"]]),
        ("purged", [survivor["id"], absorbed["id"]]),
    ]


def test_after_thirty_days_nothing_is_left_but_the_news(world: World) -> None:
    kept, gone, part = world.create(phone="11987654321"), world.create(email="a@x.com"), world.create()
    world.merge(part["id"], into=gone["id"])
    world.service.create_customer(world.admin, {"name": "T", "email": "a@x.com"}, allow_duplicate=True)
    world.service.delete_customer(world.admin, gone["id"])
    assert purge.purge_due(world.db, at=utc_now() + timedelta(days=29)) == 0
    assert purge.purge_due(world.db, at=utc_now() + timedelta(days=31)) == 1
    for place in purge.CATALOGUE:
        table, column = place.split(".")
        found = {str(row[0]) for row in world.rows(f"SELECT {column} FROM {table}")}
        assert found.isdisjoint({gone["id"], part["id"]}), place
    assert world.get(kept["id"])
    told = world.events("customers.changed.v1")[-1]["data"]["customers"]
    assert [(c["id"], c["kind"], c["revision"]) for c in told] == [(gone["id"], "purged", 4)]


@pytest.mark.parametrize("first", ["absorbed", "survivor"])
def test_who_was_merged_and_taken_apart_is_erased_alone(world: World, first: str) -> None:
    survivor, absorbed = world.create(email="a@x.com"), world.create(name="Ana", phone="11987654321")
    asked = {"primary": survivor["id"], "duplicates": [absorbed["id"]], "values": {"name": "Ana"}}
    merge = world.service.apply_merge(world.admin, asked)["merge"]["id"]
    world.update(survivor["id"], phone=None)
    world.create(name="Heir", phone="11987654321")
    (lost,) = world.service.undo_merge(world.admin, merge)["not_returned"]
    assert lost["customer"] == absorbed["id"]
    gone, other = (absorbed, survivor) if first == "absorbed" else (survivor, absorbed)
    world.service.delete_customer(world.admin, gone["id"])
    assert purge.purge_due(world.db, at=utc_now() + timedelta(days=31)) == 1
    everything = str([world.rows(f"SELECT * FROM {name}") for name in ("merge", "merge_member", "customer")])
    assert (gone["id"] in everything, world.get(other["id"])["id"] in everything) == (False, True)
    world.service.delete_customer(world.admin, other["id"])
    assert purge.purge_due(world.db, at=utc_now() + timedelta(days=62)) == 1
    assert world.rows("SELECT id FROM merge UNION ALL SELECT merge_id FROM merge_member") == []


def test_every_place_that_holds_a_customers_id_is_in_the_catalogue() -> None:
    """Also what hangs on such a row: it could not stay behind."""
    places, owners = set(), {"customer"}
    while (
        found := {
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.columns
            if any(key.column.table.name in owners for key in column.foreign_keys)
            or column.name in ("customer_id", "root_id", "merged_into")
        }
        - places
    ):
        places |= found
        owners |= {place.split(".")[0] for place in places}
    assert places == purge.CATALOGUE.keys()
