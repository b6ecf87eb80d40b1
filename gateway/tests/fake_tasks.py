"""A service named "tasks" with canned answers, on the real bus; the fake customers service's neighbour."""

from __future__ import annotations

import time
from typing import Any

from gateway.tests.canned import (
    EARLIER,
    KNOWN,
    LETTER,
    MERGED,
    MOMENT,
    NOTE,
    SLOW,
    TASK,
    Json,
    a_letter,
    require,
)
from servicekit.errors import Conflict, Forbidden, NotFound, Stale
from servicekit.ids import new_id
from servicekit.rpc import rpc


def a_note(note_id: str = NOTE, **changes: Any) -> Json:
    return {
        "id": note_id, "kind": "note", "customer": KNOWN, "team": None, "author": KNOWN,
        "body": "Calls at noon", "pinned": False, "at": EARLIER,
        "created_at": EARLIER, "updated_at": EARLIER, "version": 2,
    } | changes  # fmt: skip


def a_task(task_id: str = TASK, **changes: Any) -> Json:
    return {
        "id": task_id, "title": "Call back", "description": None, "due_at": MOMENT, "responsible": KNOWN,
        "author": KNOWN, "priority": "medium", "status": "open", "customer": KNOWN, "overdue": True,
        "created_at": EARLIER, "updated_at": EARLIER, "completed_at": None, "version": 2,
    } | changes  # fmt: skip


def a_comment(**changes: Any) -> Json:
    return {
        "id": LETTER, "task": TASK, "author": KNOWN, "body": "Done?", "created_at": EARLIER,
        "updated_at": EARLIER, "version": 1,
    } | changes  # fmt: skip


def _only(known: str, asked: str) -> None:
    if asked != known:
        raise NotFound("not_found", {"id": asked})


