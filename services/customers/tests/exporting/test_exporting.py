"""Pages of customers for files: who is on them, and what their cells say."""

from __future__ import annotations

from typing import Any

import pytest

from servicekit.errors import Forbidden, Invalid
from servicekit.ids import new_id
from services.customers.exporting import pages
from services.customers.exporting.domain.cells import Points
from services.customers.filters.sql import Condition
from services.customers.search import narrowing, running
from services.customers.tests.registry.test_creating import codes
from services.customers.tests.world import World

Json = dict[str, Any]
CONTACT = ["email", "phone", "whatsapp", "emails", "phones", "whatsapps"]
PLATFORMS = ["instagram", "facebook", "telegram", "external"]


def opened(world: World, scope: Json | None = None, **asked: Any) -> Json:
    return world.service.open_export(scope or world.admin, **{"selection": {}, **asked})


def page(world: World, export: Json, scope: Json | None = None, **further: Any) -> Json:
    kept = {key: export[key] for key in ("selection", "upto", "as_of", "time_zone")}
    columns = [column["key"] for column in export["columns"]]
    return world.service.export_page(scope or world.admin, columns=columns, **kept, **further)


def walked(
    world: World, export: Json, scope: Json | None = None, *, limit: int = 2, after: Any = None
) -> Any:
    """All rows, in small steps."""
    rows = []
    while True:
        found = page(world, export, scope, after=after, limit=limit)
        rows += found["rows"]
        after = found["next"]
        if after is None:
            return rows


def exported(world: World, scope: Json | None = None, **asked: Any) -> list[Json]:
    """By column; empty cells left out."""
    export = opened(world, scope, **asked)
    keys = [column["key"] for column in export["columns"]]
    rows = walked(world, export, scope)
    return [{k: v for k, v in zip(keys, row, strict=True) if v is not None} for row in rows]


def names(world: World, scope: Json | None = None, **asked: Any) -> list[str]:
    return [row["name"] for row in exported(world, scope, columns=["name"], **asked)]


@pytest.fixture
def fields(world: World) -> None:
    for field in (
        {"key": "plan", "label": "Plan", "type": "select", "options": ["Gold", "Silver"]},
        {"key": "likes", "label": "Likes", "type": "multiselect", "options": ["Tea, green", "Rum"]},
        {"key": "score", "label": "Score", "type": "number"},
        {"key": "born", "label": "Born", "type": "date"},
        {"key": "seen", "label": "name", "type": "datetime"},
        {"key": "vip", "label": "VIP", "type": "boolean"},
    ):
        world.service.create_custom_field(world.admin, field)


@pytest.mark.usefixtures("fields")
def test_a_customer_is_what_the_api_shows_of_it_with_names_for_ids(world: World) -> None:
    ana, sales, north = world.agent("Ana", "Sales"), world.team("Sales"), world.team("North, far")
    custom = {
        "plan": "gold",
        "likes": ["Rum", "Tea, green"],
        "score": 1.5,
        "born": "1990-02-28",
        "vip": False,
    }
    made = world.create(
        email="maria@example.com",
        phone="+5511987654321",
        contact_points={"add": [{"kind": "phone", "value": "+551133334444"},
                                {"kind": "external", "value": "BR.1", "scope": "acme"},
                                {"kind": "instagram", "value": "178"}]},
        tags=["vip", "Ärzte"], teams=[sales, north], assignee=ana["user_id"], status="blocked",
        custom={**custom, "seen": "2024-05-01T10:00:00+02:00"},
    )  # fmt: skip
    assert exported(world) == [
        {
            "id": made["id"], "name": "Maria Silva", "email": "maria@example.com", "phone": "+5511987654321",
            "phones": ["+551133334444"], "external": ["acme:BR.1"], "instagram": ["178"],
            "tags": ["Ärzte", "vip"], "teams": ["North, far", "Sales"], "assignee": "Ana",
            "status": "blocked", "channel": made["channel"],
            "created_at": made["created_at"], "updated_at": made["updated_at"], "version": 1,
            "custom.plan": "Gold", "custom.likes": ["Tea, green", "Rum"], "custom.score": 1.5,
            "custom.born": "1990-02-28", "custom.seen": "2024-05-01T08:00:00.000000Z", "custom.vip": False,
        }
    ]  # fmt: skip


@pytest.mark.usefixtures("fields")
def test_headers_are_told_apart_by_their_keys(world: World) -> None:
    columns = {c["key"]: c for c in opened(world)["columns"]}
    assert columns["name"] == {"key": "name", "label": "Name", "type": "text"}
    assert columns["custom.seen"] == {"key": "custom.seen", "label": "name (custom.seen)", "type": "datetime"}
    assert columns["custom.plan"]["label"] == "Plan"
    chosen = opened(world, columns=["custom.seen", "id"])["columns"]
    assert [(c["key"], c["label"]) for c in chosen] == [("custom.seen", "name (custom.seen)"), ("id", "ID")]


