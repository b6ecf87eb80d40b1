"""What other services are told of imports."""

from __future__ import annotations

from collections.abc import Mapping

from servicekit.events.cloudevent import Event
from services.import_export.runs.domain.phases import COUNTS, status_of
from services.import_export.runs.repository import ImportRun


def import_finished_v1(run: ImportRun, *, phase: str, counts: Mapping[str, int]) -> Event:
    """Who imported, and how many rows came to what: nothing of what they say."""
    return Event(
        type="import.finished.v1",
        data={
            "created_by": run.created_by,
            "status": status_of(phase, counts=counts, begun=True),
            "counts": {name: counts.get(name, 0) for name in COUNTS},
        },
        subject=str(run.id),
    )
