"""What the process that reads a file may use. Set before a byte of the file is looked at."""

from __future__ import annotations

import resource
from typing import Final

MEGABYTE: Final = 1024 * 1024

ROWS: Final = 1_000_000
COLUMNS: Final = 1_000
CELL_CHARACTERS: Final = MEGABYTE
LINE_BYTES: Final = 16 * MEGABYTE

MEMORY_BYTES: Final = 448 * MEGABYTE
ADDRESS_BYTES: Final = 1024 * MEGABYTE

# How the child says that it got no more memory; libraries abort instead.
OUT_OF_MEMORY: Final = 77

# Of the child's processor: a file must not be refused because others keep the machine busy.
INSPECT_SECONDS: Final = 60
ROWS_SECONDS: Final = 900
# Of the clock, for a child that neither works nor speaks.
SILENT_SECONDS: Final = 600


def confine(*, cpu_seconds: int) -> None:
    """This process gets no more memory and time than this, and can write no file."""
    _lower(resource.RLIMIT_AS, ADDRESS_BYTES)
    _lower(resource.RLIMIT_DATA, MEMORY_BYTES)
    # The signal comes at the lower one and says what it was; the higher one kills.
    _lower(resource.RLIMIT_CPU, cpu_seconds, cpu_seconds + 1)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, 32)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(limit: int, soft: int, hard: int | None = None) -> None:
    present = resource.getrlimit(limit)[1]
    hard = soft if hard is None else hard
    hard = hard if present == resource.RLIM_INFINITY else min(hard, present)
    resource.setrlimit(limit, (min(soft, hard), hard))
