"""What a bulk action was asked for is what it does to the last customer, whatever is renamed meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Invalid
from services.customers.tests.bulk.office import Office, tally
from services.customers.tests.bulk.test_in_the_middle import some, versions
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import World

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("small_batches")
ACTIVE = {"field": "status", "op": "eq", "value": "active"}


def a_field(world: World, type: str, *labels: str) -> None:
    options = [{"label": label} for label in labels]
    data = {"key": "plan", "label": "Plan", "type": type, "options": options}
    world.service.create_custom_field(world.admin, data)


def rename(world: World, **names: str) -> None:
    """Options of the field, one after the other."""
    for before, after in names.items():
        field = world.service.get_custom_field(world.admin, "plan")
        option = next(each["id"] for each in field["options"] if each["label"] == before)
        world.service.update_option(world.admin, "plan", option, {"label": after}, field["version"])


def keep(world: World, **data: Any) -> str:
    return world.service.create_saved_filter(world.admin, {"name": "Kept", **data})["id"]


@pytest.mark.parametrize("q", ["", "  ", "\u0301" * 200])
def test_a_search_without_a_word_means_nobody(world: World, office: Office, q: str) -> None:
    some(world, 1)
    for more in ({}, {"saved_filter": keep(world, name=f"All {len(q)}")}):
        for start in (office.start, office.count):
            with pytest.raises(Invalid) as error:
                start(action="delete", selection={"q": q, **more})
            assert codes(error.value) == {"/selection": "required"}
    assert office.count(action="delete", selection={"q": q, "filter": ACTIVE})["value"] == 1


def test_an_empty_saved_filter_means_nobody(world: World, office: Office) -> None:
    with pytest.raises(Invalid) as error:
        office.start(action="delete", selection={"saved_filter": keep(world, columns=["name"])})
    assert codes(error.value) == {"/selection": "required"}


@pytest.mark.parametrize(("type", "value"), [("select", "Gold"), ("multiselect", ["Gold", "Iron"])])
def test_options_that_change_names_meanwhile_are_those_that_were_asked_for(
    world: World, office: Office, type: str, value: Any
) -> None:
    a_field(world, type, "Gold", "Iron", "Wood")
    ids = some(world, 5)
    job = office.start(action="set_field", field="custom.plan", value=value, ids=ids)
    assert job["arguments"] == {"field": "custom.plan", "value": value}
    office.before_step(2, lambda: rename(world, Gold="Platinum", Wood="Gold"))
    assert tally(office.work_off(job)) == (5, 0, 0)
    shown = [world.get(each)["custom"]["plan"] for each in ids]
    assert all(each == shown[0] for each in shown)
    assert ("'Platinum'" in str(shown[0]), "'Gold'" in str(shown[0])) == (True, False)


def test_a_field_is_cleared(world: World, office: Office) -> None:
    a_field(world, "select", "Gold")
    ids = some(world, 3, custom={"plan": "Gold"})
    assert tally(office.do(action="set_field", field="plan", value=None, ids=ids)) == (3, 0, 0)


@pytest.mark.parametrize("change", [{"filter": {**ACTIVE, "value": "inactive"}}, {"q": "nobody"}, None])
def test_a_saved_filter_is_the_one_that_was_asked_with(world: World, office: Office, change: Any) -> None:
    """Its owner may change or delete it before the last customer is written down."""
    some(world, 7)
    service, saved = world.service, keep(world, filter=ACTIVE)
    job = office.start(action="set_status", status="blocked", selection={"saved_filter": saved})
    office.before_step(
        2,
        lambda: (
            service.update_saved_filter(world.admin, saved, change)
            if change
            else service.delete_saved_filter(world.admin, saved)
        ),
    )
    assert tally(office.work_off(job)) == (7, 0, 0)


def test_a_filter_means_the_options_and_tags_that_it_named(world: World, office: Office) -> None:
    a_field(world, "select", "Gold", "Iron")
    some(world, 7, custom={"plan": "Gold"}, tags=["vip"])
    named = [
        {"field": "custom.plan", "op": "eq", "value": "gold"},
        {"field": "tags", "op": "eq", "value": "vip"},
    ]
    job = office.start(action="set_status", status="blocked", filter={"and": named})
    tag = world.service.list_tags(world.admin)["data"][0]["id"]

    def rename_both() -> None:
        rename(world, Gold="Platinum")
        world.service.update_tag(world.admin, tag, {"name": "Dear"})

    office.before_step(2, rename_both)
    assert tally(office.work_off(job)) == (7, 0, 0)


def test_whoever_is_named_by_an_old_id_is_the_customer_of_today(world: World, office: Office) -> None:
    old, survivor, other = some(world, 3)
    world.merge(old, survivor)
    asked = {"action": "set_status", "status": "blocked"}
    assert office.count(**asked, ids=[old, survivor, other])["value"] == 2
    assert tally(office.do(**asked, selection={"all": True, "except": [old]})) == (1, 0, 0)
    assert versions(world, [survivor, other]) == [2, 2]
    assert tally(office.do(**asked, ids=[old, other])) == (1, 1, 0)
    assert versions(world, [survivor, other]) == [3, 2]


def test_what_an_action_takes_away_did_not_come_by_a_merge_when_it_is_given_again(
    world: World, office: Office
) -> None:
    survivor = world.create(teams=[world.team("sales")])["id"]
    world.merge(world.create(tags=["vip", "new"], teams=[world.team("support")])["id"], into=survivor)
    before = world.folded(survivor)
    assert before is not None
    for action in ("remove_tags", "add_tags"):
        office.do(action=action, tags=["vip"], ids=[survivor])
    after = world.folded(survivor)
    assert after is not None
    assert (len(before["tags"]), len(after["tags"]), after["teams"]) == (2, 1, before["teams"])


def test_an_old_id_of_a_deleted_customer_is_refused(world: World, office: Office) -> None:
    old, survivor, other = some(world, 3)
    world.merge(old, survivor)
    world.service.delete_customer(world.admin, survivor)
    for action in ({"action": "set_status", "status": "blocked"}, {"action": "delete"}):
        job = office.do(**action, ids=[old, other])
        assert (tally(job), office.refusals(job)) == ((1, 0, 1), [(old, "not_found")])
