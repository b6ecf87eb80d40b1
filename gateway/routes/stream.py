"""What happens, as it happens."""

from __future__ import annotations

from typing import Final

from gateway import problems
from gateway.accounts.tokens import digest_of
from gateway.answers import Answer
from gateway.auth import token_in
from gateway.call import Call
from gateway.operations import Routes
from gateway.push import news
from gateway.schemas.stream import StreamQuery
from gateway.streams import Stream

routes = Routes("Changes")
_CUSTOMER: Final = "`{type, id, version?}`, the customer's"
_TASK: Final = "`{type, id, customer?}`, the task's id and its customer's"
_EVENTS: Final = {
    **dict.fromkeys((news.CREATED, news.UPDATED), _CUSTOMER),
    **dict.fromkeys((news.MERGED, news.UNMERGED), "`{type, id}`, a customer that is another one since"),
    news.HISTORY: "`{type, id}`, a customer whose history has something new",
    **dict.fromkeys((news.TASK_CREATED, news.TASK_COMPLETED, news.TASK_DUE), _TASK),
    "resync": "`{type}`: something may have been missed; read again whatever is shown",
}


@routes.get("/v1/stream", query=StreamQuery(), answers={200: None}, events=_EVENTS, resumable=True)
async def stream_changes(call: Call) -> Answer:
    """Customers, history and tasks that change, of those that the caller may see.

    Events say that something has changed and nothing of what it says: read it. What happens to the same
    thing within a quarter of a second is told once. Rights are those of the moment in which an event is
    sent. What the caller may not see any more is not told of again, not even that it is gone: its next read
    is a 404. A stream that breaks off goes on with `Last-Event-ID`, for up to five minutes; after that, and
    after whatever else may have hidden something, `resync` is told.
    """
    call.resources.streams.admit()
    digest = digest_of(token_in(call.headers) or b"")
    if digest is None:
        raise problems.unauthenticated()
    last = call.headers.get(b"last-event-id")
    types = frozenset(call.query["types"] or news.TYPES)
    return Stream(call.resources.push.listen(digest, types, last.decode("latin-1") if last else None))
