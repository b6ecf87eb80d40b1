"""Settings through the service: who may read and change them, and how two changes meet."""

from __future__ import annotations

import pytest

from servicekit.errors import Forbidden, Stale
from servicekit.scope import CONNECTOR, Scope
from services.customers import configuration


def test_the_first_settings_are_the_cautious_ones_and_everybody_reads_them(world):
    settings = world.service.get_settings(world.agent("bia", "sales"))
    assert settings == {
        "allow_duplicates": False,
        "hide_contact_data": False,
        "default_region": "BR",
        "time_zone": "UTC",
        "default_team": None,
        "channel_teams": {},
        "agents_may_import": False,
        "agents_may_export": False,
        "version": 1,
    }


def test_a_change_is_seen_by_the_next_call(world):
    team = world.team("sales")
    changed = world.service.update_settings(world.admin, {"default_team": team}, 1)
    assert (changed["default_team"], changed["version"]) == (team, 2)
    assert world.service.get_settings(world.admin) == changed


def test_a_stale_change_is_told_the_present_state_and_does_nothing(world):
    changed = world.service.update_settings(world.admin, {"allow_duplicates": True}, 1)
    with pytest.raises(Stale) as refused:
        world.service.update_settings(world.admin, {"allow_duplicates": False}, 1)
    assert refused.value.payload["current"] == changed


def test_only_administrators_change_and_connectors_do_not_even_read(world):
    with pytest.raises(Forbidden):
        world.service.update_settings(world.agent("bia"), {"allow_duplicates": True}, 1)
    with pytest.raises(Forbidden):
        world.service.get_settings(Scope("0193b1de-0000-7000-8000-000000000000", CONNECTOR).dump())


def test_what_a_rolled_back_transaction_read_is_not_remembered(world):
    with pytest.raises(ZeroDivisionError):
        read_and_fail(world)
    world.set(default_region="AO")
    assert world.service.get_settings(world.admin)["default_region"] == "AO"


def read_and_fail(world) -> None:
    with world.db.unit_of_work() as uow:
        unkept = '{"default_region": "PT"}'
        uow.connection.exec_driver_sql("INSERT INTO customer_settings VALUES (1, %s, 2, now())", (unkept,))
        assert configuration.current(uow.connection).settings.default_region == "PT"
        raise ZeroDivisionError
