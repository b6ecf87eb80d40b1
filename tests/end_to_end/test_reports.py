"""Reports through all processes: of customers as they are, and of files, which come to the same."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from deploy.demo import company as demo
from deploy.demo.reports import TEMPLATES
from tests.support.api import Api, Company, a_mobile
from tests.support.importing import exported
from tests.support.reporting import REPORTS, Json, cells, preview, run, table, uploaded
from tests.support.waiting import eventually


def _options(*labels: str) -> list[Json]:
    return [{"label": label} for label in labels]


FIELDS: tuple[Json, ...] = (
    {"key": "reason", "label": "Reason", "type": "text"},
    {"key": "value", "label": "Value", "type": "number"},
    {"key": "since", "label": "Since", "type": "date"},
    {"key": "met", "label": "Met", "type": "datetime"},
    {"key": "active", "label": "Active", "type": "boolean"},
    {"key": "link", "label": "Link", "type": "url"},
    {"key": "plan", "label": "Plan", "type": "select", "options": _options("Gold", "Silver, old")},
    {"key": "wants", "label": "Wants", "type": "multiselect", "options": _options("Tea", "Coffee")},
)
REASONS = (
    "Too expensive",
    "too  EXPENSIVE",
    "expensive, too",
    "Preço",
    "preco",
    "No time",
    "C++",
    "C#",
    None,
)


class Corner:
    """Fields of a test's own and customers of one tag, which no other test has."""

    def __init__(self, company: Company) -> None:
        self.admin, self.company = company.admin, company
        self.tag, self.team = f"report {secrets.token_hex(4)}", company.team()
        self.suffix = secrets.token_hex(3)
        self.field = {field["key"]: f"custom.{field['key']}_{self.suffix}" for field in FIELDS}
        for field in FIELDS:
            self.admin.created("/v1/custom-fields", {**field, "key": f"{field['key']}_{self.suffix}"})

    @property
    def everybody(self) -> Json:
        return {"filter": {"field": "tags", "op": "any_of", "value": [self.tag]}}

    def add(self, number: int, *teams: str) -> str:
        """One of many: what they have follows from their number."""
        custom = {
            "reason": REASONS[number % len(REASONS)],
            "value": (None, 10, 2.5, -3, 0.1)[number % 5],
            "since": (None, f"2026-0{1 + number % 9}-15")[number % 4 > 0],
            "met": f"2026-03-{1 + number % 28:02d}T0{number % 10}:30:00Z" if number % 3 else None,
            "active": (True, False, None)[number % 3],
            "link": "https://example.com/Page" if number % 2 else None,
            "plan": ("Gold", "Silver, old", None)[number % 3],
            "wants": (["Tea"], ["Tea", "Coffee"], [])[number % 3],
        }
        named = {f"{key}_{self.suffix}": value for key, value in custom.items() if value not in (None, [])}
        body = {
            "name": f"Person {number % 4}",
            "phone": a_mobile() if number % 2 else None,
            "tags": [self.tag, *(("vip",), ("vip", "lead"), ())[number % 3]],
            "teams": list(teams) or [self.team],
            "status": ("active", "inactive", "blocked")[number % 3],
            "custom": named,
        }
        return str(self.admin.created("/v1/customers", body)["id"])

    def configurations(self) -> Iterator[Json]:
        """By every kind of field, with every kind of total and of column."""
        by = self.field
        yield {"groupings": [{"field": by["reason"]}, {"field": "status"}], "subtotals": True}
        yield {"groupings": [{"field": "tags"}], "subdivisions": [{"field": by["plan"]}], "percent": ["row"]}
        yield {"groupings": [{"field": by["plan"]}], "total": {"op": "sum", "field": by["value"]}}
        yield {"groupings": [{"field": by["wants"]}], "total": {"op": "average", "field": by["value"]}}
        yield {"groupings": [{"field": by["wants"], "count": "mentions"}], "percent": ["column", "total"]}
        yield {"groupings": [{"field": by["since"], "unit": "quarter"}, {"field": by["active"]}]}
        yield {"groupings": [{"field": by["met"], "unit": "day"}], "time_zone": "Pacific/Auckland"}
        yield {"groupings": [{"field": by["value"]}], "subdivision": {"field": "teams"}}
        yield {"groupings": [{"field": "name", "top": {"n": 2, "others": True}}, {"field": "phone"}]}
        yield {"groupings": [{"field": by["link"]}, {"field": "channel"}, {"field": "assignee"}]}
        yield {"groupings": [{"field": "created_at", "unit": "year"}], "subdivisions": [self._classes()]}
        yield {"groupings": [{"field": "status"}], "total": {"op": "max", "field": by["value"]}}

    def _classes(self) -> Json:
        rules = [
            {"op": "contains", "value": "EXPENSIVE", "as": "price"},
            {"op": "matches", "value": "pre?o", "as": "price"},
            {"op": "is_not_set", "as": "unknown"},
        ]
        return {"field": self.field["reason"], "rules": rules, "default": "rest"}


