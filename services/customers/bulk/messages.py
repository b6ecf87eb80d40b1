"""A bulk action as it is shown: the job, what is done, and to how many it was done."""

from __future__ import annotations

from typing import Any

from servicekit.jobs import Job, job_message
from services.customers.bulk.domain.outcome import Outcome


def bulk_message(job: Job) -> dict[str, Any]:
    """`counts` has all three from the beginning; `arguments` are those of the action."""
    message = job_message(job)
    action = dict(job.parameters["asked"])
    return {
        **message,
        "action": action.pop("action"),
        "arguments": action,
        "counts": Outcome(0, 0).added_to(message["counts"]),
    }
