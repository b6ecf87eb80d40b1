"""Merges of the fake customers service. The ids say what happens."""

from __future__ import annotations

from typing import Any

from gateway.tests.canned import HIDDEN, KNOWN, LETTER, MERGED, MOMENT, SLOW, Json, a_customer, require
from servicekit.errors import Conflict, Invalid, NotFound, Stale
from servicekit.rpc import rpc

MERGE, UNDONE, OUT_OF_SIGHT = LETTER, SLOW, MERGED


def a_merge(**changes: Any) -> Json:
    return {
        "id": MERGE, "primary": KNOWN, "duplicates": [SLOW], "status": "applied", "merged_by": KNOWN,
        "merged_at": MOMENT, "undo_until": MOMENT, "undone_by": None, "undone_at": None, "version": 1,
    } | changes  # fmt: skip


class Merging:
    """Mixin of the fake customers service."""

    @rpc
    def preview_merge(self, scope: Json, data: Json) -> Json:
        ids = _checked(data)
        choices = [
            {"customer": each, "value": name} for each, name in zip(ids, ("Maria", None), strict=False)
        ]
        field = {
            "field": "name",
            "chosen_from": KNOWN,
            "value": "Maria",
            "choices": choices,
            "conflict": True,
        }
        kinds = ("conversations", "messages", "appointments", "purchases", "contact_points", "changes")
        return {
            "result": a_customer(),
            "versions": dict.fromkeys(ids, 3),
            "fields": [field],
            "moves": {each: dict.fromkeys(kinds, 2) for each in ids[1:]},
            "records": len(ids),
        }

    @rpc
    def apply_merge(
        self, scope: Json, data: Json, versions: Json | None = None, merge_id: str | None = None,
        idempotency: Json | None = None,
    ) -> Json:  # fmt: skip
        ids = _checked(data)
        if versions and set(versions.values()) != {3}:
            raise Stale("stale", {"current": {each: a_customer(each) for each in ids}})
        customer = a_customer(custom={"asked": {"versions": versions, "values": data.get("values")}})
        return {"merge": a_merge(), "customer": customer, "replayed": bool(idempotency)}

    @rpc
    def get_merge(self, scope: Json, merge_id: str) -> Json:
        if merge_id != MERGE:
            raise NotFound("merge_not_found")
        return {"merge": a_merge()}

    @rpc
    def list_merges(
        self, scope: Json, customer_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Json:
        return {"data": [a_merge(primary=customer_id or KNOWN)], "next": "more" if limit == 1 else None}

    @rpc
    def undo_merge(
        self, scope: Json, merge_id: str, dry_run: bool = False, idempotency: Json | None = None
    ) -> Json:
        if merge_id == UNDONE:
            raise Conflict("merge_undone")
        if merge_id == OUT_OF_SIGHT:
            seen = {"restored": [a_customer(SLOW)], "kept": [], "not_returned": []}
            return {"merge": a_merge(primary=None, status="undone"), "survivor": None, **seen}
        if merge_id != MERGE:
            raise NotFound("merge_not_found")
        undone = (
            {} if dry_run else {"status": "undone", "undone_by": KNOWN, "undone_at": MOMENT, "version": 2}
        )
        lost = {"customer": SLOW, "kind": "phone", "value": "+5511987654321", "reason": "held_by_other"}
        return {
            "merge": a_merge(**undone),
            "survivor": a_customer(),
            "restored": [a_customer(SLOW)],
            "kept": [{"field": "name", "reason": "changed_since"}],
            "not_returned": [lost],
        }


def _checked(data: Json) -> list[str]:
    ids = [data["primary"], *data["duplicates"]]
    if len(set(ids)) < len(ids):
        raise Invalid.at("/duplicates", "repeated", "Each customer once.")
    if HIDDEN in ids:
        raise NotFound("customer_not_found")
    if MERGED in ids:
        raise Stale("stale", {"current": {MERGED: a_customer()}})
    for each in ids:
        require(each)
    return ids