@pytest.fixture
def corner(company: Company) -> Corner:
    return Corner(company)


def test_a_report_of_customers_is_that_of_their_export_cell_by_cell(corner: Corner):
    for number in range(40):
        corner.add(number)
    content = exported(corner.admin, format="json", **corner.everybody)
    upload = {"upload": uploaded(corner.admin, content)["id"]}
    for configuration in corner.configurations():
        live = preview(corner.admin, corner.everybody, configuration)
        assert live["customers"] == 40
        assert table(preview(corner.admin, upload, configuration)) == table(live), configuration


def test_an_agents_report_is_the_administrators_where_the_hidden_do_not_exist(corner: Corner):
    """First there are none; then there are, in everything like the visible ones."""
    visible = [corner.add(number) for number in range(12)]
    agent = corner.company.agent(corner.team)
    before = {
        json.dumps(each): table(preview(corner.admin, corner.everybody, each))
        for each in corner.configurations()
    }
    whole = json.loads(exported(corner.admin, format="json", **corner.everybody))
    others = corner.company.team()
    hidden = [corner.add(number, others) for number in range(12, 20)]
    rows = [*whole, *({"id": each, "name": "Hidden"} for each in (*hidden, str(uuid4())))]
    upload = uploaded(agent, json.dumps(rows).encode())
    assert (upload["rows"], upload["dropped"]) == (12, 9)
    for written, expected in before.items():
        configuration = json.loads(written)
        assert table(preview(corner.admin, corner.everybody, configuration)) != expected
        assert table(preview(agent, corner.everybody, configuration)) == expected
        assert table(preview(agent, {"upload": upload["id"]}, configuration)) == expected
        assert table(preview(agent, {"ids": [*visible, *hidden]}, configuration)) == expected


def test_a_run_comes_to_what_the_preview_shows(corner: Corner):
    for number in range(9):
        corner.add(number)
    configuration = next(corner.configurations())
    done = run(corner.admin, source=corner.everybody, configuration=configuration, name="Why not")
    found = corner.admin.get(f"{REPORTS}/runs/{done['id']}/result").raise_for_status().json()
    assert table(found) == table(preview(corner.admin, corner.everybody, configuration))
    sheet = corner.admin.get(f"{REPORTS}/runs/{done['id']}/result.csv").raise_for_status().content
    assert sheet.startswith("\ufeff".encode())
    assert len(sheet.decode("utf-8-sig").splitlines()) == len(found["rows"]) + 2


def test_a_template_follows_a_renamed_option_and_so_do_older_files(corner: Corner):
    for number in range(6):
        corner.add(number)
    admin, plan = corner.admin, corner.field["plan"]
    grouping = {"field": plan, "rename": {"Gold": "Precious"}}
    kept = admin.created(
        f"{REPORTS}/configurations",
        {"name": f"By plan {corner.suffix}", "configuration": {"groupings": [grouping]}},
    )
    older = {"upload": uploaded(admin, exported(admin, format="json", **corner.everybody))["id"]}
    before = cells(preview(admin, older, {"groupings": [{"field": plan}]}))
    warnings = _rename(admin, plan.removeprefix("custom."), "Gold", "Ouro")
    assert {"kind": "report_template", "id": kept["id"], "name": kept["name"], "follows": True} in warnings
    there = f"{REPORTS}/configurations/{kept['id']}"
    shown = admin.get(there).json()["configuration"]["groupings"][0]
    assert shown["rename"] == {"Ouro": "Precious"}
    asked = {"filter": json.dumps(corner.everybody["filter"])}
    result = admin.get(f"{there}/result", **asked).raise_for_status().json()
    assert (("Precious",) in cells(result), ("Gold",) in cells(result)) == (True, False)
    after = _eventually_renamed(admin, older, plan)
    assert after[("Ouro",)] == before[("Gold",)]
    assert after.keys() - {("Ouro",)} == before.keys() - {("Gold",)}


def test_a_template_follows_a_renamed_tag_and_whoever_renames_it_is_told(corner: Corner):
    corner.add(0)
    admin, after = corner.admin, f"{corner.tag} of today"
    configuration = {"groupings": [{"field": "tags", "join": {"Ours": [corner.tag, "vip"]}}]}
    body = {"name": f"By tag {corner.suffix}", "configuration": configuration}
    kept = admin.created(f"{REPORTS}/configurations", body)
    [tag] = admin.get("/v1/tags", q=corner.tag).json()["data"]
    renamed = admin.patch(f"/v1/tags/{tag['id']}", {"name": after}).raise_for_status().json()
    told = {"kind": "report_template", "id": kept["id"], "name": kept["name"], "follows": True}
    assert (renamed["name"], renamed["missing"]) == (after, [])
    assert told in renamed["warnings"]

    def joined() -> list[str]:
        shown = admin.get(f"{REPORTS}/configurations/{kept['id']}").json()["configuration"]
        return list(shown["groupings"][0]["join"]["Ours"])

    eventually(lambda: sorted(joined()) == sorted([after, "vip"]), within=30)


