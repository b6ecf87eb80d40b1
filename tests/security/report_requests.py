"""Reports as questions: no number, no value and no spelling of one must tell of whom one may not see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import uuid4

from tests.security.customer_requests import Play
from tests.security.door import Request
from tests.security.file_requests import settled, upload
from tests.security.known import World
from tests.security.people import TYPED, People

Json = dict[str, Any]
_RULES = [
    {"op": "in", "value": ["vip", "segredo"], "as": "known"},
    {"op": "contains", "value": "lead", "as": "lead"},
    {"op": "is_not_set", "as": "none"},
]
CONFIGURATIONS: tuple[Json, ...] = (
    {"groupings": [{"field": "status"}], "percent": ["row", "column", "total"]},
    {"groupings": [{"field": "tags"}, {"field": "custom.plan"}], "subtotals": True},
    {"groupings": [{"field": "tags", "count": "mentions"}]},
    {"groupings": [{"field": "teams"}], "subdivisions": [{"field": "tags", "rules": _RULES}]},
    {"groupings": [{"field": "name", "top": {"n": 3, "others": True}}]},
    {"groupings": [{"field": "created_at", "unit": "day"}, {"field": "channel"}]},
    {"groupings": [{"field": "assignee"}], "total": {"op": "sum", "field": "custom.score"}},
    {"groupings": [{"field": "custom.birthday", "unit": "year"}], "subdivision": {"field": "status"}},
    {"groupings": [{"field": "custom.plan"}], "total": {"op": "average", "field": "custom.score"}},
    {"groupings": [{"field": "custom.plan"}], "total": {"op": "max", "field": "custom.score"}},
)
CONTACT: tuple[Json, ...] = tuple(
    {"groupings": [{"field": field}]} for field in ("email", "phone", "whatsapp")
)
_OF_UPLOAD: tuple[Json, ...] = (
    {"groupings": [{"field": "tags"}], "subdivisions": [{"field": "status"}]},
    {"groupings": [{"field": "name"}], "total": {"op": "sum", "field": "custom.score"}},
    {"groupings": [{"field": "phone"}]},
)


def send_rows(rows: list[Json], *, lines: bool = False) -> Request:
    """As a browser sends the JSON of an export."""
    content = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    return upload(content.encode(), name="people.json").but(operation="create_report_upload")


def preview(source: Json, configuration: Json, **more: Any) -> Request:
    return Request("preview_report", body={"source": source, "configuration": configuration, **more})


def previews(world: World, rng: Random) -> Play:
    """Of everybody, of some of each kind, of what filters find."""
    ids = [customer_id for _, customer_id in world.one_of_each(rng)]
    sources: list[Json] = [
        {},
        {"ids": ids},
        {"except": ids[:3]},
        {"q": rng.choice(("maria", "vip", "segredo"))},
        {"filter": {"field": "tags", "op": "any_of", "value": ["vip", "segredo"]}},
        {"filter": {"not": {"field": "teams", "op": "any_of", "value": [world.teams["1"]]}}},
        {"saved_filter": rng.choice(sorted(world.saved_filters.values()))},
    ]
    for configuration in (*CONFIGURATIONS, *CONTACT):
        shape = {"shape": "tree"} if rng.random() < 0.3 else {}
        yield preview(rng.choice(sources), configuration, form=f"form {rng.random()}", **shape)
    for source in sources:
        yield preview(source, rng.choice(CONFIGURATIONS))
    yield Request("get_report_schema")


def upload_people(world: World, rng: Random) -> Play:
    """A file about customers of every kind, and of none: looked at, reported on, kept with a template."""
    made = yield send_rows(_rows(world, rng), lines=rng.random() < 0.5)
    if made.status != 202:
        return
    there = {"upload_id": made.json()["id"]}
    yield from settled(Request("get_report_upload", there))
    source = {"upload": there["upload_id"]}
    for configuration in _OF_UPLOAD:
        yield preview(source, configuration)
    kept = yield Request("create_report_configuration", body=_template(rng, source, _OF_UPLOAD[0]))
    if kept.status == 201:
        template = {"configuration_id": kept.json()["id"]}
        yield Request("get_report_result", template)
        yield Request("get_report_result_csv", template)
        yield Request("delete_report_configuration", template)
    yield from made_in_the_background({"source": source, "configuration": _OF_UPLOAD[0]})
    yield Request("stream_report_upload_events", there)
    yield Request("list_report_uploads", query={"limit": 200})
    yield Request("delete_report_upload", there)
    yield Request("get_report_upload", there)
    yield preview(source, _OF_UPLOAD[0])


def templates(world: World, rng: Random) -> Play:
    """One's own, and those of the administrator: shared with a team, with another, with all, with nobody."""
    shared = rng.choice((None, {"team": world.teams["1"]}, {"team": world.teams["3"]}, "all"))
    body = _template(rng, {}, rng.choice(CONFIGURATIONS)) | {"shared": shared}
    made = yield Request("create_report_configuration", body=body)
    own = [made.json()["id"]] if made.status == 201 else []
    for template in (*world.report_templates.values(), str(uuid4()), *own):
        there = {"configuration_id": template}
        yield Request("get_report_configuration", there)
        yield Request("get_report_result", there)
        yield Request("get_report_result", there, query={"q": "vip", "shape": "tree"})
        yield Request("get_report_result_csv", there, query={"separator": ";"})
        name = f"Copy {rng.getrandbits(40):x}"
        copied = yield Request("duplicate_report_configuration", there, body={"name": name})
        yield Request("update_report_configuration", there, body={"shared": None})
        yield from made_in_the_background({"configuration_id": template})
        for mine in [copied.json()["id"]] if copied.status == 201 else []:
            yield Request("delete_report_configuration", {"configuration_id": mine})
    yield Request("list_report_configurations")
    for template in own:
        yield Request("delete_report_configuration", {"configuration_id": template})


