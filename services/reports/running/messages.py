"""Runs as they are shown: the job, and what it came to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servicekit.clock import to_rfc3339
from servicekit.jobs import Job, job_message
from services.reports.running.repository import ListedRun, ReportRun

Json = dict[str, Any]
_SHOWN = ("status", "progress", "problem", "created_by", "created_at", "started_at", "finished_at", "version")


def listed_message(run: ListedRun, job: Job, *, now: datetime, masked: bool) -> Json:
    """The links to its files are there as long as the files are. No `source` is told that is long, and none
    to whom contact data is hidden from since they asked. `masked`: whether it is today."""
    message, own = job_message(job), f"/v1/reports/runs/{run.id}"
    there = run.is_there(now)
    links = {"result": f"{own}/result", "csv": f"{own}/result.csv"}
    return {
        "id": str(run.id),
        "kind": "report_run",
        "name": run.name,
        **{name: message[name] for name in _SHOWN},
        "source": None if _is_hidden(run, masked=masked) else run.source,
        "expires_at": to_rfc3339(run.expires_at) if run.expires_at else None,
        "links": {"self": own, "events": f"{own}/events", **(links if there else dict.fromkeys(links))},
    }


def run_message(run: ReportRun, job: Job, *, now: datetime, masked: bool, may_see: bool = False) -> Json:
    """With whom it is about and the configuration, and what it came to without its rows for who may see that
    today."""
    result = run.summary if may_see and run.is_there(now) else None
    asked = {"source": run.asked["source"], "configuration": run.asked["shown"]}
    told = dict.fromkeys(asked) if _is_hidden(run, masked=masked) else asked
    return {**listed_message(run, job, now=now, masked=masked), **told, "result": result}


def _is_hidden(run: ListedRun, *, masked: bool) -> bool:
    """What they asked for may name contact data, as the table may."""
    return masked and not run.masked


def summary_of(answer: Json) -> Json:
    """An answer without its rows."""
    left_out = ("rows", "values", "suggestions")
    return {name: value for name, value in answer.items() if name not in left_out} | {
        "row_count": len(answer["rows"])
    }
