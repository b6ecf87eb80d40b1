"""The history of a customer, and everything for the page that shows one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.answers import Answer, json_answer, moved, page_answer
from gateway.call import Call
from gateway.feeds import after_cursor, merged_page
from gateway.operations import Routes
from gateway.parts import Part, ask_parts
from gateway.schemas.history import USUAL_KINDS, HistoryPage, HistoryQuery, Profile

routes = Routes("Customers")
_OF_TASKS, _OF_DEDUP = ("notes", "tasks"), ("possible_duplicates",)


@routes.get(
    "/v1/customers/{customer_id}/history",
    query=HistoryQuery(),
    answers={200: HistoryPage, 308: None},
)
async def list_history(call: Call) -> Answer:
    """Conversations, appointments, purchases, notes and changes of a customer, newest first.

    Single messages only if `kind` names them. While notes cannot be had in time, `missing` names them and
    the rest is served; 503 if nothing else was asked for.
    """
    kinds, limit = call.query["kind"] or USUAL_KINDS, call.query["limit"]
    found = await ask_parts(call, *_history_parts(call, kinds))
    if found.moved_to:
        return moved(f"/v1/customers/{found.moved_to}/history")
    page = merged_page(list(found.replies.values()), kinds, limit=limit)
    return page_answer(page | {"missing": found.missing})


@routes.get("/v1/customers/{customer_id}/profile", answers={200: Profile, 308: None})
async def get_profile(call: Call) -> Answer:
    """Everything for the page of a customer in one call.

    What a service other than that of customers does not answer in time is named in `missing`, and the rest is
    served.
    """
    customer = (call.path["customer_id"],)
    found = await ask_parts(
        call,
        Part("customers", "get_profile", customer),
        Part("tasks", "for_profile", customer, missing=_OF_TASKS),
        Part("dedup", "count_for", customer, missing=_OF_DEDUP),
    )
    if found.moved_to:
        return moved(f"/v1/customers/{found.moved_to}/profile")
    profile, more = found.replies["customers"], found.replies.get("tasks", {})
    counters = profile["counters"] | more.get("counters", {})
    alike = found.replies.get("dedup", {})
    return json_answer({**profile, **more, **alike, "counters": counters, "missing": found.missing})


def _history_parts(call: Call, kinds: Sequence[str]) -> list[Part]:
    """Who is asked: customers, unless only notes are wanted; their service is then the one that decides."""
    asked, customer = call.query, (call.path["customer_id"],)
    window: dict[str, Any] = {"after": after_cursor(asked["cursor"], kinds)}
    window |= {name: asked[name] for name in ("limit", "since", "until")}
    others = [kind for kind in kinds if kind != "note"]
    parts = []
    if others:
        parts.append(Part("customers", "list_history", customer, {"kinds": others, **window}))
    if "note" in kinds:
        parts.append(Part("tasks", "list_note_feed", customer, window, missing=("notes",) if others else ()))
    return parts
