"""The way through imports, mappings and exports on which every operation succeeds once."""

from __future__ import annotations

from tests.security.customer_requests import Play
from tests.security.door import Request
from tests.security.file_requests import csv_of, exported, of, settled, upload
from tests.security.people import TYPED, People
from tests.security.samples import SAMPLES
from tests.security.world import Founder


def file_tour(founder: Founder) -> Play:
    for query in ({"format": "xlsx", "language": "pt"}, {}):
        yield Request("get_import_template", query=query)
    yield from _import(founder)
    for name in ("list_imports", "list_import_mappings", "list_exports"):
        yield Request(name)
    made = (yield SAMPLES["create_import_mapping"](founder.world)).json()
    there = {"mapping_id": made["id"]}
    yield Request("update_import_mapping", there, body={"shared": True})
    for name in ("get_import_mapping", "delete_import_mapping"):
        yield Request(name, there)
    ids = founder.world.customers["own"][:2]
    for body in ({"format": "xlsx"}, {"format": "json", "options": {"ndjson": True}}, {"format": "csv"}):
        yield from exported({**body, "selection": {"ids": ids}})


def _import(founder: Founder) -> Play:
    """A row that is new, one that is wrong, and one that is two customers, whom somebody decides about."""
    people = People(founder.rng, TYPED)
    email, phone = people.email(), people.phone()
    founder.customer("toured", {"name": people.name(), "email": email})
    founder.customer("toured", {"name": people.name(), "phone": phone})
    rows = [(people.name(), people.email(), ""), ("", "no address", ""), (people.name(), email, phone)]
    made = yield upload(csv_of(("Name", "E-mail", "Phone"), *rows))
    there = made.json()["id"]
    yield from settled(of("get_import", there))
    names = ("Name", "name"), ("E-mail", "email"), ("Phone", "phone")
    columns = [{"column": column, "to": field} for column, field in names]
    yield of("set_import_mapping", there, body={"columns": columns})
    yield from settled(of("get_import", there))
    yield of("check_import", there, body={})
    yield from settled(of("get_import", there))
    yield of("start_import", there, body={})
    yield from settled(of("get_import", there))
    yield of("list_import_rows", there)
    for row in ("2", "3", "4"):
        yield Request("get_import_row", {"import_id": there, "row": row})
    yield Request("decide_import_row", {"import_id": there, "row": "4"}, body={"skip": True})
    for name in (
        "get_refused_csv",
        "get_refused_xlsx",
        "get_import_file",
        "stream_import_events",
        "undo_import",
    ):
        yield of(name, there)
    yield from settled(of("get_import", there))
    yield of("cancel_import", (yield SAMPLES["create_import"](founder.world)).json()["id"])
