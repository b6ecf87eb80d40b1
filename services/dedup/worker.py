"""The long work of the dedup service: `python -m servicekit work services.dedup.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker
from services.dedup.following.many import IndexCustomers
from services.dedup.merging.job import MergeExact
from services.dedup.rebuild.job import RebuildIndex
from services.dedup.scan.job import ScanPairs

JOBS = Worker(service="dedup", handlers=[IndexCustomers, RebuildIndex, ScanPairs, MergeExact])
