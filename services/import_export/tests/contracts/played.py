"""One day at a small company: every call and every event of the service once, with what came of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from servicekit.testing.examples import Examples, Recorder, numbered
from services.import_export.tests.exporting.office import Customers
from services.import_export.tests.runs.people import People
from services.import_export.tests.runs.world import World

Json = dict[str, Any]
EXAMPLES = Examples(Path(__file__).parents[4] / "contracts" / "import_export")
NOBODY = "00000000-0000-7000-8000-00000000000c"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d-\d{4}(?=\.)")
FILE = """Nome,E-mail,Celular,Plano,Obs
Ana Souza,ana@example.com,(11) 98765-4321,Gold,x
"Souza, Ana",,+55 11 98765 4321,,
Rui,,"5,51199E+12",,
Zoé,zoe@example.com,(11) 91234-5678,,
"""
COLUMNS = {"Nome": "name", "E-mail": "email", "Celular": "phone", "Plano": "custom.plan"}
MAPPING: Json = {"columns": [{"column": header, "to": target} for header, target in COLUMNS.items()]}


class Both:
    """The customers service, as imports and as exports meet it."""

    def __init__(self, people: People) -> None:
        self._people, self._customers = people, Customers()

    def call(self, method: str, *args: Any, deadline: float = 5.0, **asked: Any) -> Any:
        if method in ("open_export", "export_page"):
            return self._customers.call(method, *args, deadline=deadline, **asked)
        return self._people.call(method, *args, deadline=deadline, **asked)


class Day(Recorder):
    """An administrator's calls."""

    def __init__(self, world: World) -> None:
        super().__init__(world.service, world.admin)
        self.world = world
        both: Any = Both(world.people)
        world.people = world.service.customers = both


def play(world: World) -> tuple[dict[str, Json], dict[str, Json]]:
    """(outgoing events by type, calls by name), numbered."""
    world.people.add("Zoé", ("email", "zoe@example.com"))
    world.people.add("Z.", ("line", "+5511912345678"))
    day = Day(world)
    _about_a_file(day)
    _about_the_rest(day)
    _about_mappings(day)
    _about_an_export(day)
    events = {event["type"]: event for event in world.events()}
    return _numbered(events), _numbered(day.calls)


def _numbered(examples: dict[str, Json]) -> dict[str, Json]:
    return {name: numbered(_timeless(each), known={NOBODY}) for name, each in examples.items()}


def _timeless(value: Any) -> Any:
    """How fast work was done is different each day, and so are names of files that hold the moment."""
    if isinstance(value, dict):
        return {key: 250.0 if key == "rate" and each else _timeless(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    return _MOMENT.sub("2026-11-21-1910", value) if isinstance(value, str) else value


def _about_a_file(day: Day) -> None:
    day.call("may_import")
    run = day.call("create_import", day.world.upload(FILE, "clientes.csv"))["import"]["id"]
    day.world.work_off()
    day.call("get_import", run)
    day.call("get_import", NOBODY, name="get_import.not_found")
    day.call("start_import", run, {"policy": "merge"}, name="start_import.check_first")
    day.call("set_mapping", run, {"columns": []}, name="set_mapping.invalid")
    day.call("set_mapping", run, MAPPING)
    day.call("check_import", run, {"policy": "merge"})
    day.world.work_off()
    day.call("get_import", run, name="get_import.checked")
    day.call("start_import", run, {"policy": "merge"})
    day.world.work_off()
    day.call("get_import", run, name="get_import.finished")
    day.call("list_rows", run, "refused", limit=50)
    day.call("get_row", run, 3)
    day.call("get_row", run, 99, name="get_row.not_found")
    day.call("decide_row", run, 5, {"skip": True})
    day.call("decide_row", run, 5, {"skip": True}, name="decide_row.already_decided")
    day.call("refused_file", run, "csv")
    day.call("upload_file", run)
    day.call("undo_import", run)
    day.world.work_off()
    day.call("get_import", run, name="get_import.undone")


def _about_the_rest(day: Day) -> None:
    other = day.world.read("Nome\nBia\n")
    day.call("cancel_import", other)
    day.call("list_imports", limit=50)
    day.call("template", "csv", "pt")


def _about_mappings(day: Day) -> None:
    kept = day.call("create_mapping", {"name": "Loja", "mapping": MAPPING})["mapping"]
    day.call("create_mapping", {"name": "loja", "mapping": MAPPING}, name="create_mapping.known_name")
    day.call("get_mapping", kept["id"])
    day.call("list_mappings", limit=50)
    texts = {"columns": [{"column": "Cor", "to": "custom.plan"}], "constants": {"tags": ["Feira"]}}
    day.call("create_mapping", {"name": "Feira", "mapping": texts}, name="create_mapping.with_constants")
    day.call("mappings_naming", ["feira"])
    day.call("update_mapping", kept["id"], {"shared": True}, version=1)
    day.call("update_mapping", kept["id"], {"shared": False}, version=1, name="update_mapping.stale")
    day.call("delete_mapping", kept["id"])


def _about_an_export(day: Day) -> None:
    asked = {"format": "csv", "selection": {"all": True}, "options": {"separator": ";"}}
    made = day.call("create_export", asked)["export"]["id"]
    day.call("export_file", made, name="export_file.not_ready")
    day.world.work_off()
    day.call("get_export", made)
    day.call("list_exports", limit=50)
    day.call("export_file", made)
    day.call("cancel_export", made)
