"""What a run came to, as files in storage."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from servicekit import jsonio
from servicekit.files import storage
from servicekit.ids import new_id
from services.reports.running.kinds import FOLDER
from services.reports.tabulating.domain.as_csv import to_csv

Json = dict[str, Any]


def write_results(answer: Json) -> Json:
    """By format where it is, and how large."""
    contents = {"json": jsonio.dumps(answer), "csv": to_csv(answer).encode()}
    return {format: _stored(content) for format, content in contents.items()}


def _stored(content: bytes) -> Json:
    key = f"{FOLDER}/{new_id()}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        storage().upload(key, path)
    return {"key": key, "size": len(content)}
