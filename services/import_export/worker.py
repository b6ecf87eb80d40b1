"""The long work of imports and exports: `python -m servicekit work services.import_export.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker
from services.import_export.exporting.job import WriteExport
from services.import_export.runs.checking import CheckImport
from services.import_export.runs.finishing import FinishImport
from services.import_export.runs.reading import ReadImport
from services.import_export.runs.running import RunPart
from services.import_export.runs.undoing import UndoImport
from services.import_export.sweeping.job import Sweep

JOBS = Worker(
    service="import_export",
    handlers=[ReadImport, CheckImport, RunPart, FinishImport, UndoImport, WriteExport, Sweep],
)
