"""Pairs and clusters as they are shown."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from servicekit.clock import parse_rfc3339, to_rfc3339
from services.dedup.pairs.queries import Pair

Json = dict[str, Any]


def pair_message(pair: Pair, customers: list[Json], *, cluster: UUID, decision: str | None) -> Json:
    """`customers` are messages of the customers service, made for this caller."""
    return {
        "id": str(pair.id),
        "customers": customers,
        "score": pair.score,
        "reasons": list(pair.reasons),
        "shared_identity": pair.shared,
        "cluster": str(cluster),
        "found_at": to_rfc3339(pair.found_at),
        "decision": decision,
    }


def cluster_message(cluster: UUID, customers: list[Json], pairs: list[Json], *, exact: bool) -> Json:
    """Best pair first. `exact`: whether shared identities alone hold it together."""
    return {
        "id": str(cluster),
        "customers": customers,
        "pairs": pairs,
        "score": pairs[0]["score"],
        "exact": exact,
    }


def dump_pair(pair: Pair) -> Json:
    """What has to be kept of a pair to show it again: no contact data."""
    return {**asdict(pair), "id": str(pair.id), "first": str(pair.first), "second": str(pair.second),
            "reasons": list(pair.reasons), "found_at": to_rfc3339(pair.found_at)}  # fmt: skip


def load_pair(dumped: Json) -> Pair:
    ids = {name: UUID(dumped[name]) for name in ("id", "first", "second")}
    return Pair(**{**dumped, **ids, "found_at": parse_rfc3339(dumped["found_at"])})
