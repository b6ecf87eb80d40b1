"""The long work of imports and exports: `python -m servicekit work services.import_export.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker

JOBS = Worker(service="import_export", handlers=[])
