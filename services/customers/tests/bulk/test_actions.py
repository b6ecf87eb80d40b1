"""What each action does to the customers that it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid, NotFound
from servicekit.ids import new_id
from services.customers.tests.bulk.office import Office, tally
from services.customers.tests.world import World

Json = dict[str, Any]


def a_field(world: World, key: str, kind: str, *options: str) -> Json:
    data = {"key": key, "label": key.title(), "type": kind}
    if options:
        data["options"] = [{"label": label} for label in options]
    return world.service.create_custom_field(world.admin, data)


def everybody(world: World, scope: Json | None = None) -> list[Json]:
    page = world.service.list_customers(scope or world.admin, limit=200, sort="created_at")
    return page["data"]


def codes(error: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {each["pointer"]: each["code"] for each in error.value.payload["errors"]}


def test_tags_are_added_to_those_who_lack_them(world: World, office: Office) -> None:
    new, old = world.create(tags=["b"]), world.create(name="Vip", tags=["VIP", "b"])
    job = office.do(action="add_tags", tags=["vip", "a"], ids=[new["id"], old["id"]])
    assert (job["status"], tally(job)) == ("succeeded", (2, 0, 0))
    assert world.get(new["id"])["tags"] == ["a", "b", "VIP"]
    assert world.get(old["id"])["tags"] == ["a", "b", "VIP"]
    again = office.do(action="add_tags", tags=["vip", "a"], ids=[new["id"], old["id"]])
    assert (again["status"], tally(again)) == ("succeeded", (0, 2, 0))
    assert world.get(new["id"])["version"] == 2


def test_tags_are_removed_and_those_that_nobody_knows_are_not_created(world: World, office: Office) -> None:
    with_tag, without = world.create(tags=["old", "b"]), world.create(name="Plain", tags=["b"])
    job = office.do(action="remove_tags", tags=["OLD", "never"], ids=[with_tag["id"], without["id"]])
    assert tally(job) == (1, 1, 0)
    assert world.get(with_tag["id"])["tags"] == ["b"]
    assert [row.name for row in world.rows("SELECT name FROM tag ORDER BY name")] == ["b", "old"]


def test_a_joined_tag_is_its_survivor(world: World, office: Office) -> None:
    customer = world.create(tags=["new"])
    world.create(name="Other", tags=["old"])
    world.run("""UPDATE tag SET joined_to = (SELECT id FROM tag WHERE name = 'new') WHERE name = 'old'""")
    assert tally(office.do(action="add_tags", tags=["old"], ids=[customer["id"]])) == (0, 1, 0)
    assert tally(office.do(action="remove_tags", tags=["old"], ids=[customer["id"]])) == (1, 0, 0)
    assert world.get(customer["id"])["tags"] == []


def test_a_custom_field_is_set_and_cleared(world: World, office: Office) -> None:
    a_field(world, "plan", "select", "Gold", "Silver")
    a_field(world, "city", "text")
    ids = [world.create(custom={"plan": "Silver", "city": "Rio"})["id"], world.create(name="None")["id"]]
    assert tally(office.do(action="set_field", field="custom.plan", value="gold", ids=ids)) == (2, 0, 0)
    assert tally(office.do(action="set_field", field="city", value="Rio", ids=ids)) == (1, 1, 0)
    assert [world.get(each)["custom"]["plan"]["label"] for each in ids] == ["Gold", "Gold"]
    assert tally(office.do(action="set_field", field="plan", value=None, ids=ids)) == (2, 0, 0)
    assert [world.get(each)["custom"] for each in ids] == [{"city": "Rio"}, {"city": "Rio"}]


def test_a_customer_is_found_by_the_value_that_was_set(world: World, office: Office) -> None:
    a_field(world, "city", "text")
    customer = world.create(custom={"city": "Rio"})
    office.do(action="set_field", field="city", value="São Paulo", ids=[customer["id"]])
    in_sao_paulo = {"field": "custom.city", "op": "eq", "value": "sao paulo"}
    assert office.count(action="delete", filter=in_sao_paulo)["value"] == 1


def test_a_saved_filter_says_whom(world: World, office: Office) -> None:
    world.create(tags=["vip"])
    world.create(name="Plain")
    data = {"name": "Vips", "filter": {"field": "tags", "op": "any_of", "value": ["vip"]}}
    saved = world.service.create_saved_filter(world.admin, data)
    job = office.do(action="set_status", status="blocked", selection={"saved_filter": saved["id"]})
    assert tally(job) == (1, 0, 0)
    with pytest.raises(Invalid) as error:
        office.start(action="delete", selection={"saved_filter": str(new_id())})
    assert codes(error) == {"/selection/saved_filter": "unknown_saved_filter"}


def test_status_and_assignee_are_set(world: World, office: Office) -> None:
    ids = [world.create(assignee=world.users["root"].id)["id"], world.create(name="Free")["id"]]
    assert tally(office.do(action="set_status", status="blocked", ids=ids)) == (2, 0, 0)
    assert tally(office.do(action="set_assignee", assignee="me", ids=ids)) == (1, 1, 0)
    assert {world.get(each)["assignee"] for each in ids} == {world.users["root"].id}
    assert tally(office.do(action="set_assignee", assignee=None, ids=ids)) == (2, 0, 0)
    assert {(world.get(each)["status"], world.get(each)["assignee"]) for each in ids} == {("blocked", None)}


def test_teams_are_given_and_taken_by_administrators(world: World, office: Office) -> None:
    north, south = world.team("north"), world.team("south")
    ids = [world.create(teams=[north])["id"], world.create(name="Homeless")["id"]]
    assert tally(office.do(action="assign_team", team=south, ids=ids)) == (2, 0, 0)
    assert tally(office.do(action="unassign_team", team=north, ids=ids)) == (1, 1, 0)
    assert [world.get(each)["teams"] for each in ids] == [[south], [south]]


def test_deleted_customers_free_their_addresses_and_can_come_back(world: World, office: Office) -> None:
    one = world.create(phone="11987654321", email="a@x.com")
    two = world.create(name="Two", email="b@x.com")
    world.create(name="Stays", email="c@x.com")
    job = office.do(action="delete", ids=[one["id"], two["id"]])
    assert (job["status"], tally(job)) == ("succeeded", (2, 0, 0))
    assert [each["name"] for each in everybody(world)] == ["Stays"]
    assert [row.value for row in world.rows("SELECT value FROM identity_holder")] == ["c@x.com"]
    assert world.service.restore_customer(world.admin, one["id"])["customer"]["phone"] == "+5511987654321"
    told = [c for event in world.events() for c in event["data"].get("customers", ())]
    assert sorted(c["members"] for c in told if c["kind"] == "deleted") == [[one["id"]], [two["id"]]]


def test_each_change_is_in_the_history_and_one_event_tells_of_a_batch(world: World, office: Office) -> None:
    ids = sorted(world.create(name=f"Person {i}")["id"] for i in range(3))
    before = len(world.events())
    office.do(action="set_status", status="inactive", ids=ids)
    rows = world.rows("SELECT * FROM change WHERE field = 'status'")
    assert sorted(str(row.customer_id) for row in rows) == ids
    assert {(row.before, row.after, row.origin, str(row.by)) for row in rows} == {
        ("active", "inactive", "user", world.users["root"].id)
    }
    (event,) = world.events()[before:]
    told = event["data"]["customers"]
    assert [(c["id"], c["version"], c["kind"], c["fields"]) for c in told] == [
        (each, 2, "updated", ["status"]) for each in ids
    ]


def test_refused_customers_are_named_with_the_reason(world: World, office: Office) -> None:
    full = world.create(tags=[f"t{i}" for i in range(100)])
    room = world.create(name="Room")
    gone = world.create(name="Gone")
    world.service.delete_customer(world.admin, gone["id"])
    never = str(new_id())
    job = office.do(action="add_tags", tags=["one more"], ids=[full["id"], room["id"], gone["id"], never])
    assert (job["status"], tally(job)) == ("partially_failed", (1, 0, 3))
    assert office.refusals(job) == [(full["id"], "too_many"), (gone["id"], "not_found"), (never, "not_found")]
    assert len(world.get(full["id"])["tags"]) == 100


def test_an_assignee_must_see_each_customer(world: World, office: Office) -> None:
    world.agent("ana", "north")
    north, south = world.create(teams=[world.team("north")]), world.create(teams=[world.team("south")])
    asked = {"action": "set_assignee", "assignee": world.users["ana"].id}
    job = office.do(**asked, ids=[north["id"], south["id"]])
    assert (tally(job), office.refusals(job)) == ((1, 0, 1), [(south["id"], "unknown_user")])


def test_agents_change_whom_they_see_and_nobody_else(world: World, office: Office) -> None:
    ana = world.agent("ana", "north")
    own, hidden = world.create(teams=[world.team("north")]), world.create(teams=[world.team("south")])
    never = str(new_id())
    job = office.do(ana, action="set_status", status="blocked", ids=[own["id"], hidden["id"], never])
    assert (tally(job), job["progress"]["total"]) == ((1, 0, 2), 3)
    assert office.refusals(job) == [(hidden["id"], "not_found"), (never, "not_found")]
    assert world.get(hidden["id"])["status"] == "active"
    everybody_of_hers = office.do(ana, action="set_status", status="active", selection={"all": True})
    assert (tally(everybody_of_hers), everybody_of_hers["progress"]["total"]) == ((1, 0, 0), 1)


def test_what_is_wrong_for_all_is_told_at_once(world: World, office: Office) -> None:
    a_field(world, "plan", "select", "Gold")
    old = a_field(world, "old", "text")
    world.service.archive_custom_field(world.admin, "old", old["version"])
    world.agent("gone", "north")
    world.users["gone"] = office.demote("gone", active=False) or world.users["gone"]
    world.team("another, so that the directory is published")
    wrong = [
        ({"action": "set_field", "field": "plan", "value": "Bronze"}, {"/value": "unknown_option"}),
        ({"action": "set_field", "field": "old", "value": "x"}, {"/field": "field_archived"}),
        ({"action": "set_field", "field": "none", "value": "x"}, {"/field": "unknown_field"}),
        ({"action": "assign_team", "team": str(new_id())}, {"/team": "unknown_team"}),
        ({"action": "unassign_team", "team": str(new_id())}, {"/team": "unknown_team"}),
        ({"action": "set_assignee", "assignee": str(new_id())}, {"/assignee": "unknown_user"}),
        ({"action": "set_assignee", "assignee": world.users["gone"].id}, {"/assignee": "unknown_user"}),
    ]
    for asked, expected in wrong:
        with pytest.raises(Invalid) as error:
            office.start(**asked, selection={"all": True})
        assert codes(error) == expected
    assert world.rows("SELECT FROM job WHERE kind = 'bulk'") == []


def test_agents_name_assignees_of_their_own_teams(world: World, office: Office) -> None:
    ana = world.agent("ana", "north")
    world.agent("bia", "south")
    with pytest.raises(Invalid) as error:
        office.start(ana, action="set_assignee", assignee=world.users["bia"].id, selection={"all": True})
    assert codes(error) == {"/assignee": "unknown_user"}


def test_agents_neither_delete_nor_change_teams(world: World, office: Office) -> None:
    ana = world.agent("ana", "north")
    for asked in ({"action": "delete"}, {"action": "assign_team", "team": world.team("north")}):
        with pytest.raises(Forbidden):
            office.start(ana, **asked, selection={"all": True})


def test_a_dry_run_counts_and_changes_nothing(world: World, office: Office) -> None:
    ana = world.agent("ana", "north")
    own, hidden = world.create(teams=[world.team("north")]), world.create(teams=[world.team("south")])
    before = checksums(world)
    asked = {"action": "add_tags", "tags": ["brand new"]}
    assert office.count(**asked, selection={"all": True}) == {"value": 2, "relation": "eq"}
    assert office.count(ana, **asked, selection={"all": True}) == {"value": 1, "relation": "eq"}
    ids = [own["id"], hidden["id"], str(new_id())]
    assert office.count(ana, **asked, ids=ids) == {"value": 1, "relation": "eq"}
    assert checksums(world) == before


def test_a_repeated_request_is_the_same_job(world: World, office: Office) -> None:
    customer = world.create()
    asked = {"action": "set_status", "status": "blocked", "ids": [customer["id"]]}
    key = {"key": "00ff", "hash": "aa"}
    first = world.service.start_bulk(world.admin, asked, idempotency=key)
    office.work_off(first["bulk"])
    second = world.service.start_bulk(world.admin, asked, idempotency=key)
    assert second["bulk"]["id"] == first["bulk"]["id"]
    assert (second["replayed"], second["bulk"]["status"]) == (True, "succeeded")
    assert len(world.rows("SELECT FROM job")) == 1


def test_a_job_is_shown_to_whoever_started_it_and_to_administrators(world: World, office: Office) -> None:
    ana, bia = world.agent("ana", "north"), world.agent("bia", "north")
    job = office.start(ana, action="set_status", status="blocked", selection={"all": True})
    service = world.service
    assert service.get_bulk(ana, job["id"])["bulk"]["arguments"] == {"status": "blocked"}
    assert service.get_bulk(world.admin, job["id"])["bulk"]["action"] == "set_status"
    for call in (service.get_bulk, service.cancel_bulk, service.list_bulk_refusals):
        for unknown in (job["id"], str(new_id()), "no id"):
            with pytest.raises(NotFound):
                call(bia, unknown)
    assert [each["id"] for each in service.list_bulk(ana)["data"]] == [job["id"]]
    assert service.list_bulk(world.admin)["data"] == service.list_bulk(bia)["data"] == []


def checksums(world: World) -> dict[str, Any]:
    names = world.rows("SELECT relname FROM pg_stat_user_tables ORDER BY relname")
    statement = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM "
    return {name: world.rows(f"{statement}{name} t")[0] for (name,) in names}
