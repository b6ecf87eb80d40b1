"""Where a customer's id is held: each service says so, of every column that could."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from sqlalchemy import JSON, Column, LargeBinary, MetaData, Table, Text, Uuid

from servicekit.database.catalogue import Catalogue, by_id

ROOT = Path(__file__).resolve().parents[2]
OWNERS = sorted(
    ".".join(path.parent.relative_to(ROOT).parts)
    for pattern in ("services/*/migrations", "gateway/migrations")
    for path in ROOT.glob(pattern)
)


def catalogue_of(owner: str) -> Catalogue:
    catalogue = importlib.import_module(f"{owner}.catalogue").CATALOGUE
    assert isinstance(catalogue, Catalogue)
    return catalogue


def test_everybody_with_a_database_is_looked_at():
    assert {"gateway", "services.customers", "services.dedup", "services.tasks"} <= set(OWNERS)


@pytest.mark.parametrize("owner", OWNERS)
def test_every_column_that_could_hold_a_customers_id_is_named(owner: str):
    catalogue = catalogue_of(owner)
    assert catalogue.metadata is importlib.import_module(f"{owner}.tables").metadata
    assert catalogue.unnamed() == set(), f"say in {owner}/catalogue.py whether these hold a customer's id"
    assert catalogue.unknown() == set(), (
        f"{owner}/catalogue.py names what is not there, or contradicts itself"
    )


def test_a_new_column_is_noticed():
    metadata = MetaData()
    Table(
        "note", metadata, Column("id", Uuid, primary_key=True), Column("customer_id", Uuid), Column("x", Text)
    )
    catalogue = Catalogue(metadata, [by_id("note.customer_id")], others={"note": "id"})
    assert (catalogue.unnamed(), catalogue.unknown()) == (set(), set())
    Table("file", metadata, Column("about", JSON), Column("content", LargeBinary), Column("size", Text))
    assert catalogue.unnamed() == {"file.about", "file.content"}


def test_what_is_not_there_any_more_is_noticed_too():
    metadata = MetaData()
    Table("note", metadata, Column("id", Uuid, primary_key=True))
    catalogue = Catalogue(metadata, [by_id("note.customer_id"), by_id("note.id")], others={"note": "id team"})
    assert catalogue.unknown() == {"note.customer_id", "note.team", "note.id"}
