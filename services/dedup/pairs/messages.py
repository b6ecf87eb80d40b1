"""Pairs and clusters as one caller may see them. Whoever gets no contact data is told of names alone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from servicekit.clock import parse_rfc3339, to_rfc3339
from services.dedup.domain.score import SIMILAR_NAME
from services.dedup.pairs.queries import Pair

Json = dict[str, Any]


def pair_message(
    pair: Pair, customers: list[Json], *, cluster: UUID, masked: bool, decision: str | None
) -> Json:
    """`customers` are messages of the customers service, made for this caller."""
    message: Json = {
        "id": str(pair.id),
        "customers": customers,
        "score": score_of(pair, masked=masked),
        "reasons": [each for each in pair.reasons if not masked or each["code"] == SIMILAR_NAME],
        "cluster": str(cluster),
        "found_at": to_rfc3339(pair.found_at),
        "decision": decision,
    }
    return message if masked else {**message, "shared_identity": pair.shared}


def cluster_message(cluster: UUID, customers: list[Json], pairs: list[Json], *, exact: bool | None) -> Json:
    """Best pair first. `exact`: whether shared identities alone hold it together; None leaves it out."""
    message: Json = {
        "id": str(cluster),
        "customers": customers,
        "pairs": pairs,
        "score": pairs[0]["score"],
    }
    return message if exact is None else {**message, "exact": exact}


def score_of(pair: Pair, *, masked: bool) -> int:
    return pair.name_score if masked else pair.score


def dump_pair(pair: Pair) -> Json:
    """What has to be kept of a pair to show it again: nothing that a mask hides by itself."""
    return {**asdict(pair), "id": str(pair.id), "first": str(pair.first), "second": str(pair.second),
            "reasons": list(pair.reasons), "found_at": to_rfc3339(pair.found_at)}  # fmt: skip


def load_pair(dumped: Json) -> Pair:
    ids = {name: UUID(dumped[name]) for name in ("id", "first", "second")}
    return Pair(**{**dumped, **ids, "found_at": parse_rfc3339(dumped["found_at"])})
