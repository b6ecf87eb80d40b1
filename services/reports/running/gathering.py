"""What this worker process has counted for a run, between one step and the next.

It is its own: another process that goes on with the run begins anew. Only so much is kept, and nothing for
long; the runs that were asked for first are kept first, so that those come to an end.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from directory.file_rights import Rights
from servicekit.ids import new_id
from services.reports.running.domain.merging import Merging

Json = dict[str, Any]
MAX_GROUPS: Final = 300_000
SIZE: Final = 50_000  # of a range of customers
MOST_KEPT: Final = 900_000  # groups, of all runs together
_IDLE_SECONDS: Final = 900.0


@dataclass(slots=True)
class Gathering:
    """`token` is what the job knows it by. `is_whole`: every customer is counted."""

    token: str = field(default_factory=lambda: new_id().hex)
    merging: Merging = field(default_factory=lambda: Merging(MAX_GROUPS))
    next: str | None = None
    size: int = field(default_factory=lambda: SIZE)
    total: int | None = None
    is_whole: bool = False
    as_of: str | None = None  # of the first range, as are the selection and what is the matter with it
    selection: Json | None = None
    warnings: list[Json] = field(default_factory=list)
    rights: Rights | None = None
    files: Json | None = None
    summary: Json | None = None
    used: float = 0.0

    def made_with(self, rights: Rights) -> None:
        """One more step, with these."""
        self.rights = self.rights.with_those(rights) if self.rights else rights


_mutex: Final = threading.Lock()
_parked: Final[dict[UUID, Gathering]] = {}


def take(job_id: UUID, *, token: str | None) -> Gathering | None:
    """What was counted for this job, if this process counted last."""
    with _mutex:
        found = _parked.pop(job_id, None)
    return found if found is not None and found.token == token else None


def park(job_id: UUID, gathering: Gathering) -> None:
    """Until the next step; what nobody took for long, and what is too much, is let go."""
    now = gathering.used = time.monotonic()
    with _mutex:
        _parked[job_id] = gathering
        left = MOST_KEPT
        for each in sorted(_parked):  # ids of jobs rise with time
            left -= _parked[each].merging.groups
            if left < 0 or now - _parked[each].used > _IDLE_SECONDS:
                left += _parked.pop(each).merging.groups


def let_go() -> None:
    """Of all: as another process would find them."""
    with _mutex:
        _parked.clear()
