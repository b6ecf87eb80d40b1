"""Every code by which a report is refused, or that it warns with, is in docs/reports.md, and no other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from services.reports.uploads.domain import problems
from tests.architecture.test_documented_codes import CUSTOMERS, PLUMBING, ROOT, documented, said, texts, trees

SERVICE, COUNTING = ROOT / "services" / "reports", CUSTOMERS / "reporting"
_RAISED = {"Conflict": 0, "Forbidden": 0, "NotFound": 0, "Stale": 0, "TooLarge": 0, "Unavailable": 0}
_RAISED |= {"Invalid.at": 1, "Wrong": 0, "problems.add": 1}
# What one service says of another one's mistake, never of what somebody asked for.
_OF_SERVICES = {"invalid_base64", "invalid_length", "number_expected", "unit_without_date", "unknown_unit"}
_OF_SERVICES |= {"too_many_ids", "worker_stopping"}
DOCUMENT = "reports.md"


def told(*places: Path) -> set[str]:
    """Codes that are said by their name: `code="…"`, or `{"code": "…"}`."""
    return {code for place in places for tree in trees(place) for code in _told(tree)}


def _told(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        pairs: list[tuple[str | None, ast.expr]] = []
        if isinstance(node, ast.Call):
            pairs = [(keyword.arg, keyword.value) for keyword in node.keywords]
        elif isinstance(node, ast.Dict):
            names = (key.value if isinstance(key, ast.Constant) else None for key in node.keys)
            pairs = list(zip((str(name) for name in names), node.values, strict=True))
        yield from (str(at.value) for name, at in pairs if name == "code" and isinstance(at, ast.Constant))


def test_of_calls():
    found = (said(_RAISED, SERVICE, COUNTING) | told(SERVICE)) - _OF_SERVICES
    assert documented("Every code", DOCUMENT) >= found - documented("Warnings", DOCUMENT)


def test_of_files_that_cannot_be_read():
    found = said({"FileRefused": 0}, SERVICE, *PLUMBING)
    assert documented("A file cannot be read", DOCUMENT) >= found


def test_of_files_that_can():
    assert documented("What is the matter with a file", DOCUMENT) == problems.DETAILS.keys()


def test_no_code_is_made_up():
    for heading in ("Every code", "A file cannot be read", "Warnings"):
        places = (SERVICE, CUSTOMERS, ROOT / "libs" / "servicekit")
        assert documented(heading, DOCUMENT) <= texts(*places), heading
