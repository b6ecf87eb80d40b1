"""The stand-in of the customers service answers in the form that its contracts show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.dedup.tests.world import World

Json = Any
CONTRACTS = Path(__file__).parents[3] / "contracts" / "customers" / "rpc"


def words(answer: Any) -> set[str]:
    """The names that an answer uses, at any depth; ids are none."""
    if isinstance(answer, dict):
        own = {key for key in answer if len(key) < 36}
        return own.union(*map(words, answer.values()))
    return set().union(*map(words, answer)) if isinstance(answer, list) else set()


def test_it_tells_what_customers_are_alike_by(world: World):
    ana = world.customer("Ana Souza", "Vendas", email="ana@example.com", phone="+5511987654321")
    old = world.customer("A. Souza", "Vendas", whatsapp="+5511987654321")
    world.company.merge(old, ana)
    gone = world.customer("Gone")
    world.company.delete(gone)
    answer = world.company.call("describe_for_matching", [old, ana, gone])
    assert answer["gone"] == [gone]
    [described] = answer["customers"]
    assert (described["id"], described["members"], described["revision"]) == (ana, [ana, old], 2)
    assert [(p["kind"], p["space"], p["identity"]) for p in described["points"]] == [
        ("email", "email", "ana@example.com"),
        ("phone", "line", described["points"][1]["identity"]),
        ("whatsapp", "line", described["points"][1]["identity"]),
    ]


def test_pages_are_of_live_roots(world: World):
    ids = sorted(world.customer(f"Number {number}") for number in range(5))
    page = world.company.call("pages_for_matching", None, 2)
    assert ([each["id"] for each in page["customers"]], page["next"]) == (ids[:2], ids[1])
    page = world.company.call("pages_for_matching", ids[3], 2)
    assert ([each["id"] for each in page["customers"]], page["next"]) == (ids[4:], None)


def test_who_holds_a_connection_may_not_ask(world: World):
    with pytest.raises(AssertionError, match="connection"), world.db.reading():
        world.company.call("visible", world.admin, [])


def test_agents_see_their_teams_customers_and_no_hidden_contact_data(world: World):
    ana = world.agent("ana", "Vendas")
    mine = world.customer("Mine", "Vendas", phone="+5511987654321")
    world.customer("Other", "Suporte", phone="+5511987654321")
    world.company.hide_contact_data = True
    shown = world.company.call("show_customers", ana, [mine, *world.company.customers])
    assert shown.keys() == {mine}
    assert "phone" not in shown[mine]
    found = world.company.call("check_duplicates", ana, {"phone": "+5511987654321"}, [mine])
    settings = {"default_region": "BR", "masked": True}
    assert found == {"matches": [], "likely": [shown[mine]], **settings}


@pytest.mark.parametrize("method", ["describe_for_matching", "pages_for_matching", "visible"])
def test_its_answers_use_the_words_of_the_contracts(world: World, method: str):
    example = CONTRACTS / f"{method}.json"
    ana = world.customer("Ana", "Vendas", phone="+5511987654321")
    asked: dict[str, Json] = {
        "describe_for_matching": ([ana],),
        "pages_for_matching": (),
        "visible": (world.admin, [ana]),
    }
    answer = world.company.call(method, *asked[method])
    if example.exists():
        assert words(answer) == words(json.loads(example.read_text(encoding="utf-8"))["result"])