def test_nobody_is_told_the_new_name_of_a_tag_of_hidden_customers(corner: Corner):
    """Not by a file that says the old one, nor by a template of their own."""
    admin, before, after = corner.admin, corner.tag, f"{corner.tag} hidden"
    corner.add(0, corner.company.team())
    agent = corner.company.agent(corner.team)
    configuration = {"groupings": [{"field": "tags"}]}
    rows = json.dumps([{"tags": [before]}]).encode()
    of_agent, of_admin = ({"upload": uploaded(api, rows)["id"]} for api in (agent, admin))
    body = {
        "name": f"Guess {corner.suffix}",
        "configuration": {"groupings": [{"field": "tags", "join": {"x": [before]}}]},
        "source": {"filter": {"field": "tags", "op": "any_of", "value": [before]}},
    }
    kept = agent.created(f"{REPORTS}/configurations", body)
    [tag] = admin.get("/v1/tags", q=before).json()["data"]
    admin.patch(f"/v1/tags/{tag['id']}", {"name": after}).raise_for_status()
    eventually(lambda: (after,) in cells(preview(admin, of_admin, configuration)), within=30)
    rule = {"field": "tags", "rules": [{"op": "equals", "value": after, "as": "y"}], "default": None}
    guesses = [configuration, {**configuration, "subdivisions": [rule]}]
    told = [preview(agent, of_agent, each) for each in guesses]
    told += [agent.get(f"{REPORTS}/configurations/{kept['id']}").raise_for_status().json()]
    assert [list(cells(each)) for each in told[:2]] == [[(before,)]] * 2
    assert after not in json.dumps(told)
    assert tag["id"] not in json.dumps(told)


def test_an_upload_is_its_owners_and_the_administrators(corner: Corner):
    agent, colleague = corner.company.agent(corner.team), corner.company.agent(corner.team)
    upload = uploaded(agent, b'{"status": "open"}\n{"status": "Open"}\n')
    configuration = {"groupings": [{"field": "status", "normalize": True}]}
    for api, status in ((agent, 200), (corner.admin, 200), (colleague, 404)):
        assert api.get(f"{REPORTS}/uploads/{upload['id']}").status_code == status
        body = {"source": {"upload": upload["id"]}, "configuration": configuration}
        assert api.post(f"{REPORTS}/preview", body).status_code == status
    assert preview(agent, {"upload": upload["id"]}, configuration)["rows"][0]["total"] == 2
    assert agent.delete(f"{REPORTS}/uploads/{upload['id']}").status_code == 204
    assert corner.admin.get(f"{REPORTS}/uploads/{upload['id']}").status_code == 404


def test_the_reports_of_the_demo_company_can_be_made(company: Company):
    """Of its fields, whoever has them."""
    for field in demo.FIELDS:
        options = _options(*field["options"]) if "options" in field else []
        body = {**field, **({"options": options} if options else {})}
        assert company.admin.post("/v1/custom-fields", body).status_code in (201, 409)
    for template in TEMPLATES:
        kept = company.admin.created(f"{REPORTS}/configurations", {**template, "shared": "all"})
        there = f"{REPORTS}/configurations/{kept['id']}"
        assert company.admin.get(f"{there}/result").raise_for_status().json()["warnings"] == []
        company.admin.delete(there).raise_for_status()


def _rename(admin: Api, key: str, before: str, after: str) -> list[Json]:
    """Returns the warnings."""
    field = admin.get(f"/v1/custom-fields/{key}")
    option = next(each["id"] for each in field.json()["options"] if each["label"] == before)
    path = f"/v1/custom-fields/{key}/options/{option}"
    renamed = admin.patch(path, {"label": after}, If_Match=field.headers["etag"]).raise_for_status().json()
    assert renamed["missing"] == []
    return list(renamed["warnings"])


def _eventually_renamed(admin: Api, upload: Json, plan: str) -> dict[tuple[Any, ...], Any]:
    """Reports hear of a rename a moment later."""

    def renamed() -> dict[tuple[Any, ...], Any] | None:
        found = cells(preview(admin, upload, {"groupings": [{"field": plan}]}))
        return found if ("Ouro",) in found else None

    found: dict[tuple[Any, ...], Any] = eventually(renamed, within=30)
    return found