def test_a_name_that_two_share_stands_for_neither(world: World) -> None:
    people = [world.an_administrator(name)["user_id"] for name in ("Ana", "ANA", str(new_id()))]
    teams = [world.team(name) for name in ("Sales", "SALES")]
    made = [world.create(assignee=person, teams=teams)["id"] for person in people]
    rows = exported(world, columns=["id", "assignee", "teams"])
    assert [(row["id"], row["assignee"]) for row in rows] == list(zip(made, people, strict=True))
    first, second = sorted(teams)  # the first by its id answers to the name
    assert all(second in row["teams"] and first not in row["teams"] for row in rows)


def test_merged_customers_are_one_row_with_each_address_once(world: World) -> None:
    primary = world.create(name="Maria", email="m@example.com", phone="+5511987654321")["id"]
    absorbed = world.create(name="M. Silva", email="silva@example.com", tags=["vip"])["id"]
    world.merge(absorbed, into=primary)
    shown = {"id": primary, "email": "m@example.com", "emails": ["silva@example.com"], "tags": ["vip"]}
    assert exported(world, columns=["id", "email", "emails", "tags"]) == [shown]
    assert names(world, selection={"ids": [absorbed]}) == ["Maria"]


def test_agents_export_whom_they_see_if_the_company_lets_them(world: World) -> None:
    agent = world.agent("ana", "sales")
    world.create(agent, name="Ours", teams=[world.team("sales")])
    shared = world.create(name="Shared", teams=[world.team("sales"), world.team("north")])["id"]
    world.create(name="Hidden", teams=[world.team("north")])
    with pytest.raises(Forbidden) as refusal:
        opened(world, agent)
    assert refusal.value.code == "exports_forbidden"
    world.set(agents_may_export=True)
    assert names(world, agent) == ["Ours", "Shared"]
    assert opened(world, agent)["total"] == {"value": 2, "relation": "eq"}
    (row,) = exported(world, agent, selection={"ids": [shared]}, columns=["teams"])
    assert row == {"teams": ["sales"]}


def test_rights_are_asked_anew_for_each_page(world: World) -> None:
    world.set(agents_may_export=True)
    agent = world.agent("ana", "sales", "north")
    for n, team in enumerate(("sales", "north", "sales")):
        world.create(name=f"Maria {n}", teams=[world.team(team)])
    export = opened(world, agent, columns=["name", "phone"])
    moved = world.agent("ana", "north")
    assert [name for name, _ in walked(world, export, moved)] == ["Maria 1"]
    world.set(hide_contact_data=True)
    with pytest.raises(Invalid) as refusal:
        page(world, export, agent)
    assert codes(refusal.value) == {"/columns/1": "field_hidden"}
    world.set(agents_may_export=False)
    with pytest.raises(Forbidden):
        page(world, export, agent)


def test_hidden_contact_data_is_in_no_column(world: World) -> None:
    world.set(agents_may_export=True, hide_contact_data=True)
    agent = world.agent("ana", "sales")
    world.create(email="m@example.com", teams=[world.team("sales")])
    export = opened(world, agent)
    assert export["masked"] is True
    assert not {c["key"] for c in export["columns"]} & {*CONTACT, *PLATFORMS}
    for key in (*CONTACT, *PLATFORMS):
        with pytest.raises(Invalid) as refusal:
            opened(world, agent, columns=["id", key])
        assert codes(refusal.value) == {"/columns/1": "field_hidden"}
    assert exported(world, columns=["email"]) == [{"email": "m@example.com"}]


def test_it_means_the_same_to_its_end(world: World) -> None:
    for n in range(5):
        world.create(name=f"Maria {n}", tags=["vip"])
    vip = {"field": "tags", "op": "any_of", "value": ["vip"]}
    export = opened(world, selection={"filter": vip, "except": []}, columns=["name", "tags"])
    first = page(world, export, limit=2)
    (tag,) = world.service.list_tags(world.admin)["data"]
    world.service.update_tag(world.admin, tag["id"], {"name": "gold"})
    world.create(name="Later", tags=["gold"])
    rest = walked(world, export, after=first["next"])
    assert first["rows"] == [["Maria 0", ["vip"]], ["Maria 1", ["vip"]]]
    assert rest == [[f"Maria {n}", ["gold"]] for n in (2, 3, 4)]


