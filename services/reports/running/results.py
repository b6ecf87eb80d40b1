"""What a run came to, as files in storage."""

from __future__ import annotations

from typing import Any

from servicekit import jsonio
from services.reports.running.gathering import stored
from services.reports.running.kinds import FOLDER
from services.reports.tabulating.domain.as_csv import to_csv

Json = dict[str, Any]


def write_results(answer: Json) -> Json:
    """By format where it is, and how large."""
    contents = {"json": jsonio.dumps(answer), "csv": to_csv(answer).encode()}
    return {
        format: {"key": stored(FOLDER, content), "size": len(content)} for format, content in contents.items()
    }
