"""What a process may use. Set before a byte of anything from outside is looked at."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1024 * 1024

# How a child says that it got no more memory; libraries abort instead.
OUT_OF_MEMORY: Final = 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`memory` is what is written to, `address` what may be reserved, both in bytes; None: not limited.

    `cpu_seconds` are of its processor: a file must not be refused because others keep the machine busy.
    """

    memory: int
    address: int | None = None
    cpu_seconds: int | None = None
    open_files: int = 32


def confine(limits: Limits) -> None:
    """This process gets no more memory and time than this, and can write no file."""
    _lower(resource.RLIMIT_DATA, limits.memory)
    if limits.address is not None:
        _lower(resource.RLIMIT_AS, limits.address)
    if limits.cpu_seconds is not None:
        # The signal comes at the lower one and says what it was; the higher one kills.
        _lower(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(limit: int, soft: int, hard: int | None = None) -> None:
    present = resource.getrlimit(limit)[1]
    hard = soft if hard is None else hard
    hard = hard if present == resource.RLIM_INFINITY else min(hard, present)
    resource.setrlimit(limit, (min(soft, hard), hard))
