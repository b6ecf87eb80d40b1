"""The way through reports on which every operation succeeds once."""

from __future__ import annotations

from tests.security.customer_requests import Play
from tests.security.door import Request
from tests.security.file_requests import settled
from tests.security.known import World
from tests.security.report_requests import CONFIGURATIONS, made_in_the_background, preview, send_rows
from tests.security.report_samples import BY_STATUS, REPORT_SAMPLES


def report_tour(world: World) -> Play:
    yield Request("get_report_schema")
    for number, configuration in enumerate(CONFIGURATIONS):
        yield preview({}, configuration, shape=("rows", "tree")[number % 2], form="the tour")
    yield from _upload(world)
    made = yield REPORT_SAMPLES["create_report_configuration"](world)
    there = {"configuration_id": made.json()["id"]}
    yield Request("update_report_configuration", there, body={"shared": "all", "source": {"q": "ana"}})
    copied = yield Request("duplicate_report_configuration", there, body={})
    for name in ("get_report_configuration", "get_report_result", "get_report_result_csv"):
        yield Request(name, there)
    yield from made_in_the_background({"configuration_id": there["configuration_id"], "name": "Tour"})
    for name in ("list_report_configurations", "list_report_uploads", "list_report_runs"):
        yield Request(name)
    for template in (there, {"configuration_id": copied.json()["id"]}):
        yield Request("delete_report_configuration", template)


def _upload(world: World) -> Play:
    """Of all types; with what is wrong in it."""
    own = world.customers["own"][0]
    rows = [
        {"id": own, "status": "active", "tags": ["vip"], "custom.score": 1.5, "since": "2026-01-02"},
        {"id": own, "status": "Active", "tags": [], "custom.score": "1", "ok": True, "more": {}},
        {"at": "2026-01-02T03:04:05Z", "email": "a@example.com"},
    ]
    made = yield send_rows(rows)
    there = {"upload_id": made.json()["id"]}
    yield from settled(Request("get_report_upload", there))
    yield preview({"upload": there["upload_id"]}, BY_STATUS)
    for name in ("stream_report_upload_events", "delete_report_upload"):
        yield Request(name, there)
