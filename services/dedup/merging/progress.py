"""How far a bulk merge has come: of each customer that it is about exactly one of three things is counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from servicekit.jobs import Job, Progress
from services.dedup.merging.targets import ABSORBED, REFUSED, SURVIVOR, UNCHANGED

MERGED: Final = "merged"
COUNTS: Final = (MERGED, UNCHANGED, REFUSED)


def of(job: Job, new: Mapping[str, int], *, state: Mapping[str, Any]) -> Progress:
    """`new` says how many came to which outcome in this step."""
    counts = {name: job.counts.get(name, 0) + new.get(name, 0) for name in COUNTS}
    counts[MERGED] += new.get(SURVIVOR, 0) + new.get(ABSORBED, 0)
    return Progress(state=state, done=job.done + sum(new.values()), counts=counts)


def finished(job: Job) -> Progress:
    refused = job.counts.get(REFUSED, 0) > 0
    outcome: Literal["partially_failed", "succeeded"] = "partially_failed" if refused else "succeeded"
    return Progress(outcome="succeeded" if job.parameters["dry_run"] else outcome)
