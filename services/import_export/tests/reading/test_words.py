"""What somebody wrote is read as it is written, from every kind of file, where words are expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.import_export.reading import detection, staging
from services.import_export.tests.mapping.builders import facts
from services.import_export.tests.reading.files import csv, ods, xlsx

WORDS = ["1E5", "5.5E+12", "#N/A", "true", "01/02/2024", "00123"]
HEADER = ["Name", "Remark", "Tags", "Plan", "Likes"]
TARGETS = ["name", "custom.remark", "tags", "custom.plan", "custom.likes"]
ROWS = [[f"Ana {word}", *[word] * 4] for word in WORDS]
FILES = {
    "a.csv": lambda: csv(",".join(HEADER), *map(",".join, ROWS)),
    "a.xlsx": lambda: xlsx([HEADER, *ROWS]),
    "a.ods": lambda: ods([HEADER, *ROWS]),
    "a.json": lambda: orjson.dumps([dict(zip(HEADER, row, strict=True)) for row in ROWS]),
}


@pytest.mark.parametrize("name", FILES)
def test_words_stay_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    table = detection.opened(str(path), filename=name, options={})
    columns = [{"column": column, "to": to} for column, to in zip(HEADER, TARGETS, strict=True)]
    chunks = staging.lines(table, mapping={"columns": columns}, facts=facts(), after=0)
    rows = [row for line in chunks for row in orjson.loads(line).get("rows", ())]
    forms: list[dict[str, Any]] = [row["form"] for row in rows]
    assert [form["tags"] for form in forms] == [[word] for word in WORDS]
    assert [form["custom"] for form in forms] == [
        {"remark": word, "plan": word, "likes": [word]} for word in WORDS
    ]
