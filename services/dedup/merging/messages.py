"""A bulk merge as it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from servicekit.jobs import Job, job_message
from services.dedup.merging.progress import COUNTS

Json = dict[str, Any]


def bulk_merge_message(job: Job) -> Json:
    """`counts` has all three from the beginning; a dry run counts what would be."""
    message = job_message(job)
    return {
        **message,
        "dry_run": job.parameters["dry_run"],
        "clusters": job.state.get("clusters"),
        "merges": job.state.get("merges", 0),
        "counts": {name: message["counts"].get(name, 0) for name in COUNTS},
    }


def sample_message(job: Job, shown: Mapping[str, Json]) -> list[Json]:
    """Some of the groups of a dry run, best first within each, with whoever is still there."""
    return [
        {
            "primary": group["primary"],
            "size": group["customers"],
            "customers": [shown[each] for each in sampled_ids(group) if each in shown],
        }
        for group in job.state.get("sample", [])
    ]


def sampled_ids(group: Mapping[str, Any]) -> list[str]:
    return [group["primary"], *group["duplicates"]]
