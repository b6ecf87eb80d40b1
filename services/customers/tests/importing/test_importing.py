"""What becomes of rows: made, merged, updated, skipped; and each of them once."""

from __future__ import annotations

import pytest

from servicekit.errors import Invalid
from servicekit.ids import new_id
from services.customers.tests.importing.sheet import Sheets, address, outcomes, row

ANA = {"email": "Ana@Example.com", "phone": "+55 11 98765-4321"}


def test_a_row_of_nobody_known_makes_a_customer(office: Sheets):
    office.service.create_custom_field(office.admin, {"key": "city", "label": "City", "type": "text"})
    team = office.team("Sales")
    [made] = office.load(
        row(2, "Ana Souza", **ANA, tags=["VIP", "vip"], teams=["sales"], custom={"city": "Recife"},
            created_at="2020-05-01T10:00:00Z"),
        tags=["Fair"],
    )  # fmt: skip
    assert (made["n"], made["outcome"], made["version"]) == (2, "created", 1)
    ana = office.get(made["customer"])
    assert (ana["name"], ana["email"], ana["phone"]) == ("Ana Souza", "Ana@example.com", "+5511987654321")
    assert (ana["tags"], ana["teams"], ana["custom"]) == (["Fair", "VIP"], [team], {"city": "Recife"})
    assert (ana["channel"], ana["created_at"]) == ("import", "2020-05-01T10:00:00Z")
    [event] = office.events("customers.changed.v1")
    assert [(c["id"], c["kind"]) for c in event["data"]["customers"]] == [(ana["id"], "created")]
    [change] = office.rows("SELECT field, origin FROM change")
    assert tuple(change) == ("created", "import")


def test_a_merge_fills_what_is_empty_and_adds(office: Sheets):
    ana = office.create(name="Ana", email="ana@example.com", tags=["old"])
    [merged] = office.load(row(2, "Ana Souza", **ANA, tags=["new"], status="blocked"))
    assert (merged["outcome"], merged["customer"], merged["version"]) == ("merged", ana["id"], 2)
    after = office.get(ana["id"])
    assert (after["name"], after["phone"], after["tags"]) == ("Ana", "+5511987654321", ["new", "old"])
    assert (after["status"], after["version"]) == ("active", 2)


def test_an_update_writes_what_is_given_and_keeps_the_old_address(office: Sheets):
    ana = office.create(name="Ana", email="ana@example.com", phone="11 3333-4444", tags=["old"])
    [updated] = office.load(row(2, "Ana Souza", **ANA, tags=["new"], status="blocked"), policy="update")
    assert (updated["outcome"], updated["customer"]) == ("updated", ana["id"])
    after = office.get(ana["id"])
    assert (after["name"], after["phone"], after["status"]) == ("Ana Souza", "+5511987654321", "blocked")
    assert [p["value"] for p in after["contact_points"] if p["kind"] == "phone"] == [
        "+551133334444", "+5511987654321"
    ]  # fmt: skip
    assert after["tags"] == ["new", "old"]


def test_an_empty_cell_clears_nothing(office: Sheets):
    ana = office.create(name="Ana", email="ana@example.com", tags=["old"])
    [same] = office.load(row(2, id=ana["id"]), policy="update")
    assert (same["outcome"], office.get(ana["id"])) == ("unchanged", ana)


def test_whoever_is_known_is_skipped_if_so_wished(office: Sheets):
    ana = office.create(name="Ana", email="ana@example.com")
    [skipped] = office.load(row(2, "Ana Souza", **ANA), policy="skip")
    assert (skipped["outcome"], skipped["customer"]) == ("skipped", ana["id"])
    assert office.get(ana["id"]) == ana


def test_a_row_meets_the_customer_that_an_earlier_row_made(office: Sheets):
    first = row(2, "Ana", email="ana@example.com")
    answers = office.load(first, row(3, "Ana S.", **ANA), row(4, phone="11 98765 4321", tags=["late"]))
    assert outcomes(answers) == ["created", "merged", "merged"]
    assert len({each["customer"] for each in answers}) == 1
    assert [each.get("made_by") for each in answers] == [None, 2, 2]
    [(_, name, version)] = office.people()
    assert (name, version) == ("Ana", 1)


def test_the_same_rows_again_change_nothing(office: Sheets):
    rows = [row(2, "Ana", **ANA, tags=["a"]), row(3, "Nobody's key")]
    office.load(*rows[:1])
    before = office.people()
    assert outcomes(office.load(*rows[:1])) == ["unchanged"]
    assert outcomes(office.load(*rows[:1], policy="update")) == ["unchanged"]
    assert office.people() == before
    assert len(office.events()) == 1


def test_a_repeated_call_answers_what_the_first_did(office: Sheets):
    rows, run = (
        [row(2, "Ana", **ANA), row(3, "Bo"), row(4), row(5, "Ana", **ANA, id=str(new_id()))],
        str(new_id()),
    )
    first = office.load(*rows, run=run)
    assert outcomes(first) == ["created", "created", "refused", "refused"]
    again = office.load(*rows, run=run)
    assert [{**each, "name": None} for each in again] == [{**each, "name": None} for each in first]
    assert len(office.people()) == 2


def test_what_became_of_rows_is_told_without_doing_them(office: Sheets):
    run, rows = str(new_id()), [row(2, "Ana", email="ana@example.com"), row(3, id="no id")]
    assert office.service.import_outcomes(run, [2, 3]) == {"rows": []}
    office.load(*rows, run=run)
    told = office.service.import_outcomes(run, [4, 3, 2])["rows"]
    assert told == office.load(*reversed(rows), run=run)
    assert [(each["n"], each["outcome"]) for each in told] == [(3, "refused"), (2, "created")]
    with pytest.raises(Invalid, match="invalid_list"):
        office.service.import_outcomes(run, 2)


def test_the_id_of_an_absorbed_record_means_the_survivor(office: Sheets):
    ana, old = office.create(email="ana@example.com"), office.create(phone="11 98765-4321")
    office.merge(old["id"], into=ana["id"])
    [merged] = office.load(row(2, id=old["id"], tags=["x"], phone="11 98765-4321"))
    assert (merged["outcome"], merged["customer"]) == ("merged", ana["id"])


def test_who_matches_two_is_left_to_an_administrator(office: Sheets):
    ana, bo = office.create(email="ana@example.com"), office.create(phone="11 98765-4321")
    run, asked = str(new_id()), row(2, "Ana", **ANA, tags=["x"])
    [unclear] = office.load(asked, run=run)
    assert (unclear["outcome"], unclear["code"]) == ("needs_review", "two_customers")
    assert sorted(unclear["candidates"]) == sorted([ana["id"], bo["id"]])
    [decided] = office.load({**asked, "target": bo["id"]}, run=run)
    assert (decided["outcome"], decided["customer"]) == ("merged", bo["id"])
    assert [w["code"] for w in decided["warnings"]] == ["address_of_another"]
    assert office.get(bo["id"])["email"] is None


def test_further_addresses_and_platform_ids(office: Sheets):
    also = [
        address("contact_points", "ana@work.example", kind="email"),
        address("contact_points", "1234567", kind="instagram", scope="page-1"),
    ]
    [made] = office.load(row(2, "Ana", **ANA, also=also))
    points = office.get(made["customer"])["contact_points"]
    assert sorted((p["kind"], p["primary"]) for p in points) == [
        ("email", False), ("email", True), ("instagram", True), ("phone", True)
    ]  # fmt: skip
