"""What an upload may be, and what the process that reads it may use."""

from __future__ import annotations

from typing import Final

from servicekit.confined.limits import MEGABYTE, Limits

FILE_BYTES: Final = 100 * MEGABYTE
ROWS: Final = 1_000_000
COLUMNS: Final = 1_000
KEY_CHARACTERS: Final = 200

READING: Final = Limits(memory=768 * MEGABYTE, address=2048 * MEGABYTE, cpu_seconds=300)