def runs(world: World, rng: Random) -> Play:
    """Reports of customers of every kind, made in the background."""
    ids = [customer_id for _, customer_id in world.one_of_each(rng)]
    for source in ({}, {"ids": ids}, {"q": "maria"}):
        yield from made_in_the_background({"source": source, "configuration": rng.choice(CONFIGURATIONS)})
    yield Request("list_report_runs", query={"limit": 200})


def made_in_the_background(asked: Json) -> Play:
    """A run from the wish to the file."""
    made = yield Request("create_report_run", body=asked)
    if made.status != 202:
        return
    there = {"run_id": made.json()["id"]}
    yield from settled(Request("get_report_run", there))
    for operation in (
        "get_report_run_result",
        "get_report_run_csv",
        "stream_report_run_events",
        "cancel_report_run",
    ):
        yield Request(operation, there)


def reports_of_others(world: World, rng: Random) -> Iterator[Request]:
    """Uploads and runs of the administrator, and such as were never there."""
    for upload_id in (world.report_upload, str(uuid4())):
        there = {"upload_id": upload_id}
        for operation in ("get_report_upload", "stream_report_upload_events", "delete_report_upload"):
            yield Request(operation, there)
        yield preview({"upload": upload_id}, _OF_UPLOAD[0])
        yield Request(
            "create_report_run", body={"source": {"upload": upload_id}, "configuration": _OF_UPLOAD[0]}
        )
    for run_id in (world.report_run, str(uuid4())):
        for operation in (
            "get_report_run",
            "get_report_run_result",
            "get_report_run_csv",
            "stream_report_run_events",
            "cancel_report_run",
        ):
            yield Request(operation, {"run_id": run_id})


def of_others(world: World, rng: Random) -> Play:
    yield from reports_of_others(world, rng)
    yield Request("list_report_uploads")
    yield Request("list_report_runs")


def _rows(world: World, rng: Random) -> list[Json]:
    """About anybody by id, with what they may have; and rows that are nobody's."""
    people = People(rng, TYPED)
    rows: list[Json] = []
    for _, customer_id in world.one_of_each(rng):
        rows.append({"id": customer_id, **_said(people, rng)})
    rows += [_said(people, rng) for _ in range(3)]
    rows += [{"id": "no id at all", **_said(people, rng)}, dict(rng.choice(rows))]
    rng.shuffle(rows)
    return rows


def _said(people: People, rng: Random) -> Json:
    return {
        "name": people.name(),
        "phone": people.phone(),
        "status": rng.choice(("active", "Active ", "blocked", None)),
        "tags": rng.sample(("vip", "VIP", "lead", "segredo"), 2),
        "custom.score": rng.randint(0, 5),
    }


def _template(rng: Random, source: Json, configuration: Json) -> Json:
    return {"name": f"Report {rng.getrandbits(40):x}", "source": source, "configuration": configuration}
