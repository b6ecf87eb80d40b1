"""Merging all exact duplicates: whom it merges, what it counts, and that it does so once."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from servicekit.ids import new_id
from services.dedup.merging import finding
from services.dedup.tests.merging.indexed import Interrupted, index_all, raising
from services.dedup.tests.world import World
from services.dedup.worker import JOBS

Json = dict[str, Any]
PHONE = "+5511987650001"


def merged(world: World, *, dry_run: bool = False) -> Json:
    """A bulk merge from its beginning to its end."""
    index_all(world)
    started = world.service.start_bulk_merge(world.admin, {"kind": "exact", "dry_run": dry_run})
    world.work_off(JOBS)
    return world.service.get_bulk_merge(world.admin, started["bulk_merge"]["id"])["bulk_merge"]


def counts(merged: int, unchanged: int = 0, refused: int = 0) -> Json:
    return {"merged": merged, "unchanged": unchanged, "refused": refused}


@pytest.fixture
def merging(world: World, monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    return Interrupted(world, monkeypatch)


@pytest.fixture
def crowd(world: World) -> list[str]:
    """Twenty-five who share one number."""
    return [world.customer(f"Number {number}", phone=PHONE) for number in range(25)]


def test_who_shares_an_identity_becomes_one_customer(world: World):
    full = world.customer("Ana Souza", email="ana@x.com", whatsapp=PHONE)
    bare = world.customer("Ana", phone=PHONE)
    mail = world.customer("A. Souza", email="ana@x.com")
    other = world.customer("Bia", phone="+5511987650002")
    done = merged(world)
    assert [world.company.root(each) for each in (full, bare, mail, other)] == [full, full, full, other]
    assert (done["status"], done["clusters"], done["merges"]) == ("succeeded", 1, 1)
    assert (done["counts"], done["progress"]["total"]) == (counts(3), 3)


def test_many_are_merged_ten_at_a_time(world: World, crowd: list[str]):
    done = merged(world)
    assert {world.company.root(each) for each in crowd} == {crowd[0]}
    assert (done["merges"], done["counts"], done["clusters"]) == (3, counts(25), 1)


def test_a_dry_run_says_the_same_and_changes_nothing(world: World, crowd: list[str]):
    said = merged(world, dry_run=True)
    assert world.company.merges == {}
    assert (said["merges"], said["counts"], said["status"]) == (3, counts(25), "succeeded")
    [group] = said["sample"]
    assert (group["primary"], group["size"]) == (crowd[0], 25)
    assert [customer["id"] for customer in group["customers"]] == crowd[:10]
    done = merged(world)
    assert (done["merges"], done["counts"], "sample" in done) == (3, said["counts"], False)


def test_who_was_decided_to_be_somebody_else_stays_so(world: World):
    one, other = world.customer("Ana", phone=PHONE), world.customer("Rui", phone=PHONE)
    world.run(
        "INSERT INTO decision (first_id, second_id, origin, decided_at) VALUES (:a, :b, 'person', now())",
        a=min(one, other),
        b=max(one, other),
    )
    assert merged(world)["counts"] == counts(0, unchanged=2)
    assert world.company.merges == {}


def test_placeholders_and_what_very_many_have_merge_nobody(world: World, monkeypatch: pytest.MonkeyPatch):
    """But who shares something else besides is merged by that."""
    monkeypatch.setattr(finding, "MAX_HOLDERS", 3)
    crowd = [world.customer(f"C{number}", phone=PHONE) for number in range(4)]
    world.customer("No mail", email="none@x.com")
    world.customer("No mail either", email="none@x.com")
    world.company.edit(crowd[0], email="rui@x.com")
    friend = world.customer("Rui", email="rui@x.com")
    done = merged(world)
    assert (done["status"], done["counts"]) == ("partially_failed", counts(2, refused=5))
    assert world.company.root(friend) == crowd[0]
    refused = world.service.list_bulk_merge_refusals(world.admin, done["id"], limit=2)
    assert {each["code"] for each in refused["data"]} == {"placeholder"}
    rest = world.service.list_bulk_merge_refusals(world.admin, done["id"], cursor=refused["next"])
    assert (len(rest["data"]), rest["next"]) == (3, None)


def test_an_identity_is_never_cut_by_the_end_of_a_step(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(finding, "CHUNK", 1)
    for number in range(4):
        world.customer("A", email=f"{number}@x.com", phone=f"+551198765000{number}")
        world.customer("B", email=f"{number}@x.com")
        world.customer("C", phone=f"+551198765000{number}")
    done = merged(world)
    assert (done["clusters"], done["merges"], done["counts"]) == (4, 4, counts(12))


def test_what_the_index_does_not_know_yet_is_asked_for(world: World):
    """Who was deleted, merged, or corrected since is not merged by what it was."""
    gone, other = world.customer("Gone", phone=PHONE), world.customer("Other", phone=PHONE)
    one, two = world.customer("One", email="a@x.com"), world.customer("Two", email="a@x.com")
    index_all(world)
    world.company.delete(gone)
    world.company.merge(two, one)
    started = world.service.start_bulk_merge(world.admin, {"kind": "exact"})
    world.work_off(JOBS)
    done = world.service.get_bulk_merge(world.admin, started["bulk_merge"]["id"])["bulk_merge"]
    assert (done["merges"], done["counts"]) == (0, counts(0, unchanged=4))
    assert world.company.root(other) == other


def test_who_goes_between_two_questions_is_not_waited_for(world: World):
    """Shown as a customer, and none any more when it is asked what they are alike by."""
    gone, other = world.customer("Gone", phone=PHONE), world.customer("Other", phone=PHONE)
    describe = world.company._describe_for_matching

    def gone_by_then(ids: list[str]) -> Json:
        world.company.delete(gone)
        return describe(ids)

    index_all(world)
    world.company._describe_for_matching = gone_by_then  # type: ignore[method-assign]
    try:
        started = world.service.start_bulk_merge(world.admin, {"kind": "exact"})["bulk_merge"]
        world.work_off(JOBS)
    finally:
        del world.company._describe_for_matching  # type: ignore[misc]
    done = world.service.get_bulk_merge(world.admin, started["id"])["bulk_merge"]
    assert (done["status"], done["counts"]) == ("succeeded", counts(0, unchanged=2))
    assert world.company.root(other) == other


def test_who_is_changed_between_looking_and_merging_is_looked_at_again(world: World, merging: Interrupted):
    one, two = world.customer("Ana", phone=PHONE), world.customer("Ana S.", phone=PHONE)
    merging.before(lambda: world.company.edit(one, email="ana@x.com"))
    done = merged(world)
    assert (done["status"], done["merges"], world.company.root(two)) == ("succeeded", 1, one)


def test_what_is_decided_after_planning_holds(world: World, merging: Interrupted):
    """Somebody says so while the first of two merges is done; by then the second is planned."""
    pairs = [[world.customer(name, phone=f"+551198765000{n}") for name in ("Ana", "Eva")] for n in (1, 2)]

    def decide_of_both() -> None:
        for one, other in pairs:
            world.run(
                """INSERT INTO decision (first_id, second_id, origin, decided_at)
                   VALUES (:a, :b, 'person', now())""",
                a=min(one, other),
                b=max(one, other),
            )

    merging.before(decide_of_both)
    done = merged(world)
    assert (done["status"], done["merges"]) == ("succeeded", 1)
    assert done["counts"] == counts(2, unchanged=2)
    assert len(world.company.merges) == 1


def test_who_never_stands_still_is_refused_in_the_end(world: World, merging: Interrupted):
    one = world.customer("Ana", phone=PHONE)
    world.customer("Ana S.", phone=PHONE)
    merging.before(lambda: world.company.edit(one, name="Ana"), times=99)
    done = merged(world)
    assert (done["status"], done["counts"]) == ("partially_failed", counts(0, refused=2))
    refused = world.service.list_bulk_merge_refusals(world.admin, done["id"])["data"]
    assert {each["code"] for each in refused} == {"changed_meanwhile"}


def test_what_the_customers_service_refuses_is_listed_and_the_rest_goes_on(
    world: World, merging: Interrupted
):
    world.customer("Ana", phone=PHONE)
    world.customer("Ana S.", phone=PHONE)
    one, two = world.customer("Rui", email="rui@x.com"), world.customer("R.", email="rui@x.com")
    merging.before(raising(Conflict("not_now")))
    done = merged(world)
    assert (done["counts"], done["merges"]) == (counts(2, refused=2), 1)
    assert world.company.root(two) in (one, two)


def test_a_merge_without_an_answer_is_done_once(world: World, merging: Interrupted):
    """The answer is lost after the merge; the step is repeated under the same id."""
    one, two = world.customer("Ana", phone=PHONE), world.customer("Ana S.", phone=PHONE)
    merging.after(raising(Unavailable("lost")))
    done = merged(world)
    assert done["status"] in ("queued", "running")
    assert len(world.company.merges) == 1
    world.run("UPDATE job SET run_after = now()")
    world.work_off(JOBS)
    done = world.service.get_bulk_merge(world.admin, done["id"])["bulk_merge"]
    assert (done["status"], done["merges"], done["counts"]) == ("succeeded", 1, counts(2))
    assert (len(world.company.merges), world.company.root(two)) == (1, one)


class Killed(BaseException):
    """Nothing that is done after it is done."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_whoever_takes_over_from_a_dead_worker_merges_nobody_twice(
    world: World, merging: Interrupted, crowd: list[str], moment: str
):
    """It dies beside a merge of which nothing is written down but that it is to be."""
    getattr(merging, moment)(raising(Killed()))
    index_all(world)
    started = world.service.start_bulk_merge(world.admin, {"kind": "exact"})["bulk_merge"]
    with pytest.raises(Killed):
        world.work_off(JOBS)
    assert len(world.company.merges) == (moment == "after")
    world.run("UPDATE job SET lease_until = now() - interval '1 second'")
    world.work_off(JOBS)
    done = world.service.get_bulk_merge(world.admin, started["id"])["bulk_merge"]
    assert (done["status"], done["merges"], done["counts"]) == ("succeeded", 3, counts(25))
    assert len(world.company.merges) == 3
    assert {world.company.root(each) for each in crowd} == {crowd[0]}


