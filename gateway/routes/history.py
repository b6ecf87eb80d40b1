"""The history of a customer."""

from __future__ import annotations

from gateway.answers import Answer, moved, page_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import page_of
from gateway.schemas.customers import HistoryItem, HistoryQuery

routes = Routes("Customers")


@routes.get(
    "/v1/customers/{customer_id}/history",
    query=HistoryQuery(),
    answers={200: page_of(HistoryItem), 308: None},
)
async def list_history(call: Call) -> Answer:
    """Conversations, messages and changes of a customer, newest first."""
    asked = call.query
    reply = await call.ask(
        "list_history",
        call.path["customer_id"],
        kinds=asked["kind"],
        cursor=asked["cursor"],
        limit=asked["limit"],
        since=asked["since"],
        until=asked["until"],
    )
    if "moved_to" in reply:
        return moved(f"/v1/customers/{reply['moved_to']}/history")
    return page_answer(reply)
