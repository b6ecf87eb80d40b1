"""Campaigns: the same test small in `make test` and at full size in `make faults` and `make security`.

Each prints one line of JSON with its denominator, so that a run without disturbance shows itself as void.
"""

from __future__ import annotations

import json
import os
import random
import sys
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

FULL = os.environ.get("CAMPAIGN") == "full"
SEED = int(os.environ.get("CAMPAIGN_SEED", "20"))


def size(small: T, full: T) -> T:
    """How many rounds this run makes, how many seconds it takes."""
    return full if FULL else small


def chance() -> random.Random:
    """The campaign's only source of randomness."""
    return random.Random(SEED)


@dataclass
class Verdict:
    """What a campaign found."""

    id: str
    n: int
    disturbances: int = 0
    lost: int = 0
    duplicated: int = 0
    leaks: int = 0
    p99_ms: float | None = None
    seed: int = SEED
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not (self.lost or self.duplicated or self.leaks)

    def report(self) -> Verdict:
        """Prints the line; returns itself to be asserted on."""
        line = {**asdict(self), "verdict": "passed" if self.passed else "failed"}
        line.update(line.pop("more"))
        print(json.dumps(line), file=sys.stderr)
        return self
