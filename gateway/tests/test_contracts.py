"""What import_export and reports say they answer is what the API says it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.openapi import openapi_document
from gateway.routes import all_operations
from gateway.tests.documented import FORMATS

CONTRACTS = Path(__file__).parents[2] / "contracts"
COMPONENTS = openapi_document(all_operations())["components"]
SHAPES = {
    "import": "Import",
    "row": "ImportRow",
    "mapping": "ImportMapping",
    "export": "Export",
    "upload": "ReportUpload",
    "configuration": "ReportTemplate",
    "run": "ReportRun",
}
WHOLE = {"preview": "Report", "configuration_result": "Report", "report_schema": "ReportSchema"}
LISTS = {
    "list_imports": "ListedImport",
    "list_rows": "ImportRow",
    "list_mappings": "ImportMapping",
    "list_exports": "ListedExport",
    "list_uploads": "ListedReportUpload",
    "list_configurations": "ReportTemplate",
    "list_runs": "ReportRun",
}


def shown() -> list[Any]:
    """(a schema of the API, something that a service says) from every answer of these services."""
    found = []
    for service in ("import_export", "reports"):
        for file in sorted((CONTRACTS / service / "rpc").glob("*.json")):
            example = json.loads(file.read_text(encoding="utf-8"))
            found += [pytest.param(*each, id=f"{service}.{file.stem}") for each in _shown(example)]
    return found


def _shown(example: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    method, said = example["method"], example.get("result")
    if not isinstance(said, dict) or method == "list_parked":
        return
    if method in WHOLE and "csv" not in said:
        yield WHOLE[method], said
    else:
        yield from ((SHAPES[kind], said[kind]) for kind in SHAPES if kind in said)
        yield from ((LISTS[method], item) for item in said.get("data", ()))


@pytest.mark.parametrize(("schema", "said"), shown())
def test_what_the_service_answers_fits_the_document(schema: str, said: dict[str, Any]):
    whole = {"components": COMPONENTS, "$ref": f"#/components/schemas/{schema}"}
    jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(said)


def test_there_is_an_example_of_each():
    assert {parameters.values[0] for parameters in shown()} == {
        *SHAPES.values(),
        *LISTS.values(),
        *WHOLE.values(),
    }
