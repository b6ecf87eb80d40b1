"""Every code by which an import or an export refuses something is explained in docs/, and no other.

Codes are written as text where they are raised, so they are read from the code itself.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from services.import_export.mapping.domain import codes
from services.import_export.reading.domain import problems

ROOT = Path(__file__).parents[2]
SERVICE, CUSTOMERS = ROOT / "services" / "import_export", ROOT / "services" / "customers"
IMPORTING, EXPORTING = CUSTOMERS / "importing", CUSTOMERS / "exporting"
SERVICEKIT = ROOT / "libs" / "servicekit"
PLUMBING = (SERVICEKIT / "confined", SERVICEKIT / "json_objects.py")
VALUES = CUSTOMERS / "fields" / "domain" / "values.py"
_CODES = re.compile(r"^\| (`[a-z_0-9]+`(?: `[a-z_0-9]+`)*) \|", re.MULTILINE)
# At which argument of a call its code stands.
_RAISED = {"Conflict": 0, "Forbidden": 0, "NotFound": 0, "Stale": 0, "TooLarge": 0, "Invalid.at": 1}
# What one service says of another one's mistake, never of somebody's file.
_OF_CALLS = ("/rows", "/run", "/after", "/policy", "/unknown_options", "/upto", "/as_of")


def documented(heading: str, document: str = "importing.md") -> set[str]:
    """The codes in the table under that heading."""
    text = (ROOT / "docs" / document).read_text(encoding="utf-8")
    _, _, section = text.partition(f"# {heading}\n")
    rows = _CODES.findall(re.split(r"\n##", section)[0])
    return {code for row in rows for code in re.findall(r"[a-z_0-9]+", row)}


@cache
def trees(place: Path) -> list[ast.Module]:
    paths = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    wanted = [path for path in paths if not {"tests", "migrations"} & set(path.parts)]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in wanted]


def texts(*places: Path) -> set[str]:
    """Every text in the code."""
    nodes = (node for place in places for tree in trees(place) for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def said(which: dict[str, int], *places: Path) -> set[str]:
    """The codes in calls of these names."""
    return {code for place in places for tree in trees(place) for code in _said(which, tree)}


def _said(which: dict[str, int], tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if "NotFound" in which and isinstance(node, ast.keyword) and node.arg == "not_found":
            yield ast.literal_eval(node.value)
        place = which.get(_name(node.func)) if isinstance(node, ast.Call) else None
        if place is None:
            continue
        arguments = [each.value if isinstance(each, ast.Constant) else None for each in node.args]
        if len(arguments) > place and arguments[place] and arguments[0] not in _OF_CALLS:
            yield str(arguments[place])


def _name(called: ast.expr) -> str:
    """Such as `error` or `self.findings.warn`."""
    if isinstance(called, ast.Attribute):
        return f"{_name(called.value)}.{called.attr}"
    return called.id if isinstance(called, ast.Name) else ""


def of_rows() -> set[str]:
    """What customers say of a row, whether they refuse it or warn."""
    of_customers = said({"error": 1, "Invalid.at": 1}, IMPORTING / "domain")
    return of_customers | said({"InvalidValue": 0}, VALUES) | {"team_required", "no_team"}


def test_of_files():
    found = said({"FileRefused": 0}, SERVICE, *PLUMBING)
    assert documented("The file as a whole is refused") == found | {"file_gone"}


def test_of_rows():
    refused, warned = documented("A row is refused"), documented("A row is taken, with a warning")
    assert codes.ERRORS.keys() | problems.ROW_PROBLEMS.keys() <= refused
    assert codes.WARNINGS.keys() | problems.ROW_WARNINGS.keys() <= warned
    known = codes.ERRORS.keys() | problems.ROW_PROBLEMS.keys() | codes.WARNINGS.keys()
    known |= problems.ROW_WARNINGS.keys() | of_rows() | {"too_many_rows_alike"}
    assert refused | warned == known
    assert refused | warned <= texts(SERVICE, CUSTOMERS)


def test_of_reviews():
    assert documented("A row needs a decision") == {"two_customers", "unclear_match"}
    assert documented("A row needs a decision") <= texts(IMPORTING)


def test_of_mappings():
    assert documented("A mapping is refused") == codes.MAPPING_ERRORS.keys()


def test_of_reading():
    found = said({"findings.rule": 0, "self.findings.rule": 0, "findings.warn": 0}, SERVICE / "reading")
    found |= said({"self.findings.warn": 0, "tell.warn": 0}, SERVICE / "reading")
    assert documented("How a file was read") == found


@pytest.mark.parametrize("folder", ["runs", "mapping", "sweeping"])
def test_of_calls_about_imports(folder: str):
    assert said(_RAISED, SERVICE / folder) <= documented("A call is refused")


def test_of_calls_about_exports():
    found = said(_RAISED, SERVICE / "exporting", EXPORTING)
    common = {"invalid_boolean", "invalid_choice", "invalid_list", "invalid_object", "unknown_property"}
    assert found - common == documented("Every code", "exporting.md")


def test_no_code_of_a_call_is_made_up():
    assert documented("A call is refused") <= texts(SERVICE, CUSTOMERS)
