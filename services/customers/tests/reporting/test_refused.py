"""What nobody, or not everybody, may make a report of."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid, ServiceError, TooLarge
from servicekit.ids import new_id
from services.customers.reporting import aggregating, grouping
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.reporting.counted import aggregated, counts
from services.customers.tests.reporting.people import COUNTABLE, define_fields, populate
from services.customers.tests.world import World

Json = dict[str, Any]
CONTACT = ("email", "phone", "whatsapp")
CONNECTOR = {"user_id": str(new_id()), "role": "connector", "team_ids": []}


@pytest.fixture
def masked(world: World) -> Json:
    """An agent from whom contact data is hidden, who sees a customer with an address."""
    agent = world.agent("ana", "sales")
    world.create(email="maria@example.com", phone="+5511987654321", teams=[world.team("sales")])
    world.set(hide_contact_data=True)
    return agent


@pytest.mark.parametrize("field", CONTACT)
def test_hidden_contact_data_is_not_counted_by(world: World, masked: Json, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        aggregated(world, "status", field, scope=masked)
    assert codes(refusal.value) == {"/fields/1/field": "field_hidden"}
    assert sum(counts(world, field).values()) == 1  # for administrators it is


def test_nor_is_it_searched_for(world: World, masked: Json) -> None:
    by_address = {"filter": {"field": "email", "op": "is_set"}}
    with pytest.raises(Invalid) as refusal:
        aggregated(world, "status", scope=masked, selection=by_address)
    assert codes(refusal.value) == {"/selection/filter/field": "field_hidden"}
    assert counts(world, "status", scope=masked, selection={"q": "maria@example.com"}) == {}
    assert aggregated(world, "status", scope=masked)["masked"] is True


def test_facts_leave_out_what_is_hidden(world: World, masked: Json) -> None:
    told = world.service.report_facts(masked)
    everything = world.service.report_facts(world.admin)
    contact = {fact["field"] for fact in everything["fields"] if fact["contact"]}
    assert contact == {*CONTACT}
    assert [f for f in everything["fields"] if not f["contact"]] == told["fields"]
    assert (told["masked"], told["role"], everything["masked"]) == (True, "agent", False)


def test_facts_name_every_field_and_what_options_are_called(world: World) -> None:
    define_fields(world)
    version = world.service.get_custom_field(world.admin, "plan")["version"]
    world.service.archive_custom_field(world.admin, "plan", version)
    facts = {fact["field"]: fact for fact in world.service.report_facts(world.admin)["fields"]}
    assert {*facts} == {*COUNTABLE}
    assert facts["custom.plan"]["archived"] is True
    assert [option["label"] for option in facts["custom.plan"]["options"]] == ["Gold", "Silver", "Bronze"]
    assert "archived" not in facts["custom.likes"]


def test_archived_fields_are_counted_by_still(world: World) -> None:
    define_fields(world)
    world.create(custom={"city": "Porto"})
    version = world.service.get_custom_field(world.admin, "city")["version"]
    world.service.archive_custom_field(world.admin, "city", version)
    assert counts(world, "custom.city") == {"Porto": 1}


@pytest.mark.parametrize(
    ("asked", "where", "code"),
    [
        ({"fields": []}, "/fields", "invalid_list"),
        ({"fields": "status"}, "/fields", "invalid_list"),
        ({"fields": ["status"]}, "/fields/0", "invalid_object"),
        ({"fields": [{"field": "status"}] * 11}, "/fields", "invalid_list"),
        ({"fields": [{"field": "status"}, {"field": "colour"}]}, "/fields/1/field", "unknown_field"),
        ({"fields": [{"field": ["status"]}]}, "/fields/0/field", "unknown_field"),
        ({"fields": [{"field": "status", "top": 1}]}, "/fields/0/top", "unknown_property"),
        ({"fields": [{"field": "status", "unit": "day"}]}, "/fields/0/unit", "unit_without_date"),
        ({"fields": [{"field": "created_at", "unit": "hour"}]}, "/fields/0/unit", "unknown_unit"),
        ({"measure": "status"}, "/measure", "number_expected"),
        ({"measure": "custom.nothing"}, "/measure", "unknown_field"),
        ({"time_zone": "Mars/Base"}, "/time_zone", "unknown_time_zone"),
        ({"form": ""}, "/form", "invalid_form"),
        ({"form": "x" * 101}, "/form", "invalid_form"),
        ({"after": "x"}, "/after", "invalid_id"),
        ({"size": 0}, "/size", "out_of_range"),
        ({"selection": {"colour": 1}}, "/selection/colour", "unknown_property"),
        ({"as_of": "yesterday"}, "/as_of", "invalid_datetime"),
    ],
)
def test_what_is_wrong_is_named(world: World, asked: Json, where: str, code: str) -> None:
    given = {"selection": {}, "fields": [{"field": "status"}], **asked}
    with pytest.raises(Invalid) as refusal:
        world.service.aggregate(world.admin, **given)
    assert codes(refusal.value) == {where: code}


def test_too_many_groups_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    populate(world)
    groups = aggregated(world, "custom.score")["frame"]["rows"]
    monkeypatch.setattr(aggregating, "MAX_GROUPS", groups)
    assert aggregated(world, "custom.score")["frame"]["rows"] == groups
    limits = (
        (aggregating, "MAX_GROUPS", groups - 1),
        (aggregating, "MAX_BYTES", 100),
        (grouping, "MAX_ROOM", 9),
    )
    for module, name, limit in limits:
        with monkeypatch.context() as patched:
            patched.setattr(module, name, limit)
            with pytest.raises(Invalid) as refusal:
                aggregated(world, "custom.score")
        assert codes(refusal.value) == {"/fields": "too_many_groups"}


def test_what_takes_too_much_room_is_not_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither texts nor anything else: a user is 36 letters in each of a hundred groups."""
    ana = world.agent("ana", "sales")
    for n in range(100):
        world.create(name=f"Maria {n:03}", assignee=ana["user_id"], teams=[world.team("sales")])
    monkeypatch.setattr(grouping, "MAX_ROOM", 3_000)
    assert len(counts(world, "name")) == 100
    read: list[int] = []
    monkeypatch.setattr(aggregating, "frame_of", lambda *_, **__: read.append(1))
    with pytest.raises(Invalid) as refusal:
        aggregated(world, "name", "assignee")
    assert codes(refusal.value) == {"/fields": "too_many_groups"}
    assert read == []


