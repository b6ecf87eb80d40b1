"""Metrics of worker processes. Labels are kinds of jobs and outcomes, never values."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Histogram

_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)

SLICES: Final = Counter("job_slices_total", "Time slices ended, by kind and outcome", ["kind", "outcome"])
STEP_SECONDS: Final = Histogram("job_step_seconds", "Time in one step", ["kind"], buckets=_SECONDS)
