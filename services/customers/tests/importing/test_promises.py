"""What holds for any rows: the check says what the run does, and the same rows again change nothing."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicekit.ids import new_id
from servicekit.testing.databases import empty
from services.customers.tables import metadata
from services.customers.tests.importing.sheet import Sheets, outcomes, row

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "12"))
FEW = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
_emails = st.sampled_from([f"{c}@example.com" for c in "abcd"])
_phones = st.sampled_from([f"+55 11 98765-000{n}" for n in range(4)])
_some = {
    "email": _emails,
    "phone": _phones,
    "whatsapp": _phones,
    "tags": st.lists(st.sampled_from(["VIP", "vip", "lead", "old"]), min_size=1, max_size=3),
    "status": st.sampled_from(["active", "blocked", "gone"]),
    "custom": st.fixed_dictionaries(
        {},
        optional={"city": st.sampled_from(["Recife", " "]), "plan": st.sampled_from(["Gold", "Tin", "Zinc"])},
    ),
}
_typed = st.fixed_dictionaries({"name": st.sampled_from(["Ana", "Bo", "+55 11 91234-5678"])}, optional=_some)
_known = st.lists(st.fixed_dictionaries({}, optional={"email": _emails, "phone": _phones}), max_size=4)
_rows = st.lists(st.tuples(_typed, st.none() | st.integers(0, 3)), min_size=1, max_size=12)
_options = st.fixed_dictionaries(
    {
        "policy": st.sampled_from(["skip", "merge", "update"]),
        "unknown_options": st.sampled_from(["refuse", "empty", "create"]),
        "tags": st.sampled_from([[], ["fair"]]),
    }
)


def a_company(office: Sheets, known: list[Any]) -> list[str]:
    """With these customers, whatever of their addresses is free."""
    empty(office.db, metadata.tables)
    Sheets.__init__(office, office.db)
    plan = {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]}
    office.service.create_custom_field(office.admin, plan)
    office.service.create_custom_field(office.admin, {"key": "city", "label": "City", "type": "text"})
    run = str(new_id())
    return [
        each["customer"]
        for each in office.load(*(row(n, f"Known {n}", **data) for n, data in enumerate(known)), run=run)
        if each["outcome"] == "created"
    ]


def rows_of(typed: list[Any], known: list[str]) -> list[Any]:
    """Some of them name a customer by id."""
    return [
        row(n, **data, **({"id": known[whose % len(known)]} if known and whose is not None else {}))
        for n, (data, whose) in enumerate(typed, 2)
    ]


def promised(rows: list[Any]) -> list[Any]:
    parts = ("n", "outcome", "code", "errors", "warnings", "unknown_options", "made_by")
    return [{part: each.get(part) for part in parts} for each in rows]


def everything(office: Sheets) -> Any:
    """All that customers are, and all that was told of them."""
    return [
        office.rows(statement)
        for statement in (
            "SELECT * FROM customer ORDER BY id",
            "SELECT * FROM contact_point ORDER BY id",
            "SELECT * FROM identity_key ORDER BY 1, 2",
            "SELECT id FROM change ORDER BY id",
            "SELECT id FROM outbox ORDER BY id",
            "SELECT label FROM custom_option ORDER BY id",
            "SELECT name FROM tag ORDER BY id",
        )
    ]


@settings(max_examples=EXAMPLES, **FEW)
@given(_known, _rows, _options)
def test_a_check_says_what_the_run_does(office: Sheets, known, typed, options):
    rows = rows_of(typed, a_company(office, known))
    before = everything(office)
    plan = office.plan(*rows, **options)
    assert everything(office) == before
    done = office.load(*rows, **options)
    assert promised(done) == promised(plan)
    made = {each["customer"] for each in done if each["outcome"] == "created"}
    for planned, told in zip(plan, done, strict=True):
        assert planned["customer"] == (None if told["customer"] in made else told["customer"])


@settings(max_examples=EXAMPLES, **FEW)
@given(_known, _rows, _options)
def test_rows_with_an_address_change_nothing_the_second_time(office: Sheets, known, typed, options):
    rows = rows_of(typed, a_company(office, known))
    keyed = [each for each in rows if "id" in each["form"] or "addresses" in each["form"]]
    options = {**options, "policy": "skip" if options["policy"] == "skip" else "merge"}
    run = str(new_id())
    first = office.load(*keyed, run=run, **options)
    before = everything(office)
    again = office.load(*keyed, **options)
    assert set(outcomes(again)) <= {"unchanged", "skipped", "refused", "needs_review"}
    # Who was skipped took no address, so that a later row may have: then both meet the first one.
    if options["policy"] == "merge":
        assert [each["customer"] for each in again] == [each["customer"] for each in first]
    assert [{**each, "name": None} for each in office.load(*keyed, run=run, **options)] == [
        {**each, "name": None} for each in first
    ]
    assert everything(office) == before


@settings(max_examples=EXAMPLES, **FEW)
@given(_known, _rows, _options)
def test_what_nobody_touched_is_after_the_undoing_as_it_was(office: Sheets, known, typed, options):
    ids = a_company(office, known)
    before = [comparable(office.get(id_)) for id_ in ids]
    run = str(new_id())
    office.load(*rows_of(typed, ids), run=run, **options)
    answer = office.undo(run)
    assert {each["outcome"] for each in answer["customers"]} <= {"removed", "restored"}
    assert [comparable(office.get(id_)) for id_ in ids] == before
    assert {str(each.id) for each in office.people()} == set(ids)


def comparable(customer: Any) -> Any:
    return {k: v for k, v in customer.items() if k not in ("version", "updated_at")}