def test_what_takes_too_long_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.create()
    slow = f"{aggregating._SETTINGS}, pg_sleep(10)"
    monkeypatch.setattr(aggregating, "_SETTINGS", slow)
    monkeypatch.setattr("services.customers.reporting.entrypoints.LONGEST", 0.1)
    for form in (None, "one"):
        with pytest.raises(Invalid) as refusal:
            aggregated(world, "status", form=form)
        assert refusal.value.code == "query_too_expensive"


@pytest.mark.parametrize("ids", ["?", None, base64.b64encode(b"x" * 17).decode()])
def test_bits_are_told_of_ids_only(world: World, ids: Any) -> None:
    with pytest.raises(Invalid):
        world.service.visible_bits(world.admin, ids)


def test_bits_are_told_of_so_many_ids(world: World) -> None:
    some = base64.b64encode(bytes(16) * 200_000).decode()
    assert base64.b64decode(world.service.visible_bits(world.admin, some)["bits"]) == bytes(25_000)
    with pytest.raises(TooLarge):
        world.service.visible_bits(world.admin, base64.b64encode(bytes(16) * 200_001).decode())
    assert world.service.visible_bits(world.admin, "") == {"bits": ""}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("report_facts", ()), ("aggregate", ({}, [{"field": "status"}])), ("visible_bits", ("",))],
)
def test_connectors_are_told_nothing(world: World, method: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ServiceError) as refusal:
        getattr(world.service, method)(CONNECTOR, *arguments)
    assert isinstance(refusal.value, Forbidden)
