"""The long work of the customers service: `python -m servicekit work services.customers.worker:JOBS`."""

from __future__ import annotations

from servicekit.jobs import Worker
from services.customers.bulk.job import BulkAction
from services.customers.fields.indexing import IndexField

JOBS = Worker(service="customers", handlers=[BulkAction, IndexField])
