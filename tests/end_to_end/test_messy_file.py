"""What docs/messy-file.md says that the product answers is what it answers."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy.demo import company as demo
from deploy.demo import messy
from deploy.local.state import CHECKOUT
from tests.support.api import Api, Company
from tests.support.importing import IMPORTS, check, in_phase, start, told, upload

Json = dict[str, Any]
DOCUMENT = CHECKOUT / "docs" / "messy-file.md"
_BLOCK = re.compile(r"<!-- answers: (\S+) (\w+) -->\n```\n(.*?)```", re.DOTALL)
FILES = {messy.CSV: messy.csv_file, messy.XLSX: messy.xlsx_file}
FIELDS = {"Data de nascimento": "custom.birthday", "Plano": "custom.plan", "Cidade": "custom.city"}
POLICY = {"policy": "merge"}


def documented() -> dict[tuple[str, str], list[str]]:
    found = _BLOCK.findall(DOCUMENT.read_text(encoding="utf-8"))
    return {(file, what): block.splitlines() for file, what, block in found}


def detected(run: Json) -> list[str]:
    it = run["detected"]
    first = (
        f"sheet {it['sheet']}" if it["sheet"] else f"encoding {it['encoding']}, separator {it['separator']}"
    )
    lines = [f"{first}, header in row {it['header_row']}"]
    lines += [f"rule {each['code']}: {each['detail']}" for each in it["rules"]]
    lines += [f"warning {each['code']}: {each['detail']}" for each in it["warnings"]]
    if damage := it["damaged_encoding"]:
        before, after = (f"{a} … {z}" for a, *_, z in (damage[k].split(";") for k in ("before", "after")))
        lines.append(f"encoded twice: {before} → {after}")
    columns = run["suggested_mapping"]["columns"]
    return lines + [f"{each['column']} → {each['to'] or 'nothing'}" for each in columns]


def rows(api: Api, run: Json) -> list[str]:
    found = api.every(f"{IMPORTS}/{run['id']}/rows", limit=200)
    return [_row(each) for each in found]


def _row(row: Json) -> str:
    """Its number, its outcome, and why."""
    reasons = [f"{each['code']} {each['column'] or ''}".rstrip() for each in row["errors"]]
    reasons += [f"({each['code']})" for each in row["warnings"]]
    return f"{row['n']:>2}  {row['outcome']:<8}  {', '.join(reasons)}".rstrip()


def counts(run: Json) -> list[str]:
    return [", ".join(f"{count} {name}" for name, count in run["counts"].items() if count)]


@pytest.fixture
def fields(admin: Api) -> None:
    """Those of the made-up company, wherever they are missing."""
    there = {field["key"] for field in admin.get("/v1/custom-fields").json()["data"]}
    for field in demo.FIELDS:
        if field["key"] not in there:
            options = [{"label": label} for label in field.get("options", ())]
            admin.created("/v1/custom-fields", {**field, **({"options": options} if options else {})})


def test_the_messy_file_is_answered_as_the_documentation_says(company: Company, fields: None):
    admin, told_in, answered = company.admin, documented(), {}
    runs = []
    for name, content in FILES.items():
        run = upload(admin, content(), name)
        answered[name, "detected"] = detected(run)
        columns = [
            {"column": each["column"], "to": each["to"] or FIELDS.get(each["column"])}
            for each in run["suggested_mapping"]["columns"]
        ]
        reading = {"repair_encoding": True} if name == messy.CSV else {}
        mapping = {"reading": reading, "columns": columns}
        admin.put(f"{IMPORTS}/{run['id']}/mapping", mapping).raise_for_status()
        in_phase(admin, run, "mapping")
        check(admin, run, **POLICY)
        answered[name, "rows"] = rows(admin, run)
        start(admin, run, **POLICY)
        answered[name, "counts"] = counts(in_phase(admin, run, "finished"))
        runs.append(run)
    assert answered == told_in
    for run in reversed(runs):
        told(admin, run, "undo")
        in_phase(admin, run, "undone")
