"""Long work: a row in the service's database, done in small steps by worker processes.

In the service, within its own transaction:

    job_id = jobs.create(uow, kind="bulk", created_by=scope.user_id, parameters={…})
    jobs.request_cancel(uow, job_id)

In the worker, `python -m servicekit work PACKAGE.MODULE:JOBS`:

    JOBS = Worker(service="orders", handlers=[Recount])

    class Recount:
        kind = "recount"

        def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
            …one transaction: this part of the work, and how far it has come…
"""

from servicekit.jobs.handler import GaveUp, Handler, Progress, Run, Worker
from servicekit.jobs.message import job_message
from servicekit.jobs.owned import OwnedRows
from servicekit.jobs.rows import (
    Job,
    JobPage,
    create,
    create_alone,
    find,
    get,
    list_of,
    purge_finished,
    request_cancel,
)

__all__ = [
    "GaveUp",
    "Handler",
    "Job",
    "JobPage",
    "OwnedRows",
    "Progress",
    "Run",
    "Worker",
    "create",
    "create_alone",
    "find",
    "get",
    "job_message",
    "list_of",
    "purge_finished",
    "request_cancel",
]
