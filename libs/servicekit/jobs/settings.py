"""Settings of a worker process."""

from __future__ import annotations

from dataclasses import dataclass

from servicekit.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class WorkerSettings(ServiceSettings):
    """Those of the service, and how leases and time are shared out."""

    db_pool_size: int = 4
    statement_timeout_ms: int = 30_000  # nobody waits for an answer
    job_lease_seconds: float = 20.0
    job_slice_seconds: float = 5.0
    job_poll_seconds: float = 1.0
    job_retry_seconds: float = 1.0
