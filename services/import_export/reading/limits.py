"""What a file may be, and what the process that reads it may use."""

from __future__ import annotations

from typing import Final

from servicekit.confined.limits import MEGABYTE, Limits

ROWS: Final = 1_000_000
COLUMNS: Final = 1_000
CELL_CHARACTERS: Final = MEGABYTE
LINE_BYTES: Final = 16 * MEGABYTE

MEMORY_BYTES: Final = 448 * MEGABYTE
ADDRESS_BYTES: Final = 1024 * MEGABYTE

INSPECT_SECONDS: Final = 60
ROWS_SECONDS: Final = 900


def limits(*, cpu_seconds: int) -> Limits:
    """Of the process that reads a file."""
    return Limits(memory=MEMORY_BYTES, address=ADDRESS_BYTES, cpu_seconds=cpu_seconds)
