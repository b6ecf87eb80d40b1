"""An import undone: what it made goes, what it changed returns, what people did since is kept and listed."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.ids import new_id
from services.customers.tests.importing.sheet import Sheets, address, outcomes, row

ANA = {"email": "ana@example.com", "phone": "+55 11 98765-4321"}


def undo(office: Sheets, run: str, **asked: Any) -> list[Any]:
    """(what became of each customer, what is kept of it), in the order of their ids."""
    answer = office.undo(run, **asked)["customers"]
    return [(c["outcome"], {k["field"]: k["reason"] for k in c["kept"]}) for c in answer]


@pytest.fixture
def run() -> str:
    return str(new_id())


def comparable(customer: Any) -> Any:
    """Whatever people see of it but that it was changed."""
    return {k: v for k, v in customer.items() if k not in ("version", "updated_at")}


def test_what_it_made_and_nobody_touched_goes_and_can_come_back(office: Sheets, run: str):
    ana, bo = office.load(
        row(2, "Ana", **ANA), row(3, "Bo"), row(4, phone=ANA["phone"], tags=["x"]), run=run
    )[:2]
    answer = office.undo(run)
    assert [(c["outcome"], c["rows"]) for c in answer["customers"]] == [("removed", [2, 4]), ("removed", [3])]
    assert office.people() == []
    assert office.undo(run) == answer
    assert len(office.events("customers.changed.v1")) == 2
    office.service.restore_customer(office.admin, ana["customer"])
    assert office.get(ana["customer"])["email"] == "ana@example.com"
    assert bo["customer"] not in {str(each.id) for each in office.people()}


@pytest.mark.parametrize("policy", ["merge", "update"])
def test_what_it_changed_returns(office: Sheets, run: str, policy: str):
    field = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}
    office.service.create_custom_field(office.admin, field)
    office.service.create_custom_field(office.admin, {"key": "city", "label": "City", "type": "text"})
    data = {"custom": {"plan": "Gold"}, "tags": ["old"], "phone": "11 3333-4444"}
    made = office.create(name="Ana", email="ana@example.com", **data)
    before = office.get(made["id"])
    office.team("Sales")
    also = [address("contact_points", "ana@work.example", kind="email")]
    told = office.load(
        row(2, "Ana S.", **ANA, tags=["new"], teams=["Sales"], custom={"plan": "Silver", "city": "Recife"}),
        row(3, "Ana Souza", email="ana@example.com", also=also, status="blocked", channel="fair"),
        row(4, "Ana S.", email="ana@example.com", assignee="root"),
        run=run, policy=policy,
    )  # fmt: skip
    assert {each["customer"] for each in told} == {before["id"]}
    assert office.get(before["id"])["tags"] == ["new", "old"]
    assert undo(office, run) == [("restored", {})]
    assert comparable(office.get(before["id"])) == comparable(before)
    assert undo(office, run) == [("restored", {})]


def test_what_people_changed_since_is_kept_and_listed(office: Sheets, run: str):
    ana = office.create(name="Ana", email="ana@example.com", phone="11 3333-4444")
    office.load(row(2, "Ana Souza", **ANA, status="blocked", tags=["new"]), run=run, policy="update")
    office.update(ana["id"], name="Ana de Souza", phone="21 98888-7777")
    [(outcome, kept)] = undo(office, run)
    assert (outcome, kept) == ("partly", {"name": "changed_since", "contact_points": "changed_since"})
    after = office.get(ana["id"])
    assert (after["name"], after["phone"]) == ("Ana de Souza", "+5521988887777")
    assert (after["status"], after["tags"]) == ("active", [])


def test_whom_it_made_and_people_worked_on_stays(office: Sheets, run: str):
    rows = [row(n, f"Person {n}", phone=f"11 98765-000{n}") for n in range(1, 5)]
    edited, noted, merged, survivor = (each["customer"] for each in office.load(*rows, run=run))
    office.update(edited, status="blocked")
    office.merge(merged, into=survivor)
    told = undo(office, run, touched=[noted])
    assert dict(zip(sorted([edited, noted, merged, survivor]), told, strict=True)) == {
        edited: ("kept", {"customer": "changed_since"}),
        noted: ("kept", {"customer": "touched"}),
        merged: ("kept", {"customer": "merged"}),
        survivor: ("kept", {"customer": "merged"}),
    }
    assert len(office.people()) == 3


def test_whoever_looks_after_a_customer_since_keeps_the_team_that_shows_it(office: Sheets, run: str):
    office.create(name="Ana", email="ana@example.com", teams=[office.team("Care")])
    maria = office.agent("maria", "Sales")["user_id"]
    office.team("North")
    [told] = office.load(row(2, email="ana@example.com", teams=["Sales", "North"]), run=run)
    office.update(told["customer"], assignee=maria)
    assert undo(office, run) == [("partly", {"teams": "changed_since"})]
    after = office.get(told["customer"])
    assert (after["assignee"], set(after["teams"])) == (maria, {office.team("Care"), office.team("Sales")})


def test_nobody_looks_after_a_customer_who_could_not_any_more(office: Sheets, run: str):
    names, team = ("maria", "bo", "cy"), [office.team("Care")]
    for name in names:
        user = office.agent(name, "Care")["user_id"]
        office.create(name=name, email=f"{name}@example.com", teams=team, assignee=user)
    rows = [row(n, email=f"{name}@example.com", assignee="root") for n, name in enumerate(names)]
    told = office.load(*rows, run=run, policy="update")
    office.deactivate("maria")
    office.agent("bo", "Sales")
    left = ("partly", {"assignee": "changed_since"})
    assert undo(office, run) == [left, left, ("restored", {})]
    assert [office.get(each["customer"])["assignee"] for each in told] == [None, None, office.user("cy")]


def test_an_edit_between_two_rows_of_one_import_is_kept(office: Sheets, run: str):
    ana = office.create(name="Ana", email="ana@example.com")
    office.load(row(2, "First", email="ana@example.com"), run=run, policy="update")
    office.update(ana["id"], name="By hand")
    office.load(row(3, "Last", email="ana@example.com"), run=run, policy="update")
    assert undo(office, run) == [("partly", {"name": "changed_since"})]
    assert office.get(ana["id"])["name"] == "By hand"


def test_after_a_merge_what_the_other_brought_stays(office: Sheets, run: str):
    ana = office.create(name="Ana", email="ana@example.com")
    bo = office.create(name="Bo", phone="11 3333-4444", tags=["vip"])
    office.load(row(2, email="ana@example.com", phone=ANA["phone"], tags=["vip", "fair"]), run=run)
    office.merge(bo["id"], into=ana["id"])
    assert undo(office, run) == [("partly", {"tags": "merged"})]
    after = office.get(ana["id"])
    assert (after["tags"], after["phone"]) == (["vip"], "+551133334444")
    [(merge,)] = office.rows("SELECT id FROM merge")
    office.service.undo_merge(office.admin, str(merge))
    assert (office.get(ana["id"])["tags"], office.get(bo["id"])["tags"]) == ([], ["vip"])


def test_who_was_deleted_meanwhile_is_gone(office: Sheets, run: str):
    ana = office.create(email="ana@example.com")
    office.load(row(2, email="ana@example.com", tags=["x"]), run=run)
    office.service.delete_customer(office.admin, ana["id"])
    assert undo(office, run) == [("gone", {})]


def test_agents_undo_what_they_see(office: Sheets, run: str):
    office.set(agents_may_import=True)
    maria = office.agent("maria", "Sales")
    made, moved = office.load(row(2, "Ana", **ANA), row(3, "Bo"), run=run, scope=maria)
    office.update(moved["customer"], teams=[office.team("Care")])
    assert undo(office, run, scope=maria) == [("removed", {}), ("kept", {"customer": "not_visible"})]
    assert [str(each.id) for each in office.people()] == [moved["customer"]]
    assert made["outcome"] == "created"


def test_agents_are_told_one_word_for_whatever_others_did_since(office: Sheets, run: str):
    office.set(agents_may_import=True)
    maria = office.agent("maria", "Sales")
    rows = [row(n, f"Person {n}", phone=f"11 98765-000{n}") for n in range(1, 5)]
    edited, noted, merged, survivor = (each["customer"] for each in office.load(*rows, run=run, scope=maria))
    office.update(edited, status="blocked")
    office.merge(merged, into=survivor)
    told = undo(office, run, touched=[noted], scope=maria)
    since = ("kept", {"customer": "changed_since"})
    assert dict(zip(sorted([edited, noted, merged, survivor]), told, strict=True)) == {
        **dict.fromkeys([edited, noted, survivor], since),
        merged: ("kept", {"customer": "not_visible"}),
    }


def test_in_steps_and_only_what_it_changed(office: Sheets, run: str):
    known = office.create(name="Known", email="known@example.com")
    rows = [row(n, f"Person {n}") for n in range(1, 5)]
    assert "unchanged" in outcomes(office.load(*rows, row(5, "K", email="known@example.com"), run=run))
    first = office.service.import_effects(office.admin, run, limit=3)
    assert (len(first["customers"]), first["next"]) == (3, first["customers"][2])
    office.undo(run, known["id"], *first["customers"])
    last = office.service.import_effects(office.admin, run, after=first["next"], limit=3)
    assert (len(last["customers"]), last["next"]) == (1, None)
    assert {str(each.id) for each in office.people()} == {known["id"], *last["customers"]}
    office.undo(run, *last["customers"])
    assert [str(each.id) for each in office.people()] == [known["id"]]


def test_what_can_be_undone_no_more_is_forgotten(office: Sheets, run: str):
    office.load(row(2, "Ana", **ANA), run=run)
    office.service.forget_import_effects()
    assert office.service.import_effects(office.admin, run)["customers"]
    office.run("UPDATE import_effect SET at = at - interval '33 days'")
    office.service.forget_import_effects()
    assert undo(office, run) == []
    assert len(office.people()) == 1
