"""What a row may say, how it is refused, and what becomes of options, teams and users that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Invalid, TooLarge
from servicekit.ids import new_id
from services.customers.tests.importing.sheet import Sheets, address, outcomes, row

MANY = [address("contact_points", f"a{n}@example.com", kind="email") for n in range(101)]


@pytest.mark.parametrize(
    ("data", "pointer", "code"),
    [
        ({"name": None}, "/name", "missing_name"),
        ({"name": "+55 11 98765-4321"}, "/name", "missing_name"),
        ({"name": "x" * 201}, "/name", "too_long"),
        ({"name": "a\x00b"}, "/name", "invalid_characters"),
        ({"tags": ["x" * 101]}, "/tags/0", "invalid_tag"),
        ({"tags": [f"t{n}" for n in range(101)]}, "/tags", "too_many_tags"),
        ({"also": MANY}, "/contact_points", "too_many_contact_points"),
        ({"status": "gone"}, "/status", "invalid_status"),
        ({"channel": "No slug"}, "/channel", "invalid_channel"),
        ({"created_at": "yesterday"}, "/created_at", "invalid_date"),
        ({"teams": ["Nowhere"]}, "/teams", "unknown_team"),
        ({"assignee": "nobody"}, "/assignee", "unknown_user"),
        ({"custom": {"nothing": "x"}}, "/custom/nothing", "unknown_field"),
        ({"custom": {"age": "old"}}, "/custom/age", "invalid_number"),
        ({"custom": {"age": {"years": 7}}}, "/custom/age", "invalid_number"),
        ({"custom": {"plan": "Bronze"}}, "/custom/plan", "unknown_option"),
        ({"id": "7"}, "/id", "unknown_id"),
    ],
)
def test_what_is_wrong_is_said_by_pointer_and_code(office: Sheets, data: Any, pointer: str, code: str):
    fields(office)
    asked = row(2, data.pop("name", "Ana"), email="ana@example.com", **data)
    for told in (office.plan(asked), office.load(asked)):
        assert [(e["pointer"], e["code"]) for e in told[0]["errors"]] == [(pointer, code)]
        assert (told[0]["outcome"], told[0]["code"], told[0]["customer"]) == ("refused", code, None)
    assert (office.people(), office.rows("SELECT * FROM identity_key")) == ([], [])


def fields(office: Sheets) -> None:
    plan = {"key": "plan", "label": "Plan", "type": "multiselect", "options": ["Gold"]}
    office.service.create_custom_field(office.admin, plan)
    office.service.create_custom_field(office.admin, {"key": "age", "label": "Age", "type": "number"})


def test_unknown_options_are_counted_and_left_out(office: Sheets):
    fields(office)
    asked = row(2, "Ana", custom={"plan": ["gold", "Bronze"], "age": 7})
    [planned] = office.plan(asked, unknown_options="empty")
    [told] = office.load(asked, unknown_options="empty")
    assert planned["unknown_options"] == told["unknown_options"] == [{"field": "plan", "label": "Bronze"}]
    assert [w["code"] for w in told["warnings"]] == ["option_left_out"]
    custom = office.get(told["customer"])["custom"]
    assert ([o["label"] for o in custom["plan"]], custom["age"]) == (["Gold"], 7)


def test_unknown_options_are_made_once_and_only_if_they_are_used(office: Sheets):
    fields(office)
    rows = [
        row(2, "Ana", custom={"plan": ["Gold", "Bronze"]}),
        row(3, "Bo", custom={"plan": ["BRONZE", "Tin"]}),
        row(4, None, custom={"plan": ["Never"]}),
    ]
    office.plan(*rows, unknown_options="create")
    assert len(office.service.list_options(office.admin, "plan")["data"]) == 1
    told = office.load(*rows, unknown_options="create")
    assert outcomes(told) == ["created", "created", "refused"]
    labels = [o["label"] for o in office.service.list_options(office.admin, "plan")["data"]]
    assert labels == ["Gold", "Bronze", "Tin"]
    custom = office.get(told[1]["customer"])["custom"]
    assert [o["label"] for o in custom["plan"]] == ["Bronze", "Tin"]
    assert outcomes(office.load(row(2, id=told[1]["customer"], custom={"plan": ["Tin", "bronze"]}))) == [
        "unchanged"
    ]


def test_a_made_option_is_undone_in_the_customer(office: Sheets):
    fields(office)
    ana, run = office.create(email="ana@example.com"), str(new_id())
    asked = row(2, email="ana@example.com", custom={"plan": ["Bronze"]})
    office.load(asked, run=run, unknown_options="create")
    assert office.get(ana["id"])["custom"]["plan"]
    office.undo(run)
    assert office.get(ana["id"])["custom"] == {}


def test_an_archived_option_is_no_choice_but_for_who_has_it(office: Sheets):
    fields(office)
    ana = office.create(custom={"plan": ["Gold"]})
    field = office.service.get_custom_field(office.admin, "plan")
    office.service.archive_option(office.admin, "plan", field["options"][0]["id"], field["version"])
    told = office.load(
        row(2, id=ana["id"], custom={"plan": ["Gold"]}), row(3, "Bo", custom={"plan": ["Gold"]})
    )
    assert [(each["outcome"], each.get("code")) for each in told] == [
        ("unchanged", None), ("refused", "option_archived")
    ]  # fmt: skip


def test_a_team_and_a_user_who_are_new_are_heard_of(office: Sheets):
    office.unheard_of_team("Brand new")
    [made] = office.load(row(2, "Ana", teams=["brand NEW"], assignee="root"))
    ana = office.get(made["customer"])
    assert (ana["teams"], ana["assignee"]) == ([office.team("Brand new")], office.user("root"))


def test_an_assignee_has_to_see_the_customer(office: Sheets):
    office.agent("maria", "Sales")
    told = office.load(row(2, "Ana", assignee="Maria"), row(3, "Bo", assignee="maria", teams=["sales"]))
    assert [(each["outcome"], each.get("code")) for each in told] == [
        ("refused", "unknown_user"), ("created", None)
    ]  # fmt: skip


def test_who_is_gone_may_stay_where_they_are(office: Sheets):
    office.agent("maria", "Sales")
    ana = office.create(teams=[office.team("Sales")], assignee=office.user("maria"))
    team = office.team("Sales")
    office.deactivate("maria")
    office.lose_team("Sales")
    asked = row(2, id=ana["id"], assignee="maria", teams=[team])
    assert outcomes(office.load(asked, policy="update")) == ["unchanged"]


def test_a_renamed_tag_is_found_by_its_alias(office: Sheets):
    ana = office.create(tags=["vip", "gold"])
    vip, gold = (office.service.list_tags(office.admin, q=q)["data"][0]["id"] for q in ("vip", "gold"))
    office.service.update_tag(office.admin, vip, {"merge_into": gold})
    [same] = office.load(row(2, id=ana["id"], tags=["VIP", "Gold"]))
    assert same["outcome"] == "unchanged"


def test_duplicates_are_made_only_where_they_are_allowed(office: Sheets):
    ana = office.create(email="ana@example.com")
    asked = [row(2, "Ana", email="ana@example.com"), row(3, "Ana", email="ana@example.com")]
    with pytest.raises(Invalid) as refused:
        office.load(*asked, policy="create")
    assert refused.value.payload["errors"][0]["code"] == "duplicates_not_allowed"
    office.set(allow_duplicates=True)
    told = office.load(*asked, policy="create")
    assert outcomes(told) == ["created", "created"]
    assert [w["code"] for each in told for w in each["warnings"]] == ["duplicate_customer"] * 2
    pairs = [frozenset(p) for e in office.events("duplicate.detected.v1") for p in e["data"]["pairs"]]
    first, second = (each["customer"] for each in told)
    assert set(pairs) == {
        frozenset({ana["id"], first}), frozenset({ana["id"], second}), frozenset({first, second})
    }  # fmt: skip


def test_what_no_import_sends_is_refused_as_a_whole(office: Sheets):
    bad: list[Any] = [
        [{"n": "2", "form": {}}],
        [{"n": 2}],
        [{"n": 2, "form": {"name": "A", "custom": "x"}}],
        [{"n": 2, "form": {"name": "A", "teams": [7]}}],
        [row(2, "A"), row(2, "B")],
        [{"n": 2, "form": {"name": "A", "addresses": [{"kind": "email", "value": "a@b.example"}]}}],
    ]
    for rows in bad:
        with pytest.raises(Invalid):
            office.load(*rows)
    with pytest.raises(TooLarge):
        office.load(*(row(n, "A") for n in range(1_001)))
    for options in ({"policy": "guess"}, {"unknown_options": "guess"}, {"teams": ["x"]}, {"tags": [""]}):
        with pytest.raises(Invalid):
            office.load(row(2, "A"), **options)
    assert office.people() == []
