"""Merging all exact duplicates at once, after duplicates were allowed for a while."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, mark_replayed, page_answer, resource_answer
from gateway.call import Call
from gateway.job_events import job_events
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.merges import BulkMerge, BulkMergeRefusal, NewBulkMerge

routes = Routes("Merges")
_SERVICE = "dedup"
_PATH = "/v1/merges/bulk"
_EVENTS = {"progress": "the work", "end": "the work, which is over"}


@routes.post(_PATH, body=NewBulkMerge(), answers={202: BulkMerge})
async def start_bulk_merge(call: Call) -> Answer:
    """Merge all customers who share an address or a line.

    But those of whom somebody said that they are not the same. Each cluster goes into the customer with most
    in it, by merges that can be undone one by one. With `dry_run` nothing is merged: the work ends with the
    counts and a sample of what would be.
    """
    reply = await call.tell("start_bulk_merge", call.body, service=_SERVICE)
    location = f"{_PATH}/{reply['bulk_merge']['id']}".encode()
    answer = resource_answer(reply["bulk_merge"], status=202, headers={b"location": location})
    return mark_replayed(answer) if reply.get("replayed") else answer


@routes.get(_PATH, query=PageQuery(), answers={200: page_of(BulkMerge)})
async def list_bulk_merges(call: Call) -> Answer:
    """Those of all administrators, the newest first. They are kept for 30 days."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_bulk_merges", service=_SERVICE, **asked))


@routes.get(f"{_PATH}/{{bulk_id}}", answers={200: BulkMerge})
async def get_bulk_merge(call: Call) -> Answer:
    """How far it has come. Of a dry run also a sample of whom it would merge, as these customers are now."""
    return resource_answer(await _read(call))


@routes.post(f"{_PATH}/{{bulk_id}}/cancel", answers={200: BulkMerge}, idempotent=False)
async def cancel_bulk_merge(call: Call) -> Answer:
    """End it after the merges under work. What was merged stays so; one that is over stays as it is."""
    reply = await call.tell("cancel_bulk_merge", call.path["bulk_id"], service=_SERVICE)
    return resource_answer(reply["bulk_merge"])


@routes.get(f"{_PATH}/{{bulk_id}}/refusals", query=PageQuery(), answers={200: page_of(BulkMergeRefusal)})
async def list_bulk_merge_refusals(call: Call) -> Answer:
    """Whom it left as they were though they share something with others, and why."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(
        await call.ask("list_bulk_merge_refusals", call.path["bulk_id"], service=_SERVICE, **asked)
    )


@routes.get(f"{_PATH}/{{bulk_id}}/events", answers={200: None}, events=_EVENTS)
async def stream_bulk_merge_events(call: Call) -> Answer:
    """The same, told as it happens, until it is over."""
    return await job_events(call, _read)


async def _read(call: Call) -> dict[str, Any]:
    reply: dict[str, Any] = await call.ask("get_bulk_merge", call.path["bulk_id"], service=_SERVICE)
    return dict(reply["bulk_merge"])
