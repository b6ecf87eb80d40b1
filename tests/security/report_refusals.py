"""Refusals about reports: those of others, sources and configurations that are none, names used twice."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.security.door import Request
from tests.security.known import World
from tests.security.report_requests import preview, reports_of_others
from tests.security.report_samples import BY_STATUS


def of_others(world: World) -> Iterator[Request]:
    """By an agent of team 1."""
    yield from reports_of_others(world, Random(1))
    for name in ("shared with 3", "private"):
        there = {"configuration_id": world.report_templates[name]}
        for operation in (
            "get_report_configuration",
            "get_report_result",
            "get_report_result_csv",
            "delete_report_configuration",
        ):
            yield Request(operation, there)
        yield Request("update_report_configuration", there, body={"name": "Mine"})
        yield Request("duplicate_report_configuration", there, body={"name": "Mine"})
        yield Request("create_report_run", body={"configuration_id": there["configuration_id"]})
    shared = {"configuration_id": world.report_templates["shared with 1"]}
    yield Request("update_report_configuration", shared, body={"name": "Mine"})
    yield Request("delete_report_configuration", shared)
    for target in ("all", {"team": world.teams["3"]}):
        body = {"name": "For others", "configuration": BY_STATUS, "shared": target}
        yield Request("create_report_configuration", body=body)
    yield preview({"saved_filter": world.saved_filters["private"]}, BY_STATUS)


def against_rules(world: World) -> Iterator[Request]:
    """By an administrator."""
    for wrong in (
        {},
        {"groupings": []},
        {"groupings": [{"field": "nothing"}]},
        {"groupings": [{"field": "status"}], "total": {"op": "sum", "field": "name"}},
        {"groupings": [{"field": "status", "unit": "day"}]},
        {"groupings": [{"field": "status"}] * 5},
        {**BY_STATUS, "percent": "row", "total": {"op": "average", "field": "custom.score"}},
        {**BY_STATUS, "top": 0},
        {**BY_STATUS, "surprise": 1},
    ):
        yield preview({}, wrong)
        yield Request("create_report_configuration", body={"name": "Wrong", "configuration": wrong})
        yield Request("create_report_run", body={"configuration": wrong})
    for source in (
        {"upload": world.report_upload, "q": "ana"},
        {"filter": {"field": "nothing", "op": "eq", "value": 1}},
        {"ids": [world.report_run], "filter": {"field": "status", "op": "is_set"}},
    ):
        yield preview(source, BY_STATUS)


def stale(world: World, headers: dict[str, str]) -> Iterator[Request]:
    there = {"configuration_id": world.report_templates["shared with 1"]}
    yield Request("update_report_configuration", there, body={"name": "Other"}, headers=headers)
    yield Request("delete_report_configuration", there, headers=headers)
