"""The long work of reports: `python -m servicekit work services.reports.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker

JOBS = Worker(service="reports", handlers=[])
