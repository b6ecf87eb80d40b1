"""Agents import where they may, into their teams, and learn of nobody whom they do not see."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid
from servicekit.ids import new_id
from services.customers.importing import facts
from services.customers.tests.importing.sheet import Sheets, outcomes, row

Json = dict[str, Any]
CLEAR: Json = {"outcome": "created", "customer": None}
UNCLEAR: Json = {"outcome": "needs_review"}


@pytest.fixture
def maria(office: Sheets) -> Json:
    office.set(agents_may_import=True)
    return office.agent("maria", "Sales")


def hidden(office: Sheets, count: int) -> list[str]:
    """Phones of customers of another team."""
    team = office.team("Care")
    phones = [f"+55 11 98765-{n:04}" for n in range(count)]
    for phone in phones:
        office.create(name="Secret", phone=phone, teams=[team])
    return phones


def spent(office: Sheets) -> int:
    [(count,)] = office.rows("SELECT count(*) FROM restricted_answer")
    return int(count)


def test_only_who_may_import_does(office: Sheets):
    maria, connector = office.agent("maria", "Sales"), {**office.admin, "role": "connector"}
    run, asked = str(new_id()), [row(2, "Ana")]
    for scope, code in ((maria, "imports_forbidden"), (connector, "not_for_connectors")):
        for dry in (True, False):
            with pytest.raises(Forbidden, match=code):
                office.answer(asked, scope, run, dry)
    office.set(agents_may_import=True, hide_contact_data=True)
    for call in (
        lambda: office.answer(asked, maria, run),
        lambda: office.service.undo_import(maria, run, []),
        lambda: office.service.import_effects(maria, run),
        lambda: office.service.import_targets(maria, [{"n": 2, "identities": [["line", "+5511987650001"]]}]),
    ):
        with pytest.raises(Forbidden, match="contact_data_hidden"):
            call()
    assert office.service.import_facts(maria)["masked"] is True
    assert office.people() == []


def test_what_an_agent_makes_is_of_one_of_their_teams(office: Sheets, maria: Json):
    care = office.team("Care")
    [made, foreign] = office.load(row(2, "Ana"), row(3, "Bo", teams=["Care"]), scope=maria)
    assert office.get(made["customer"])["teams"] == [office.team("Sales")]
    assert (foreign["outcome"], foreign["code"]) == ("refused", "unknown_team")
    with pytest.raises(Invalid, match="unknown_team"):
        office.load(row(4, "Cy"), scope=maria, teams=[care])
    both = office.agent("both", "Sales", "Care")
    [unclear, said] = office.load(row(2, "Di"), row(3, "Ed", teams=["care"]), scope=both)
    assert unclear["code"] == "team_required"
    assert office.get(said["customer"])["teams"] == [care]
    [nowhere] = office.load(row(2, "Fa"), scope=office.agent("idle"))
    assert nowhere["code"] == "no_team"


def test_an_id_that_is_hidden_is_one_that_never_was(office: Sheets, maria: Json):
    secret = office.create(name="Secret", teams=[office.team("Care")])
    unknown = str(new_id())
    told = office.load(row(2, id=secret["id"]), row(2 + 1, id=unknown), row(4, id="no id"), scope=maria)
    assert [{**each, "n": 0} for each in told] == [{**told[0], "n": 0}] * 3
    assert (told[0]["outcome"], told[0]["code"], spent(office)) == ("refused", "unknown_id", 0)


def test_hidden_matches_are_told_by_one_word_ten_times_an_hour(office: Sheets, maria: Json):
    phones = hidden(office, 12)
    rows = [row(n, "Somebody", phone=phone) for n, phone in enumerate(phones, 2)]
    free = row(99, "Free", phone="+55 21 98888-0000")
    answer = office.answer(
        [*rows[:8], free, *rows[8:], {**free, "n": 100}, row(101, "No key")], maria, dry=True
    )
    codes = [each.get("code") for each in answer["rows"]]
    assert codes == ["unclear_match"] * 8 + [None] + ["unclear_match"] * 5 + [None]
    assert (answer["budget_exhausted"], spent(office)) == (True, 9)
    keys = {"n", "outcome", "errors", "warnings", "candidates", "unknown_options", "code", "customer"}
    told = [each for each in answer["rows"] if each["outcome"] == "needs_review"]
    assert [{**each, "n": 0} for each in told] == [{**told[0], "n": 0}] * 13
    assert (told[0].keys(), told[0]["candidates"], told[0]["customer"]) == (keys, [], None)


def test_a_run_does_what_its_check_found_clear(office: Sheets, maria: Json):
    phones = hidden(office, 11)
    office.plan(*(row(n, "Somebody", phone=p) for n, p in enumerate(phones)), scope=maria)
    told = office.load(
        row(2, "Ana", phone="+55 21 98888-0000", plan=CLEAR),
        row(3, "Was unclear", phone=phones[0], plan=UNCLEAR),
        row(4, "Bo", phone="+55 21 98888-0001", plan=CLEAR),
        scope=maria,
    )
    assert outcomes(told) == ["created", "needs_review", "created"]
    assert spent(office) == 9


def test_who_came_after_the_check_is_told_of_no_more_often(office: Sheets, maria: Json):
    told, pairs = [], list(enumerate(hidden(office, 24)))
    for batch in (pairs[:12], pairs[12:]):
        rows = [
            each
            for n, phone in batch
            for each in (
                row(2 * n, "Free", phone=f"+55 21 98888-{n:04}", plan=CLEAR),
                row(2 * n + 1, "Taken", phone=phone, plan=CLEAR),
            )
        ]
        told += office.load(*rows, scope=maria)
    apart = [free["outcome"] != taken["outcome"] for free, taken in zip(told[::2], told[1::2], strict=True)]
    assert apart == [True] * 10 + [False] * 14
    assert spent(office) == 10


def test_what_its_check_kept_silent_about_a_run_tells_neither(office: Sheets, maria: Json):
    (phone,) = hidden(office, 1)
    told = office.load(
        row(2, "Free", phone="+55 21 98888-0000", plan=UNCLEAR),
        row(3, "Taken", phone=phone, plan=UNCLEAR),
        scope=maria,
    )
    assert [{**each, "n": 0} for each in told] == [{**told[0], "n": 0}] * 2
    assert (told[0]["code"], spent(office)) == ("unclear_match", 0)


def test_two_visible_matches_of_an_agent_cost_nothing(office: Sheets, maria: Json):
    team = [office.team("Sales")]
    ana = office.create(email="ana@example.com", teams=team)
    bo = office.create(phone="11 3333-4444", teams=team)
    [told] = office.load(row(2, "A", email="ana@example.com", phone="11 3333-4444"), scope=maria)
    assert (told["code"], sorted(told["candidates"])) == ("unclear_match", sorted([ana["id"], bo["id"]]))
    assert spent(office) == 0


def test_one_hidden_match_among_visible_ones_names_nobody(office: Sheets, maria: Json):
    (phone,) = hidden(office, 1)
    ana = office.create(email="ana@example.com", teams=[office.team("Sales")])
    for asked in (row(2, "A", email="ana@example.com", phone=phone), row(3, id=ana["id"], phone=phone)):
        [told] = office.load(asked, scope=maria)
        assert (told["code"], told["candidates"], told["customer"]) == ("unclear_match", [], None)
    assert spent(office) == 2


def test_agents_decide_nothing_and_make_no_options(office: Sheets, maria: Json):
    ana = office.create(email="ana@example.com", teams=[office.team("Sales")])
    with pytest.raises(Forbidden, match="administrators_only"):
        office.load(row(2, "A", target=ana["id"]), scope=maria)
    with pytest.raises(Forbidden, match="administrators_only"):
        office.load(row(2, "A"), scope=maria, unknown_options="create")


def test_facts_name_what_the_caller_may_name(office: Sheets, maria: Json):
    care = office.team("Care")
    told = office.service.import_facts(maria)
    assert [team["name"] for team in told["teams"]] == ["Sales"]
    assert (told["may_import"], told["may_export"], told["masked"]) == (True, False, False)
    assert {"id": care, "name": "Care"} in office.service.import_facts(office.admin)["teams"]


def test_rights_are_told_to_whoever_asks(office: Sheets):
    maria, connector = office.agent("maria", "Sales"), {**office.admin, "role": "connector"}
    everything = {"may_import": True, "may_export": True, "masked": False}
    nothing = {"may_import": False, "may_export": False, "masked": False}
    assert office.service.import_rights(office.admin) == everything
    assert office.service.import_rights(maria) == nothing
    office.set(agents_may_export=True, hide_contact_data=True)
    assert office.service.import_rights(maria) == {**nothing, "may_export": True, "masked": True}
    with pytest.raises(Forbidden, match="not_for_connectors"):
        office.service.import_rights(connector)


def test_facts_have_room_for_so_many_options(office: Sheets, monkeypatch: pytest.MonkeyPatch):
    for key, count in (("few", 2), ("many", 3), ("more", 1)):
        options = [f"Option {n}" for n in range(count)]
        data = {"key": key, "label": key, "type": "select", "options": options}
        office.service.create_custom_field(office.admin, data)
    monkeypatch.setattr(facts, "MAX_OPTIONS", 4)
    told = office.service.import_facts(office.admin)["fields"]
    assert [(f["key"], len(f["options"]), f["options_left_out"]) for f in told] == [
        ("few", 2, False),
        ("many", 0, True),
        ("more", 1, False),
    ]


def test_targets_group_rows_by_whom_they_would_meet(office: Sheets):
    ana, old = office.create(email="ana@example.com"), office.create(phone="11 3333-4444")
    office.merge(old["id"], into=ana["id"])
    asked = [
        {"n": 2, "id": old["id"]},
        {"n": 3, "identities": [["email", "nobody@example.com"], ["line", "+551133334444"]]},
        {"n": 4, "identities": [["email", "nobody@example.com"]]},
        {"n": 5, "id": str(new_id())},
    ]
    targets = office.service.import_targets(office.admin, asked)["targets"]
    assert targets == {"2": ana["id"], "3": ana["id"]}


def test_who_is_hidden_is_no_target(office: Sheets, maria: Json):
    hidden(office, 1)
    [secret] = office.people()
    ana = office.create(email="ana@example.com", teams=[office.team("Sales")])
    phone = ["line", "+5511987650000"]
    asked = [
        {"n": 2, "id": str(secret.id)},
        {"n": 3, "identities": [phone]},
        {"n": 4, "identities": [phone, ["email", "ana@example.com"]]},
    ]
    assert office.service.import_targets(maria, asked)["targets"] == {"4": ana["id"]}
    assert office.service.import_targets(office.admin, asked)["targets"] == {n: str(secret.id) for n in "234"}
