"""The company that the other tests ask answers as the customers service does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.tasks.tests.company import Company, Customer
from services.tasks.tests.world import World

EXAMPLES = Path(__file__).parents[3] / "contracts" / "customers" / "rpc"


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("visible.*json")), ids=lambda path: path.stem)
def test_it_answers_what_the_contract_shows(world: World, path: Path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    for shown in example["result"].values():
        _place(world.company, shown)
    assert world.company.call(example["method"], *example["args"], **example["kwargs"]) == example["result"]


def test_it_is_not_called_by_who_holds_a_connection(world: World) -> None:
    with world.db.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(AssertionError, match="held"):
            world.company.call("visible", world.admin, [])
    assert world.company.call("visible", world.admin, []) == {}


def _place(company: Company, shown: dict[str, Any]) -> None:
    """A customer as the answer shows it, and those that were merged into it."""
    root, members, teams = shown["id"], shown["members"], shown.get("teams", [])
    for member in members:
        merged_into = None if member == root else root
        company.customers[member] = Customer(member, frozenset(teams), merged_into)