def test_a_right_that_is_gone_ends_it(world: World):
    boss = world.an_administrator("boss")
    world.customer("Ana", phone=PHONE)
    world.customer("Ana S.", phone=PHONE)
    index_all(world)
    started = world.service.start_bulk_merge(boss, {"kind": "exact"})["bulk_merge"]
    world.deactivate("boss")
    world.work_off(JOBS)
    done = world.service.get_bulk_merge(world.admin, started["id"])["bulk_merge"]
    assert (done["status"], done["problem"]["code"]) == ("failed", "not_allowed")
    assert world.company.merges == {}


def test_it_is_administrators_alone(world: World):
    ana = world.agent("ana", "Vendas")
    for call in (
        lambda: world.service.start_bulk_merge(ana, {"kind": "exact"}),
        lambda: world.service.list_bulk_merges(ana),
        lambda: world.service.get_bulk_merge(ana, str(new_id())),
        lambda: world.service.cancel_bulk_merge(ana, str(new_id())),
        lambda: world.service.list_bulk_merge_refusals(ana, str(new_id())),
    ):
        with pytest.raises(Forbidden):
            call()


@pytest.mark.parametrize(
    "data", [{}, {"kind": "likely"}, {"kind": "exact", "dry_run": 1}, {"kind": "exact", "x": 1}]
)
def test_anything_else_is_refused(world: World, data: Json):
    with pytest.raises(Invalid):
        world.service.start_bulk_merge(world.admin, data)


def test_a_key_starts_one(world: World):
    key = {"key": "k", "hash": "h"}
    first = world.service.start_bulk_merge(world.admin, {"kind": "exact"}, idempotency=key)
    again = world.service.start_bulk_merge(world.admin, {"kind": "exact"}, idempotency=key)
    assert (again["bulk_merge"], again["replayed"]) == (first["bulk_merge"], True)
    assert len(world.service.list_bulk_merges(world.admin)["data"]) == 1


def test_a_cancelled_one_does_nothing_more(world: World):
    world.customer("Ana", phone=PHONE)
    world.customer("Ana S.", phone=PHONE)
    started = world.service.start_bulk_merge(world.admin, {"kind": "exact"})["bulk_merge"]
    assert world.service.cancel_bulk_merge(world.admin, started["id"])["bulk_merge"]["status"] == "cancelled"
    world.work_off(JOBS)
    assert world.company.merges == {}
    with pytest.raises(NotFound):
        world.service.get_bulk_merge(world.admin, str(new_id()))
