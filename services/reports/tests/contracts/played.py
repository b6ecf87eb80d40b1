"""One day at a small company: every call of the service once, with what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from servicekit.clock import parse_rfc3339
from servicekit.events import Event
from servicekit.events.batch import BatchWorker
from servicekit.events.cloudevent import CONTENT_TYPE, encode
from servicekit.events.delivery import Delivery
from servicekit.events.handlers import routes_of
from servicekit.testing.examples import Examples, ParkedRows, Recorder, numbered
from services.reports.following.subscribers import RememberFormerLabels
from services.reports.tests.company import Company

Json = dict[str, Any]
EXAMPLES = Examples(Path(__file__).parents[4] / "contracts" / "reports")
NOBODY = "00000000-0000-7000-8000-00000000000c"
_THEN = parse_rfc3339("2026-03-01T12:00:00Z")
# Why customers did not buy, by where they came from, each status a column.
REASONS: Json = {
    "groupings": [
        {"field": "custom.plan"},
        {"field": "custom.reason", "join": {"Price": ["Too expensive", "caro"]}, "top": {"n": 2}},
    ],
    "subdivisions": [{"field": "status"}],
    "percent": ["row"],
    "subtotals": True,
}


class Day(Recorder):
    """An administrator's calls, about a few people."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.service, company.admin)
        self.company = company
        gold = company.customers.option("Gold")
        sales = company.team("Vendas")
        company.customers.add(sales, plan=gold, status="lost", reason="Too expensive", value=10, tags=["VIP"])
        company.customers.add(sales, plan=gold, status="lost", reason="caro", value=2.5)
        company.customers.add(sales, plan=gold, status="active", tags=["VIP", "new"])
        company.customers.add(sales, status="lost", reason="No time")

    def work_off(self) -> None:
        """All long work, in one second each."""
        self.company.work_off()
        self.company.run(
            "UPDATE job SET started_at = :at, finished_at = CAST(:at AS timestamptz) + interval '1 second'",
            at=_THEN,
        )


def play(company: Company) -> dict[str, Json]:
    """Calls by name, numbered."""
    day = Day(company)
    day.call("report_schema")
    _about_previews(day)
    _about_an_upload(day)
    _about_templates(day)
    _about_runs(day)
    _about_parked(day)
    return {name: numbered(each, known={NOBODY}, told="2026-03-01T") for name, each in day.calls.items()}


def _about_previews(day: Day) -> None:
    day.call("preview", {}, REASONS, form="tab 1")
    day.call("preview", {}, REASONS, shape="tree", name="preview.tree")
    wrong = {"groupings": [{"field": "custom.shoe_size"}], "percent": "half"}
    day.call("preview", {}, wrong, name="preview.invalid")


def _about_an_upload(day: Day) -> None:
    day.call("may_upload")
    rows = [{"id": day.company.customers.people[0].id, "name": "Ana", "motivo": "caro"}, {"motivo": "Caro!"}]
    asked = {**day.company.put(json.dumps(rows), "clientes.json"), "sha256": "5d" * 32}
    upload = day.call("create_upload", asked)["upload"]["id"]
    day.work_off()
    day.call("get_upload", upload)
    day.call("get_upload", NOBODY, name="get_upload.not_found")
    day.call("list_uploads", limit=50)
    day.call("preview", {"upload": upload}, {"groupings": [{"field": "motivo"}]}, name="preview.upload")
    day.call("delete_upload", upload)


def _about_templates(day: Day) -> None:
    data = {"name": "Motivos", "configuration": REASONS}
    kept = day.call("create_configuration", data)["configuration"]["id"]
    day.call("create_configuration", {**data, "name": "motivos"}, name="create_configuration.known_name")
    day.call("get_configuration", kept)
    day.call("get_configuration", NOBODY, name="get_configuration.not_found")
    day.call("list_configurations", limit=50)
    day.call("update_configuration", kept, {"shared": "all"}, version=1)
    day.call("update_configuration", kept, {"shared": None}, version=1, name="update_configuration.stale")
    day.call("duplicate_configuration", kept)
    day.call("configuration_result", kept, csv={"separator": ";"})
    day.call("templates_naming", {"labels": ["Too expensive"]})
    day.call("delete_configuration", kept)


def _about_runs(day: Day) -> None:
    data = {"configuration": {"groupings": [{"field": "custom.plan"}]}, "name": "Planos"}
    run = day.call("create_run", data)["run"]["id"]
    day.call("run_file", run, name="run_file.not_ready")
    day.work_off()
    day.call("get_run", run)
    day.call("get_run", NOBODY, name="get_run.not_found")
    day.call("list_runs", limit=50)
    day.call("run_file", run, "csv")
    day.call("cancel_run", run)


def _about_parked(day: Day) -> None:
    """The broker's part of a replay is servicekit's to prove; here only its answers' form."""
    broken = Event(
        type="tag.renamed.v1",
        data={"id": "all"},
        id="01JD8Y0000000000000000ODD",
        source="/services/customers",
        time=_THEN,
    )
    worker = BatchWorker(day.company.db, routes_of([RememberFormerLabels(None)]), pause=lambda seconds: False)
    delivery = Delivery(encode(broken), "crm.events", broken.type, content_type=CONTENT_TYPE)
    worker.work_off([delivery], lambda done: None)
    day.company.service.events = ParkedRows(day.company.db)  # type: ignore[assignment]
    [parked] = day.call("list_parked", limit=50)["data"]
    day.call("has_parked", parked["id"])
    day.call("replay_parked", parked["id"])
    day.call("discard_parked", parked["id"])
