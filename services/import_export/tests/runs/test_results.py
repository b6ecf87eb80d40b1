"""What is done with an import that is over: undo and review."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from services.import_export.runs import undoing
from services.import_export.tests.runs.test_importing import CLEAN
from services.import_export.tests.runs.world import Died, World, nonzero

UNCLEAR = "Name,Email,Phone\nTwo,one@example.com,(21) 99876-5432\n"


@pytest.fixture
def unclear(world: World) -> str:
    """An import with one row that meets two customers."""
    world.people.add("One", ("email", "one@example.com"))
    world.people.add("Other", ("line", "+5521998765432"))
    return str(world.imported(UNCLEAR)["id"])


def test_an_undone_import_leaves_what_was_worked_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    known = world.people.add("Ana", ("email", "ana@example.com"))
    done = world.imported(CLEAN)
    assert nonzero(done["counts"]) == {"created": 2, "merged": 1}
    carla = world.people.named("Carla Dias")
    world.people.worked_on = {carla}
    asked = world.service.undo_import(world.admin, done["id"])["import"]
    assert (asked["phase"], asked["status"]) == ("undoing", "queued")
    world.work_off()
    undone = world.get(done["id"])
    assert (undone["phase"], undone["status"]) == ("undone", "succeeded")
    assert undone["undo"]["counts"] == {"restored": 1, "removed": 1, "kept": 1}
    assert world.people.people[known].tags == set()
    assert world.people.names == ["Ana", "Carla Dias"]
    (row,) = world.results(done["id"], "kept")
    assert row["undo"] == {"outcome": "kept", "kept": [{"field": "name", "reason": "touched"}]}
    assert row["customer"] == carla
    with pytest.raises(Conflict, match="not_undoable"):
        world.service.undo_import(world.admin, done["id"])


def test_nobody_is_undone_whose_work_was_not_asked_about(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "AT_ONCE", 2)
    done = world.imported(CLEAN)
    first, _, last = sorted(world.people.people)
    world.people.worked_on = {last}

    def erase() -> None:
        """The first one is purged after the step has listed whom it undoes."""
        if world.people.calls[-1] == "undo_import":
            world.people.effects = {
                key: each for key, each in world.people.effects.items() if each["customer"] != first
            }

    world.people.before_each = erase
    world.service.undo_import(world.admin, done["id"])
    world.work_off()
    assert world.get(done["id"])["undo"]["counts"] == {"removed": 1, "kept": 1}
    assert last in world.people.people


def test_agents_are_told_one_word_for_what_was_kept(world: World) -> None:
    agent = world.agent("ana", "north")
    done = world.imported(CLEAN, scope=agent)["id"]
    world.people.worked_on = {world.people.named("Carla Dias")}
    world.service.undo_import(world.admin, done)
    world.work_off()

    def told(scope: dict[str, object]) -> set[str]:
        whole = world.service.get_import(scope, done)["import"]["undo"]["kept"]
        rows = [row["undo"] for row in world.service.list_rows(scope, done)["data"]]
        return {kept["reason"] for each in [*whole, *rows] for kept in each["kept"]}

    assert (told(world.admin), told(agent)) == ({"touched"}, {"changed_since"})


def test_an_undo_whose_rights_are_lost_can_be_asked_for_again(world: World) -> None:
    agent = world.agent("ana", "north")
    done = world.imported(CLEAN, scope=agent)
    world.service.undo_import(agent, done["id"])
    world.deactivate("ana")
    world.work_off()
    back = world.get(done["id"])
    assert (back["phase"], back["problem"]["code"]) == ("finished", "imports_forbidden")
    world.service.undo_import(world.admin, done["id"])
    world.work_off()
    assert world.get(done["id"])["phase"] == "undone"
    assert not world.people.people


def test_an_import_can_be_undone_for_thirty_days(world: World) -> None:
    done = world.imported(CLEAN)
    world.days_pass(31)
    with pytest.raises(Conflict, match="undo_expired"):
        world.service.undo_import(world.admin, done["id"])


def test_an_administrator_says_who_a_row_is(world: World, unclear: str) -> None:
    (row,) = world.results(unclear, "needs_review")
    assert sorted(row["candidates"]) == sorted(world.people.people)
    one = world.people.named("One")
    decided = world.service.decide_row(world.admin, unclear, 2, {"customer": one})["row"]
    assert (decided["outcome"], decided["customer"], decided["code"]) == ("merged", one, None)
    assert nonzero(world.get(unclear)["counts"]) == {"merged": 1}
    assert world.get(unclear)["status"] == "succeeded"
    with pytest.raises(Conflict, match="already_decided"):
        world.service.decide_row(world.admin, unclear, 2, {"skip": True})


def test_a_row_can_be_left_out(world: World, unclear: str) -> None:
    decided = world.service.decide_row(world.admin, unclear, 2, {"skip": True})["row"]
    assert (decided["outcome"], decided["candidates"]) == ("skipped", [])
    assert nonzero(world.get(unclear)["counts"]) == {"skipped": 1}


def test_a_row_is_decided_once_more_by_the_policy(world: World, unclear: str) -> None:
    with pytest.raises(Invalid) as still:
        world.service.decide_row(world.admin, unclear, 2, {"apply": True})
    assert still.value.payload["errors"][0]["code"] == "two_customers"
    del world.people.people[world.people.named("Other")]
    decided = world.service.decide_row(world.admin, unclear, 2, {"apply": True})["row"]
    assert decided["outcome"] == "merged"


def test_a_decision_that_was_cut_off_is_the_one_that_holds(world: World, unclear: str) -> None:
    def die() -> None:
        raise Died

    one, other = world.people.named("One"), world.people.named("Other")
    world.people.meanwhile = die
    with pytest.raises(Died):
        world.service.decide_row(world.admin, unclear, 2, {"customer": one})
    with pytest.raises(Conflict, match="already_decided"):
        world.service.decide_row(world.admin, unclear, 2, {"customer": other})
    assert world.results(unclear)[0]["customer"] == one


def test_what_customers_refuse_can_be_decided_otherwise(world: World, unclear: str) -> None:
    world.people.down = Invalid.at("/teams", "unknown_team", "there is no such team")
    world.people.down_for = "import_batch"
    for _ in range(2):
        with pytest.raises(Invalid):
            world.service.decide_row(world.admin, unclear, 2, {"apply": True})
    world.people.down = None
    decided = world.service.decide_row(world.admin, unclear, 2, {"skip": True})["row"]
    assert decided["outcome"] == "skipped"


def test_nothing_is_undone_while_a_row_is_decided(world: World, unclear: str) -> None:
    def undo() -> None:
        with pytest.raises(Conflict, match="decision_open"):
            world.service.undo_import(world.admin, unclear)

    one = world.people.named("One")
    world.people.meanwhile = undo
    assert world.service.decide_row(world.admin, unclear, 2, {"customer": one})["row"]["outcome"] == "merged"
    world.service.undo_import(world.admin, unclear)
    world.work_off()
    assert world.people.people[one].held == {("email", "one@example.com")}


def test_who_decided_first_is_told_so_though_another_carried_it_out_and_it_is_undone(
    world: World, unclear: str
) -> None:
    one, other = world.people.named("One"), world.people.named("Other")

    def overtake() -> None:
        with pytest.raises(Conflict, match="already_decided"):
            world.service.decide_row(world.admin, unclear, 2, {"customer": other})
        world.service.undo_import(world.admin, unclear)

    world.people.meanwhile = overtake
    decided = world.service.decide_row(world.admin, unclear, 2, {"customer": one})["row"]
    assert (decided["n"], decided["customer"]) == (2, one)


def test_a_decision_that_was_cut_off_long_ago_holds_no_undoing_up(world: World, unclear: str) -> None:
    """And is never carried out after it."""

    def cut_off() -> None:
        minutes_pass()
        world.service.undo_import(world.admin, unclear)

    def minutes_pass() -> None:
        with world.db.unit_of_work() as uow:
            decided = """json_build_object('apply', true, 'at', now() - interval '2 minutes')"""
            uow.connection.execute(text(f"UPDATE import_decision SET decided = {decided}"))

    world.people.meanwhile = cut_off
    one = world.people.named("One")
    with pytest.raises(Conflict, match="not_finished"):
        world.service.decide_row(world.admin, unclear, 2, {"customer": one})
    with pytest.raises(Conflict, match="not_finished"):
        world.service.decide_row(world.admin, unclear, 2, {"skip": True})


def test_agents_decide_nothing(world: World) -> None:
    agent = world.agent("ana", "north")
    done = world.imported(CLEAN, scope=agent)
    with pytest.raises(Forbidden, match="administrators_only"):
        world.service.decide_row(agent, done["id"], 2, {"skip": True})
    for n in (1, 99):
        with pytest.raises(NotFound, match="row_not_found"):
            world.service.decide_row(world.admin, done["id"], n, {"skip": True})
    with pytest.raises(Invalid):
        world.service.decide_row(world.admin, done["id"], 2, {"skip": True, "apply": True})


def test_agents_are_told_of_no_customer_that_they_may_not_see(world: World) -> None:
    agent = world.agent("ana", "north")
    one = world.people.add("One", ("email", "one@example.com"))
    other = world.people.add("Other", ("line", "+5521998765432"))
    known = world.people.add("Known", ("email", "known@example.com"))
    import_id = world.imported(UNCLEAR + "Known,known@example.com,\n", scope=agent)["id"]
    assert [row["candidates"] for row in world.service.list_rows(agent, import_id)["data"]] == [[], []]
    world.service.decide_row(world.admin, import_id, 2, {"customer": other})
    world.people.hidden = {one, other}
    rows = world.service.list_rows(agent, import_id)["data"]
    assert [row["customer"] for row in rows] == [None, known]
    assert world.service.get_row(agent, import_id, 2)["row"]["customer"] is None
    shown = world.service.get_import(agent, import_id)["import"]
    assert other not in str(shown)
    assert world.service.get_row(world.admin, import_id, 2)["row"]["customer"] == other


def test_who_may_see_less_by_now_is_not_shown_what_was_found_out_before(world: World) -> None:
    agent = world.agent("ana", "north", "south")
    import_id = world.imported(CLEAN, scope=agent)["id"]
    less = {**agent, "team_ids": agent["team_ids"][:1]}
    more = {**agent, "team_ids": [*agent["team_ids"], world.team("east")]}
    own = world.imported("Name\nEva\n")["id"]
    for scope, asked in ((less, import_id), ({**world.admin, "role": "agent"}, own)):
        for call in (world.service.get_import, world.service.list_rows, world.service.upload_file):
            with pytest.raises(Forbidden, match="import_not_yours_any_more"):
                call(scope, asked)
    assert world.service.get_import(more, import_id)["import"]["phase"] == "finished"
    assert world.get(import_id)["phase"] == "finished"


def test_what_is_found_out_while_it_runs_takes_rights_too(world: World) -> None:
    agent = world.agent("ana", "north")
    checked = world.checked(CLEAN, scope=agent)
    both = world.agent("ana", "north", "south")
    world.service.start_import(both, checked["id"])
    world.work_off()
    with pytest.raises(Forbidden, match="import_not_yours_any_more"):
        world.service.get_import(agent, checked["id"])
    assert world.service.get_import(both, checked["id"])["import"]["phase"] == "finished"
