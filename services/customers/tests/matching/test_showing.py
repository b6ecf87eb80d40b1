"""Customers that the dedup service found are shown as any other."""

from __future__ import annotations

import pytest

from servicekit.errors import Forbidden, TooLarge
from servicekit.ids import new_id
from services.customers.tests.world import World


def test_they_are_shown_by_the_id_that_was_asked_for(world: World):
    root, member = world.create(name="Ana")["id"], world.create(name="A.")["id"]
    world.merge(member, root)
    shown = world.service.show_customers(world.admin, [member, root, str(new_id()), "no id"])
    assert shown == {member: world.get(root), root: world.get(root)}


def test_agents_are_shown_their_own_as_their_settings_allow(world: World):
    bia = world.agent("bia", "Vendas")
    mine = world.create(bia, name="Mine", phone="+5511987654321")["id"]
    hidden = world.create(name="Hidden")["id"]
    assert world.service.show_customers(bia, [mine, hidden]) == {mine: world.get(mine, bia)}
    world.set(hide_contact_data=True)
    shown = world.service.show_customers(bia, [mine])[mine]
    assert shown == world.get(mine, bia)
    assert "phone" not in shown


def test_deleted_ones_are_not_shown_to_anybody(world: World):
    gone = world.create()["id"]
    world.service.delete_customer(world.admin, gone)
    assert world.service.show_customers(world.admin, [gone]) == {}


def test_there_are_bounds(world: World):
    with pytest.raises(TooLarge):
        world.service.show_customers(world.admin, [str(new_id())] * 201)
    with pytest.raises(Forbidden):
        world.service.show_customers({**world.admin, "role": "connector"}, [])
