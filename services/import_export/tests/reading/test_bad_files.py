"""Files that people really have, each with its one clear answer: refused, or its rows with what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from servicekit.confined.refused import FileRefused
from services.import_export.mapping.domain.suggestion import mapping_of
from services.import_export.reading import detection, inspection, staging
from services.import_export.tests.reading.answers import Answer, refused
from services.import_export.tests.reading.bad import REFUSED, ROWS
from services.import_export.tests.reading.good import ACCEPTED

FACTS = {
    "fields": [{"key": "born", "label": "Born", "type": "date", "required": False, "options": []}],
    "teams": [],
    "users": [],
    "settings": {"default_region": "BR", "time_zone": "UTC", "allow_duplicates": False},
}
SECONDS = 10


def read(path: Path, **options: Any) -> Answer:
    """As the child process does it, with the mapping that it suggests."""
    try:
        found = inspection.inspected(_opened(path, options), FACTS)
        detected, suggestion = found["detected"], found["suggested_mapping"]
        if not suggestion["complete"]:
            return Answer(complete=False, detected=detected, said=_said(detected))
        lines = staging.lines(_opened(path, detected), mapping=mapping_of(suggestion), facts=FACTS, after=0)
        *chunks, end = map(orjson.loads, lines)
    except FileRefused as reason:
        return Answer(refused=reason.code if reason.detail else "refused without a reason")
    rows = {row["n"]: _outcome(row) for chunk in chunks for row in chunk["rows"]}
    assert end["end"]["rows"] == len(rows)
    return Answer(rows=rows, blank=end["end"]["blank"], detected=detected, said=_said(detected))


def _opened(path: Path, options: dict[str, Any]) -> Any:
    return detection.opened(str(path), filename=path.name, options=options)


def _said(detected: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(each["code"] for each in detected["rules"] + detected["warnings"]))


def _outcome(row: dict[str, Any]) -> Any:
    codes = [each["code"] for each in row["errors"] + row["warnings"]]
    return codes or row["form"]["name"]


EXPECTED = [(*case[:3], refused(case[3])) for case in REFUSED] + ROWS + ACCEPTED


@pytest.mark.parametrize(
    ("name", "content", "expected"), [each[1:] for each in EXPECTED], ids=[each[0] for each in EXPECTED]
)
def test_a_file_has_one_clear_answer(
    name: str, content: bytes | Callable[[], bytes], expected: Answer, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content() if callable(content) else content)
    started = time.monotonic()
    answer = read(path)
    assert time.monotonic() - started < SECONDS
    for option, value in expected.detected.items():
        assert answer.detected[option] == value
    same = ("refused", "rows", "blank", "said", "complete")
    assert [getattr(answer, each) for each in same] == [getattr(expected, each) for each in same]
