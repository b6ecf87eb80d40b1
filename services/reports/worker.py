"""The long work of reports: `python -m servicekit work services.reports.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker
from services.reports.running.job import MakeReport
from services.reports.sweeping.job import Sweep
from services.reports.uploads.job import ForgetFiles, ReadUpload

JOBS = Worker(service="reports", handlers=[MakeReport, ReadUpload, ForgetFiles, Sweep])
