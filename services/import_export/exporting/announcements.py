"""What other services are told of exports."""

from __future__ import annotations

from servicekit.events.cloudevent import Event
from services.import_export.exporting.repository import ExportRun


def export_ready_v1(run: ExportRun, *, rows: int) -> Event:
    """Who may fetch it: nothing of whom it is about."""
    data = {"created_by": run.created_by, "format": run.format, "rows": rows}
    return Event(type="export.ready.v1", data=data, subject=str(run.id))
