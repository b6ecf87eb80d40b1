"""Whose an address is after a merge was undone, when more than one could have it."""

from __future__ import annotations

from services.customers.tests.merging.doing import addresses, in_two_teams, lasting, merge, undo
from services.customers.tests.world import World

LINE = "+5511987654321"


def holders(world: World) -> set[str]:
    return {str(row.customer_id) for row in world.rows("SELECT customer_id FROM identity_holder")}


def test_what_both_had_both_have_again(world: World):
    world.set(allow_duplicates=True)
    ana, bia = world.create(name="Ana", phone=LINE), world.create(name="Bia", phone=LINE)
    merged = merge(world, ana, bia)
    assert len(merged["customer"]["contact_points"]) == 1
    undone = undo(world, merged)
    assert lasting(undone["restored"][0]) == lasting(bia)
    assert holders(world) == {ana["id"], bia["id"]}


def test_what_both_had_and_somebody_took_off_comes_back_to_the_one_who_left(world: World):
    world.set(allow_duplicates=True)
    ana, bia = world.create(name="Ana", phone=LINE), world.create(name="Bia", phone=LINE)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    assert holders(world) == set()
    undone = undo(world, merged)
    assert (addresses(undone["survivor"]), addresses(undone["restored"][0])) == (set(), {LINE})
    assert holders(world) == {bia["id"]}


def test_two_uses_of_one_line_come_back_together(world: World):
    ana, bia = world.create(name="Ana"), world.create(name="Bia", phone=LINE, whatsapp=LINE)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    world.update(ana["id"], whatsapp=None)
    assert lasting(undo(world, merged)["restored"][0]) == lasting(bia)


def test_of_a_hidden_customer_who_has_an_address_by_now_no_more_is_told(world: World):
    team = [world.team("Sales")]
    ana, bia = world.create(name="Ana", teams=team), world.create(name="Bia", phone=LINE, teams=team)
    merged = merge(world, ana, bia)
    world.update(ana["id"], phone=None)
    hidden = world.create(name="Caio", phone=LINE)
    undone = undo(world, merged, world.agent("sam", "Sales"))
    [lost] = undone["not_returned"]
    assert lost.keys() == {"customer", "kind", "value", "reason"}
    assert hidden["id"] not in str(undone)
    assert holders(world) == {hidden["id"]}


def test_the_one_named_primary_by_hand_is_shown_until_it_leaves(world: World):
    ana = world.create(name="Ana", email="ana@x.test")
    bia, caio = (world.create(name=name, email=f"{name}@x.test".lower()) for name in ("Bia", "Caio"))
    first, second = merge(world, ana, bia), merge(world, ana, caio)
    more = [{"kind": "email", "value": "caio@x.test", "primary": True}]
    assert world.update(ana["id"], contact_points={"add": more})["email"] == "caio@x.test"
    assert undo(world, first)["survivor"]["email"] == "caio@x.test"
    assert undo(world, second)["survivor"]["email"] == "ana@x.test"


def test_a_new_use_of_an_address_goes_back_with_whose_address_it_is(world: World):
    ana, bia = in_two_teams(world)
    ana = world.update(ana["id"], phone="+5511911112222")
    merged = merge(world, ana, bia)
    holders = world.holders()
    edited = world.update(ana["id"], whatsapp=bia["phone"])
    assert (edited["whatsapp"], edited["phone"], world.holders()) == (bia["phone"], ana["phone"], holders)
    edited = world.update(ana["id"], phone=bia["phone"])
    assert (edited["whatsapp"], edited["phone"], len(world.holders())) == (bia["phone"], bia["phone"], 2)
    undone = undo(world, merged)
    assert addresses(undone["survivor"]) == {"ana@x.test"}
    assert [(each["phone"], each["whatsapp"]) for each in undone["restored"]] == [
        (bia["phone"], bia["phone"])
    ]


def test_one_that_leaves_was_kept_by_nobody(world: World):
    """What filled the gap was taken off, so another one of those who leave is the first of its kind."""
    ana = world.create(name="Ana")
    bia, caio = (world.create(name=name, email=f"{name}@x.test".lower()) for name in ("Bia", "Caio"))
    merged = merge(world, ana, bia, caio)
    world.update(ana["id"], email=None)
    undone = undo(world, merged)
    assert (undone["kept"], undone["not_returned"], undone["survivor"]["email"]) == ([], [], None)
    assert [lasting(each) for each in undone["restored"]] == [lasting(bia), lasting(caio)]


def test_one_that_stays_was_named_by_somebody_and_is_kept(world: World):
    ana, bia = world.create(name="Ana"), world.create(name="Bia", email="bia@x.test")
    merged = merge(world, ana, bia)
    world.update(ana["id"], contact_points={"add": [{"kind": "email", "value": "n@x.test", "primary": True}]})
    undone = undo(world, merged)
    assert undone["survivor"]["email"] == "n@x.test"
