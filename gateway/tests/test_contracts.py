"""What the import_export service says it answers is what the API says it answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gateway.openapi import openapi_document
from gateway.routes import all_operations
from gateway.tests.documented import FORMATS

EXAMPLES = Path(__file__).parents[2] / "contracts" / "import_export" / "rpc"
COMPONENTS = openapi_document(all_operations())["components"]
SHAPES = {"import": "Import", "row": "ImportRow", "mapping": "ImportMapping", "export": "Export"}
LISTS = {
    "list_imports": "ListedImport",
    "list_rows": "ImportRow",
    "list_mappings": "ImportMapping",
    "list_exports": "ListedExport",
}


def shown() -> list[Any]:
    """(a schema of the API, something that the service says) from every answer of the service."""
    found = []
    for file in sorted(EXAMPLES.glob("*.json")):
        example = json.loads(file.read_text(encoding="utf-8"))
        said = example.get("result") or {}
        named = [(SHAPES[kind], said[kind]) for kind in SHAPES if kind in said]
        named += [(LISTS[example["method"]], item) for item in said.get("data", ())]
        found += [pytest.param(schema, value, id=file.stem) for schema, value in named]
    return found


@pytest.mark.parametrize(("schema", "said"), shown())
def test_what_the_service_answers_fits_the_document(schema: str, said: dict[str, Any]):
    whole = {"components": COMPONENTS, "$ref": f"#/components/schemas/{schema}"}
    jsonschema.Draft202012Validator(whole, format_checker=FORMATS).validate(said)


def test_there_is_an_example_of_each():
    assert {parameters.values[0] for parameters in shown()} == {*SHAPES.values(), *LISTS.values()}
