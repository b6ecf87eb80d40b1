"""Runs as they are shown: the job, and what it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.jobs import Job, job_message
from services.reports.running.repository import ReportRun

Json = dict[str, Any]
_SHOWN = ("status", "progress", "problem", "created_by", "created_at", "started_at", "finished_at", "version")


def listed_message(run: ReportRun, job: Job, *, now: datetime) -> Json:
    """The links to its files are there as long as the files are."""
    message, own = job_message(job), f"/v1/reports/runs/{run.id}"
    there = run.is_there(now)
    links = {"result": f"{own}/result", "csv": f"{own}/result.csv"}
    return {
        "id": str(run.id),
        "kind": "report_run",
        "name": run.name,
        **{name: message[name] for name in _SHOWN},
        "source": run.asked["source"],
        "expires_at": to_rfc3339(run.expires_at) if run.expires_at else None,
        "links": {"self": own, "events": f"{own}/events", **(links if there else dict.fromkeys(links))},
    }


def run_message(run: ReportRun, job: Job, *, now: datetime, may_see: bool) -> Json:
    """With the configuration, and what it came to without its rows for who may see that today."""
    result = run.summary if may_see and run.is_there(now) else None
    return {**listed_message(run, job, now=now), "configuration": run.asked["shown"], "result": result}


def summary_of(answer: Json) -> Json:
    """An answer without its rows."""
    left_out = ("rows", "values", "suggestions")
    return {name: value for name, value in answer.items() if name not in left_out} | {
        "row_count": len(answer["rows"])
    }
