"""What happens to a bulk action while it is under way: rights, customers and tags change between steps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from servicekit.ids import new_id
from servicekit.testing.jobs import run_jobs
from services.customers.tests.bulk.office import WORKER, Office, tally
from services.customers.tests.world import World

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("small_batches")


def some(world: World, count: int, **data: Any) -> list[str]:
    """Customers in the order in which a job takes them."""
    return [world.create(name=f"Person {i}", **data)["id"] for i in range(count)]


def versions(world: World, ids: list[str]) -> list[int]:
    found = {str(row.id): row.version for row in world.rows("SELECT id, version FROM customer")}
    return [found[each] for each in ids]


def test_a_selection_that_the_action_itself_empties_meets_each_customer_once(
    world: World, office: Office
) -> None:
    without = some(world, 7)
    with_tag = some(world, 2, tags=["x"])
    nobody_has_it = {"not": {"field": "tags", "op": "any_of", "value": ["x"]}}
    job = office.start(action="add_tags", tags=["x"], filter=nobody_has_it)
    office.before_step(5, lambda: world.create(name="Too late"))
    job = office.work_off(job)
    assert (job["status"], tally(job), job["progress"]["total"]) == ("succeeded", (7, 0, 0), 7)
    assert versions(world, without) == [2] * 7
    assert versions(world, with_tag) == [1] * 2


def test_whoever_is_excepted_is_left_alone(world: World, office: Office) -> None:
    ids = some(world, 3)
    job = office.do(action="set_status", status="blocked", selection={"all": True, "except": ids[:1]})
    assert (tally(job), versions(world, ids)) == ((2, 0, 0), [1, 2, 2])
    named = {"ids": ids, "except": ids[2:]}
    job = office.do(action="set_status", status="inactive", selection=named)
    assert (tally(job), versions(world, ids)) == ((2, 0, 0), [2, 3, 2])


@pytest.mark.parametrize("change", [{"active": False}, {"role": "agent"}])
def test_rights_that_are_gone_end_the_job_and_what_was_done_stays(
    world: World, office: Office, change: Json
) -> None:
    ids = some(world, 5)
    job = office.start(action="delete", ids=ids)
    office.before_step(2, lambda: office.demote("root", **change))
    job = office.work_off(job)
    assert (job["status"], job["problem"]["code"], tally(job)) == ("failed", "not_allowed", (2, 0, 0))
    assert versions(world, ids) == [2, 2, 1, 1, 1]


def test_a_key_that_is_gone_ends_the_job_before_its_first_customer(world: World, office: Office) -> None:
    ids = some(world, 3)
    job = office.start(action="set_status", status="blocked", ids=ids)
    office.before_step(1, lambda: world.users.pop("root"))
    job = office.work_off(job)
    assert (job["status"], job["problem"]["code"], versions(world, ids)) == ("failed", "not_allowed", [1] * 3)


def test_customers_that_the_caller_sees_no_more_are_refused_as_if_they_never_were(
    world: World, office: Office
) -> None:
    north, south = world.team("north"), world.team("south")
    ana = world.agent("ana", "north")
    ids = some(world, 4, teams=[north])
    never = str(new_id())
    job = office.start(ana, action="set_status", status="blocked", ids=[*ids, never])
    office.before_step(2, lambda: world.update(ids[2], teams=[south]))
    job = office.work_off(job)
    assert (job["status"], tally(job)) == ("partially_failed", (3, 0, 2))
    assert office.refusals(job) == [(ids[2], "not_found"), (never, "not_found")]
    page = world.service.list_bulk_refusals(ana, job["id"])["data"]
    assert len({(each["code"], each["detail"]) for each in page}) == 1
    assert world.get(ids[2])["status"] == "active"


def test_an_agent_who_leaves_their_team_reaches_nobody_any_more(world: World, office: Office) -> None:
    ana = world.agent("ana", "north")
    ids = some(world, 4, teams=[world.team("north")])
    job = office.start(ana, action="set_status", status="blocked", selection={"all": True})
    # Two steps plan, three and one of them.
    office.before_step(4, lambda: office.demote("ana", team_ids=frozenset()))
    job = office.work_off(job)
    assert (job["status"], tally(job)) == ("partially_failed", (2, 0, 2))
    assert versions(world, ids) == [2, 2, 1, 1]


def test_masking_that_is_switched_on_ends_a_job_whose_filter_tells_of_contact_data(
    world: World, office: Office
) -> None:
    ana = world.agent("ana", "north")
    some(world, 4, teams=[world.team("north")])
    by_mail = {"not": {"field": "email", "op": "is_set"}}
    job = office.start(ana, action="set_status", status="blocked", filter=by_mail)
    office.before_step(2, lambda: world.set(hide_contact_data=True))
    job = office.work_off(job)
    assert (job["status"], job["problem"]["code"]) == ("failed", "field_hidden")


def test_an_option_that_is_archived_ends_the_job(world: World, office: Office) -> None:
    data = {"key": "plan", "label": "Plan", "type": "select", "options": [{"label": "Gold"}]}
    world.service.create_custom_field(world.admin, data)
    ids = some(world, 4)
    job = office.start(action="set_field", field="plan", value="Gold", ids=ids)
    archive = "UPDATE custom_option SET archived_at = now()"
    office.before_step(
        2, lambda: (world.run(archive), world.run("UPDATE custom_field SET version = version + 1"))
    )
    job = office.work_off(job)
    assert (job["status"], job["problem"]["code"], tally(job)) == ("failed", "option_archived", (2, 0, 0))


def test_a_tag_that_is_renamed_is_still_the_same_tag(world: World, office: Office) -> None:
    ids = some(world, 4)
    job = office.start(action="add_tags", tags=["vip"], ids=ids)
    rename = "UPDATE tag SET name = 'Gold', name_folded = 'gold' WHERE name = 'vip'"
    office.before_step(2, lambda: world.run(rename))
    assert tally(office.work_off(job)) == (4, 0, 0)
    assert {tuple(world.get(each)["tags"]) for each in ids} == {("Gold",)}


def test_a_tag_that_is_deleted_is_given_to_nobody_any_more(world: World, office: Office) -> None:
    ids = some(world, 4)
    job = office.start(action="add_tags", tags=["vip"], ids=ids)
    office.before_step(2, lambda: world.run("UPDATE tag SET deleted_at = now()"))
    assert tally(office.work_off(job)) == (2, 2, 0)
    assert {tuple(world.get(each)["tags"]) for each in ids} == {()}


def test_customers_that_become_one_meanwhile_are_changed_once(world: World, office: Office) -> None:
    done, also_done, joins_done, joins_later, alone, later = ids = some(world, 6)
    job = office.start(action="set_status", status="blocked", ids=ids)
    office.before_step(2, lambda: (world.merge(joins_done, into=done), world.merge(joins_later, into=later)))
    job = office.work_off(job)
    assert (job["status"], tally(job)) == ("succeeded", (4, 2, 0))
    assert versions(world, [also_done, alone]) == [2, 2]
    assert versions(world, [done, later]) == [3, 3]  # the merge is a change, too
    assert versions(world, [joins_done, joins_later]) == [1] * 2


def test_customers_that_become_one_meanwhile_are_deleted_once(world: World, office: Office) -> None:
    done, also_done, joins_later, joins_a_stranger, later = ids = some(world, 5)
    stranger = world.create(name="Stranger")["id"]
    job = office.start(action="delete", ids=ids)
    office.before_step(
        2, lambda: (world.merge(joins_later, into=later), world.merge(joins_a_stranger, into=stranger))
    )
    job = office.work_off(job)
    assert (job["status"], tally(job)) == ("succeeded", (4, 1, 0))
    assert versions(world, [done, also_done]) == [2, 2]
    assert versions(world, [later, stranger]) == [3, 3]  # the merge is a change, too


def test_two_names_of_one_customer_are_one_target(world: World, office: Office) -> None:
    survivor, absorbed, other = some(world, 3)
    world.merge(absorbed, into=survivor)
    job = office.do(action="set_status", status="blocked", ids=[survivor, absorbed, other])
    assert (tally(job), job["progress"]["total"]) == ((2, 0, 0), 2)


def test_edits_of_others_meanwhile_are_kept(world: World, office: Office) -> None:
    ids = some(world, 4, tags=["old"])
    job = office.start(action="add_tags", tags=["new"], ids=ids)
    office.before_step(2, lambda: world.update(ids[3], tags={"add": ["theirs"], "remove": ["old"]}))
    assert tally(office.work_off(job)) == (4, 0, 0)
    assert world.get(ids[3])["tags"] == ["new", "theirs"]


def test_a_cancelled_job_ends_between_two_batches(world: World, office: Office) -> None:
    ids = some(world, 7)
    job = office.start(action="set_status", status="blocked", ids=ids)
    office.before_step(2, lambda: world.service.cancel_bulk(world.admin, job["id"]))
    job = office.work_off(job)
    assert (job["status"], job["cancel_requested"], tally(job)) == ("cancelled", True, (4, 0, 0))
    assert versions(world, ids) == [2, 2, 2, 2, 1, 1, 1]


def test_a_job_that_waits_is_cancelled_at_once(world: World, office: Office) -> None:
    ids = some(world, 2)
    job = office.start(action="delete", ids=ids)
    assert world.service.cancel_bulk(world.admin, job["id"])["bulk"]["status"] == "cancelled"
    assert (office.work_off(job)["status"], versions(world, ids)) == ("cancelled", [1, 1])


def test_refusals_come_in_pages(world: World, office: Office) -> None:
    never = sorted(str(new_id()) for _ in range(5))
    job = office.do(action="set_status", status="blocked", ids=never)
    assert (job["status"], tally(job)) == ("partially_failed", (0, 0, 5))
    service, seen, cursor = world.service, [], None
    while True:
        page = service.list_bulk_refusals(world.admin, job["id"], limit=2, cursor=cursor)
        seen += [each["customer_id"] for each in page["data"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == never


def test_targets_are_forgotten_when_the_job_is_over(world: World, office: Office) -> None:
    job = office.start(action="set_status", status="blocked", ids=some(world, 3))
    world.service.forget_bulk_targets()
    assert len(world.rows("SELECT FROM bulk_target")) == 3
    office.work_off(job)
    world.service.forget_bulk_targets()
    assert world.rows("SELECT FROM bulk_target") == []


def test_two_workers_share_several_jobs_about_the_same_customers(world: World, office: Office) -> None:
    ids = some(world, 9)
    asked = [{"action": "add_tags", "tags": [f"t{i}"]} for i in range(4)]
    jobs = [office.start(**each, selection={"all": True}) for each in asked]
    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(run_jobs, world.db, WORKER, rpc=office) for _ in range(2)]:
            worker.result()
    assert {(office.get(job["id"])["status"], tally(office.get(job["id"]))) for job in jobs} == {
        ("succeeded", (9, 0, 0))
    }
    assert versions(world, ids) == [5] * 9
    assert {tuple(world.get(each)["tags"]) for each in ids} == {("t0", "t1", "t2", "t3")}
