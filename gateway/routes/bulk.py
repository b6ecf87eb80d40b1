"""Bulk actions: one change of many customers, done in the background."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, json_answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.job_events import job_events
from gateway.operations import Routes
from gateway.schemas.bulk import MOST_VALUES, Bulk, BulkRefusal, Matched, NewBulk
from gateway.schemas.common import PageQuery, page_of

routes = Routes("Bulk actions")
_PATH = "/v1/customers/bulk"
_EVENTS = {"progress": "the bulk action", "end": "the bulk action, which is over"}


@routes.post(_PATH, body=NewBulk(), answers={202: Bulk, 200: Matched}, most_values=MOST_VALUES, zoned=True)
async def start_bulk(call: Call) -> Answer:
    """Change many customers with one action.

    Whom: `selection` is `{ids}`, or any of `q`, `filter` and `saved_filter`, without those in `except`, or
    `{"all": true}` for everybody whom the caller sees. They are written down when the action begins; each
    is changed once, under the rights that the caller has at that moment. With `dry_run` the answer only
    counts them (200).

    Teams and deletions are for administrators. What can be said to be wrong at once is: an unknown option,
    team or assignee, for instance. What is wrong with one customer is in the refusals.
    """
    if call.body["dry_run"]:
        return json_answer(await call.ask("start_bulk", call.body, time_zone=call.time_zone))
    reply = await call.tell("start_bulk", call.body, time_zone=call.time_zone)
    location = f"{_PATH}/{reply['bulk']['id']}".encode()
    answer = resource_answer(reply["bulk"], status=202, headers={b"location": location})
    return mark_replayed(answer) if reply["replayed"] else answer


@routes.get(_PATH, query=PageQuery(), answers={200: page_of(Bulk)})
async def list_bulk(call: Call) -> Answer:
    """The caller's own bulk actions, the newest first. They are kept for 30 days."""
    return page_answer(await call.ask("list_bulk", call.query["limit"], call.query.get("cursor")))


@routes.get(f"{_PATH}/{{bulk_id}}", answers={200: Bulk})
async def get_bulk(call: Call) -> Answer:
    """How far it has come: `changed`, `unchanged` and `refused` add up to `done`, in the end to `total`."""
    reply = await call.ask("get_bulk", call.path["bulk_id"])
    return resource_answer(reply["bulk"], call.if_none_match)


@routes.post(f"{_PATH}/{{bulk_id}}/cancel", answers={200: Bulk}, idempotent=False)
async def cancel_bulk(call: Call) -> Answer:
    """End it after the batch under work. What was done stays done; one that is over stays as it is."""
    reply = await call.tell("cancel_bulk", call.path["bulk_id"])
    return resource_answer(reply["bulk"])


@routes.get(f"{_PATH}/{{bulk_id}}/refusals", query=PageQuery(), answers={200: page_of(BulkRefusal)})
async def list_bulk_refusals(call: Call) -> Answer:
    """Whom it left as they were, and why. `not_found`: there is no such customer for the caller any more."""
    limit, cursor = call.query["limit"], call.query.get("cursor")
    return page_answer(await call.ask("list_bulk_refusals", call.path["bulk_id"], limit, cursor))


@routes.get(f"{_PATH}/{{bulk_id}}/events", answers={200: None}, events=_EVENTS)
async def stream_bulk_events(call: Call) -> Answer:
    """The same, told as it happens, until it is over."""
    return await job_events(call, _read)


async def _read(call: Call) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_bulk", call.path["bulk_id"])
    return dict(reply["bulk"])