@pytest.mark.usefixtures("fields")
def test_rows_have_what_they_are_sorted_by(world: World) -> None:
    made = [world.create(name=name, custom=custom) for name, custom in (("Zoé", {"score": 1.5}), ("ana", {}))]
    ids = [each["id"] for each in made]

    def keys(sort: str) -> Any:
        export = opened(world, selection={"sort": sort}, columns=["name"])
        assert export["sort"] == {"descending": sort.startswith("-")}
        found = page(world, export)
        assert found["rows"] == [["Zoé"], ["ana"]]
        return found["keys"]

    assert keys("-name") == [["zoe", ids[0]], ["ana", ids[1]]]
    assert keys("custom.score") == [[1.5, ids[0]], [None, ids[1]]]
    assert keys("last_interaction_at") == [[None, ids[0]], [None, ids[1]]]
    first, second = (moment for moment, _ in keys("created_at"))
    assert 0 < second - first < 60_000_000
    by_id = opened(world, selection={"q": "zoe", "sort": "relevance"}, columns=["name"])
    assert (by_id["sort"], page(world, by_id)["keys"]) == (None, None)
    with pytest.raises(Invalid) as refusal:
        opened(world, selection={"sort": "colour"})
    assert codes(refusal.value) == {"/selection/sort": "unknown_sort"}


def test_long_rows_come_a_few_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        world.create(name=f"Maria {n}")
    monkeypatch.setattr(pages, "CHUNK", 2)
    monkeypatch.setattr(pages, "MAX_BYTES", 10)
    export = opened(world, columns=["name"])
    assert len(page(world, export, limit=5)["rows"]) == 2
    assert walked(world, export, limit=5) == [[f"Maria {n}"] for n in range(5)]


def test_what_is_too_dear_for_everybody_at_once_is_looked_for_part_by_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        world.create(name=f"Maria {n}", status="active" if n in (0, 3, 5) else "blocked")
    active = {"field": "status", "op": "eq", "value": "active"}
    export = opened(world, selection={"filter": active}, columns=["name"])
    # A subselect is dear, and looked at after all else of the same row.
    slow = Condition("(SELECT pg_sleep(0.2) IS NOT NULL AND c.status = 'active')")
    monkeypatch.setattr(narrowing, "to_condition", lambda node, **_: slow)
    monkeypatch.setattr(running, "FIRST_TRY", 0.1)
    monkeypatch.setattr(running.Budget.__init__, "__defaults__", (0.9,))
    monkeypatch.setattr(pages, "RANGE", 2)
    found = page(world, export, limit=4)
    assert (found["rows"], found["next"][:7]) == ([["Maria 0"]], "ranged:")
    assert walked(world, export, limit=4, after=found["next"]) == [["Maria 3"], ["Maria 5"]]


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        ({"columns": ["name", "colour"]}, {"/columns/1": "unknown_column"}),
        ({"columns": ["name", "name"]}, {"/columns/1": "repeated_column"}),
        ({"columns": []}, {"/columns": "invalid_list"}),
        ({"columns": "name"}, {"/columns": "invalid_list"}),
        ({"columns": ["name"], "selection": {"colour": "red"}}, {"/selection/colour": "unknown_property"}),
        ({"columns": ["name"], "time_zone": "Moon"}, {"/time_zone": "unknown_time_zone"}),
    ],
)
def test_what_cannot_be_exported_is_refused(world: World, asked: Json, errors: Json) -> None:
    with pytest.raises(Invalid) as refusal:
        opened(world, **asked)
    assert codes(refusal.value) == errors


@pytest.mark.parametrize(
    "wrong", [{"after": "x"}, {"after": 7}, {"upto": None}, {"as_of": "now"}, {"limit": 5_001}]
)
def test_positions_that_are_none_are_refused(world: World, wrong: Json) -> None:
    export = {**opened(world, columns=["name"]), **wrong}
    with pytest.raises(Invalid):
        page(world, export, **{key: wrong[key] for key in ("after", "limit") if key in wrong})


@pytest.mark.parametrize(
    ("kind", "value", "scope", "cell"),
    [
        ("external", "17", "crm", "crm:17"),
        ("external", "a:b", "", ":a:b"),
        ("external", "b", "a:50%", "a%3A50%25:b"),
        ("instagram", "17", "", "17"),
        ("whatsapp", "17@lid", "acme", "acme:17@lid"),
        ("whatsapp", "+5511987654321", "acme", "+5511987654321"),
        ("phone", "+5511987654321", "acme", "+5511987654321"),
    ],
)
def test_an_id_of_a_platform_names_the_account_that_issued_it(kind, value, scope, cell):
    assert Points([[kind, value, scope, True, 0]]).of_kind(kind) == [cell]
