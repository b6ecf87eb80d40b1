"""What the service and its worker both know of runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

KIND: Final = "report_run"
FOLDER: Final = "report_results"
PARTS: Final = "report_parts"  # what was counted so far
LIFETIME: Final = timedelta(hours=24)  # of what it came to
KEPT: Final = timedelta(days=30)  # that there was one
MAX_NAME: Final = 100
CONTENT_TYPES: Final = {"json": "application/json", "csv": "text/csv; charset=utf-8"}
