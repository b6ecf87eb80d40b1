"""Customers become one: what the survivor shows, who may do it, and what is refused."""

from __future__ import annotations


def merge(world, primary, *duplicates, scope=None, **asked):
    data = {"primary": primary["id"], "duplicates": [each["id"] for each in duplicates], **asked}
    return world.service.apply_merge(scope or world.admin, data)


def undo(world, merged, scope=None, **how):
    return world.service.undo_merge(scope or world.admin, merged["merge"]["id"], **how)


def test_the_survivor_has_the_addresses_tags_and_teams_of_all(world):
    sales, support = world.team("Sales"), world.team("Support")
    ana = world.create(name="Ana", email="ana@x.test", tags=["vip"], teams=[sales])
    a_silva = world.create(name="A. Silva", phone="+5511987654321", tags=["new"], teams=[support])

    survivor = merge(world, ana, a_silva)["customer"]

    assert survivor["name"] == "Ana"
    assert (survivor["email"], survivor["phone"]) == ("ana@x.test", "+5511987654321")
    assert survivor["tags"] == ["new", "vip"]
    assert survivor["teams"] == sorted([sales, support])
    assert survivor["version"] == ana["version"] + 1
    assert world.service.get_customer(world.admin, a_silva["id"]) == {"moved_to": ana["id"]}


def test_an_undone_merge_leaves_both_as_they_were(world):
    ana = world.create(name="Ana", email="ana@x.test", tags=["vip"], teams=[world.team("Sales")])
    other = world.create(name="A. Silva", phone="+5511987654321", tags=["new"], assignee=world.user("root"))
    merged = merge(world, ana, other, values={"name": {"from": other["id"]}})
    assert merged["customer"]["name"] == "A. Silva"

    undone = undo(world, merged)

    assert undone["merge"]["status"] == "undone"
    assert (undone["kept"], undone["not_returned"]) == ([], [])
    assert _apart_from_versions(undone["survivor"]) == _apart_from_versions(ana)
    assert [_apart_from_versions(each) for each in undone["restored"]] == [_apart_from_versions(other)]


def _apart_from_versions(customer):
    return {k: v for k, v in customer.items() if k not in ("version", "updated_at")}
