"""A service named "dedup" with canned answers, on the real bus; the fake customers service's neighbour."""

from __future__ import annotations

import time
from typing import Any

from gateway.tests.canned import (
    EARLIER,
    HIDDEN,
    KNOWN,
    LETTER,
    MERGED,
    MOMENT,
    NOTE,
    SLOW,
    TASK,
    Json,
    a_customer,
    a_letter,
    require,
)
from servicekit.errors import Conflict, Invalid, NotFound, Stale
from servicekit.rpc import rpc

PAIR = REQUEST = JOB = LETTER


def a_pair(**changes: Any) -> Json:
    reasons = [{"code": "similar_name", "score": 93}, {"code": "same_line"}]
    return {
        "id": PAIR, "customers": [a_customer(), a_customer(SLOW)], "score": 95, "reasons": reasons,
        "shared_identity": True, "cluster": KNOWN, "found_at": MOMENT, "decision": None,
    } | changes  # fmt: skip


def a_job(kind: str, **changes: Any) -> Json:
    progress = {"done": 3, "total": 3, "percent": 100.0, "rate": 1.5, "eta_seconds": None}
    return {
        "id": JOB, "kind": kind, "status": "succeeded", "progress": progress, "counts": {"pairs": 2},
        "problem": None, "cancel_requested": False, "created_by": KNOWN, "created_at": EARLIER,
        "started_at": EARLIER, "finished_at": MOMENT, "version": 5,
    } | changes  # fmt: skip


def a_bulk_merge(**changes: Any) -> Json:
    counts = {"merged": 2, "unchanged": 0, "refused": 1}
    known = {"dry_run": False, "clusters": 1, "merges": 1, "counts": counts}
    return a_job("merge_exact", **(known | changes))


class _Queue:
    @rpc
    def check(self, scope: Json, data: Json) -> Json:
        if data.get("phone") == "+5511900000429":
            raise Conflict("duplicate_budget_exhausted", {"retry_after": 1234})
        links = {"view": f"/v1/customers/{KNOWN}", "merge": f"/v1/customers/{KNOWN}/absorb",
                 "update": f"/v1/customers/{KNOWN}"}  # fmt: skip
        found = {
            "matched_on": sorted(data),
            "certainty": "exact",
            "score": 100,
            "reasons": [],
            "links": links,
        }
        return {"matches": [a_customer() | found]}

    @rpc
    def list_pairs(
        self, scope: Json, limit: int = 50, cursor: str | None = None, min_score: int | None = None,
        shared: bool | None = None, customer: str | None = None, reason: str | None = None,
    ) -> Json:  # fmt: skip
        asked = f"{min_score} {shared} {customer} {reason}"
        return {"data": [a_pair(customers=[a_customer(name=asked), a_customer()])], "next": cursor}

    @rpc
    def get_pair(self, scope: Json, pair_id: str) -> Json:
        _only(PAIR, pair_id)
        return a_pair()

    @rpc
    def decide_pair(self, scope: Json, pair_id: str, data: Json, idempotency: Json | None = None) -> Json:
        _only(PAIR, pair_id)
        return {"pair": a_pair(decision=data["decision"]), "replayed": bool(idempotency)}

    @rpc
    def list_clusters(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        customers = [a_customer(), a_customer(SLOW)]
        cluster = {"id": KNOWN, "customers": customers, "pairs": [a_pair()], "exact": True, "score": 95}
        return {"data": [cluster], "next": None}

    @rpc
    def count_for(self, scope: Json, customer_id: str) -> Json:
        if customer_id == MERGED:
            return {"possible_duplicates": 2}
        require(customer_id)
        if customer_id == SLOW:
            time.sleep(10)
        return {"possible_duplicates": 2}


class _Work:
    @rpc
    def start_scan(self, scope: Json) -> Json:
        return {"scan": a_job("scan_pairs")}

    @rpc
    def list_scans(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_job("scan_pairs")], "next": None}

    @rpc
    def get_scan(self, scope: Json, scan_id: str) -> Json:
        _only(JOB, scan_id)
        return {"scan": a_job("scan_pairs")}

    @rpc
    def cancel_scan(self, scope: Json, scan_id: str) -> Json:
        _only(JOB, scan_id)
        return {"scan": a_job("scan_pairs", cancel_requested=True)}

    @rpc
    def start_bulk_merge(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        return {"bulk_merge": a_bulk_merge(dry_run=data["dry_run"]), "replayed": bool(idempotency)}

    @rpc
    def list_bulk_merges(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        return {"data": [a_bulk_merge()], "next": None}

    @rpc
    def get_bulk_merge(self, scope: Json, bulk_id: str) -> Json:
        _only(JOB, bulk_id)
        sample = [{"primary": KNOWN, "size": 3, "customers": [a_customer(), a_customer(SLOW)]}]
        return {"bulk_merge": a_bulk_merge(dry_run=True, sample=sample)}

    @rpc
    def cancel_bulk_merge(self, scope: Json, bulk_id: str) -> Json:
        _only(JOB, bulk_id)
        return {"bulk_merge": a_bulk_merge(cancel_requested=True)}

    @rpc
    def list_bulk_merge_refusals(
        self, scope: Json, bulk_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        _only(JOB, bulk_id)
        return {"data": [{"customer_id": KNOWN, "code": "too_many_holders"}], "next": None}


class _Access:
    @rpc
    def request_access(self, scope: Json, token: str, idempotency: Json | None = None) -> Json:
        if token != "token":
            raise Invalid.at("/token", "unknown_token", "It is too old, or was never yours.")
        return {"request": a_request(), "replayed": bool(idempotency)}

    @rpc
    def list_access_requests(
        self, scope: Json, state: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Json:
        if scope["role"] == "admin":
            return {"data": [a_request(state=state or "pending", customer=KNOWN)], "next": None}
        return {"data": [a_request()], "next": None}

    @rpc
    def decide_access_request(
        self, scope: Json, request_id: str, data: Json, version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        _only(REQUEST, request_id)
        if version not in (None, 1):
            raise Stale("stale", {"current": a_request(customer=KNOWN)})
        if data["decision"] == "granted" and "team" not in data:
            raise Invalid.at("/team", "team_required", "Which of their teams?")
        decided = {"decided_by": KNOWN, "decided_at": MOMENT, "team": data.get("team")}
        return {"request": a_request(state=data["decision"], customer=KNOWN, version=2, **decided)}


class DedupService(_Queue, _Work, _Access):
    name = "dedup"

    @rpc
    def list_parked(self, scope: Json, limit: int = 50, after: Json | None = None) -> Json:
        return {"data": [a_letter(TASK, last_seen=EARLIER)] if after is None else [], "more": False}

    @rpc
    def has_parked(self, scope: Json, letter_id: str) -> Json:
        return {"found": letter_id == TASK}

    @rpc
    def replay_parked(self, scope: Json, letter_id: str) -> None:
        _only(TASK, letter_id)

    @rpc
    def discard_parked(self, scope: Json, letter_id: str) -> None:
        _only(TASK, letter_id)


def a_request(**changes: Any) -> Json:
    return {
        "id": REQUEST, "state": "pending", "asked_by": NOTE, "asked_at": EARLIER, "matched_on": ["phone"],
        "customer": None, "team": None, "decided_by": None, "decided_at": None, "version": 1,
    } | changes  # fmt: skip


def _only(known: str, asked: str) -> None:
    if asked != known or asked == HIDDEN:
        raise NotFound("not_found", {"id": asked})