class _Notes:
    @rpc
    def list_note_feed(
        self, scope: Json, customer_id: str, after: Json | None = None, limit: int = 50,
        since: str | None = None, until: str | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        _about(customer_id)
        return {"data": [a_note()] if after is None else [], "more": False}

    @rpc
    def list_notes(
        self, scope: Json, customer_id: str, limit: int = 50, cursor: str | None = None, pinned: Any = None
    ) -> Json:
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        require(customer_id)
        return {"data": [a_note(pinned=bool(pinned))], "next": None}

    @rpc
    def create_note(self, scope: Json, customer_id: str, data: Json, idempotency: Json | None = None) -> Json:
        require(customer_id)
        return {"note": a_note(str(new_id()), **data), "replayed": bool(idempotency)}

    @rpc
    def get_note(self, scope: Json, note_id: str) -> Json:
        _only(NOTE, note_id)
        return a_note()

    @rpc
    def update_note(
        self, scope: Json, note_id: str, patch: Json, version: Any = None, idempotency: Any = None
    ) -> Json:
        _only(NOTE, note_id)
        if version not in (None, 2):
            raise Stale("stale", {"current": a_note()})
        return {"note": a_note(version=3, **patch), "replayed": False}

    @rpc
    def delete_note(self, scope: Json, note_id: str, version: Any = None) -> Json:
        _only(NOTE, note_id)
        return {}

    @rpc
    def list_note_changes(
        self, scope: Json, note_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        _only(NOTE, note_id)
        change = {"id": LETTER, "at": MOMENT, "by": KNOWN, "kind": "pinned", "before": None, "after": None}
        return {"data": [change], "next": None}


class _Tasks:
    @rpc
    def list_tasks(
        self, scope: Json, limit: int = 50, cursor: str | None = None, view: str | None = None,
        overdue: Any = None, status: Any = None, customer_id: str | None = None,
        priority: Any = None, sort: str | None = None,
    ) -> Json:  # fmt: skip
        if customer_id == MERGED:
            return {"moved_to": KNOWN}
        asked = f"{view} {overdue} {status} {priority} {sort}"
        return {"data": [a_task(title=asked, customer=customer_id)], "next": None}

    @rpc
    def create_task(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        return {"task": a_task(str(new_id()), **data), "replayed": False}

    @rpc
    def get_task(self, scope: Json, task_id: str) -> Json:
        _only(TASK, task_id)
        return a_task(customer=None, limited=True)

    @rpc
    def update_task(
        self, scope: Json, task_id: str, patch: Json, version: Any = None, idempotency: Any = None
    ) -> Json:
        _only(TASK, task_id)
        if patch.get("status") == "done":
            raise Conflict("illegal_status_change", {"from": "cancelled", "to": "done"})
        if "title" in patch:
            raise Forbidden("limited_task", {})
        return {"task": a_task(version=3, **patch), "replayed": False}

    @rpc
    def delete_task(self, scope: Json, task_id: str, version: Any = None) -> Json:
        _only(TASK, task_id)
        return {}

    @rpc
    def list_task_changes(
        self, scope: Json, task_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        _only(TASK, task_id)
        change = {
            "id": LETTER,
            "at": MOMENT,
            "by": KNOWN,
            "field": "status",
            "before": "open",
            "after": "done",
        }
        return {"data": [change], "next": None}

    @rpc
    def list_comments(self, scope: Json, task_id: str, limit: int = 50, cursor: str | None = None) -> Json:
        _only(TASK, task_id)
        return {"data": [a_comment()], "next": None}

    @rpc
    def add_comment(self, scope: Json, task_id: str, data: Json, idempotency: Json | None = None) -> Json:
        _only(TASK, task_id)
        return {"comment": a_comment(**data), "replayed": False}

    @rpc
    def get_comment(self, scope: Json, comment_id: str) -> Json:
        _only(LETTER, comment_id)
        return a_comment()

    @rpc
    def update_comment(
        self, scope: Json, comment_id: str, patch: Json, version: Any = None, idempotency: Any = None
    ) -> Json:
        return {"comment": a_comment(version=2, **patch), "replayed": False}

    @rpc
    def delete_comment(self, scope: Json, comment_id: str, version: Any = None) -> Json:
        return {"id": comment_id}


class TasksService(_Notes, _Tasks):
    name = "tasks"

    @rpc
    def for_profile(self, scope: Json, customer_id: str) -> Json:
        _about(customer_id)
        counters = {"notes": 1, "open_tasks": 1}
        return {"pinned_notes": [a_note(pinned=True)], "open_tasks": [a_task()], "counters": counters}

    @rpc
    def team_usage(self, scope: Json, team_id: str) -> Json:
        return {"notes": 3 if team_id in _BUSY else 0, "relation": "eq"}

    @rpc
    def use_team(self, scope: Json, team_id: str) -> None:
        """For tests: from now on the team has notes."""
        _BUSY.add(team_id)

    @rpc
    def move_team(self, scope: Json, team_id: str, to: str, limit: int = 500) -> Json:
        moved = team_id in _BUSY
        _BUSY.discard(team_id)
        return {"moved": 3 if moved else 0}

    @rpc
    def count_of(self, scope: Json, ids: list[str]) -> Json:
        if _SLOW_COUNTS:
            time.sleep(10)
        return {each: {"notes": 4, "open_tasks": 1} for each in ids if each in (KNOWN, SLOW)}

    @rpc
    def count_slowly(self, scope: Json, slow: bool) -> None:
        """For tests: from now on counting takes longer than anybody waits, or does not."""
        _SLOW_COUNTS.add(True) if slow else _SLOW_COUNTS.clear()

    @rpc
    def list_parked(self, scope: Json, limit: int = 50, after: Json | None = None) -> Json:
        return {"data": [a_letter(NOTE, last_seen=EARLIER)], "more": False}

    @rpc
    def has_parked(self, scope: Json, letter_id: str) -> Json:
        return {"found": letter_id == NOTE}

    @rpc
    def replay_parked(self, scope: Json, letter_id: str) -> None:
        _only(NOTE, letter_id)

    @rpc
    def discard_parked(self, scope: Json, letter_id: str) -> None:
        _only(NOTE, letter_id)


def _about(customer_id: str) -> None:
    """One customer's notes take longer than anybody waits."""
    if customer_id != MERGED:
        require(customer_id)
    if customer_id == SLOW:
        time.sleep(10)


_BUSY: set[str] = set()
_SLOW_COUNTS: set[bool] = set()
