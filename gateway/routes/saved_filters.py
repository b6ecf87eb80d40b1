"""Filters that people keep, and what can be filtered by."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, json_answer, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.finding import FilterSchema, NewSavedFilter, SavedFilter, SavedFilterPatch

routes = Routes("Filters")
_EXISTS = "filter_exists: `saved_filter` is the caller's one of this name"


@routes.get("/v1/customers/filter-schema", answers={200: FilterSchema})
async def get_filter_schema(call: Call) -> Answer:
    """The fields that the caller can filter by, with their types, operations and options.

    Tags are listed by `GET /v1/tags`.
    """
    return json_answer(await call.ask("filter_schema"))


@routes.get("/v1/saved-filters", query=PageQuery(), answers={200: page_of(SavedFilter)})
async def list_saved_filters(call: Call) -> Answer:
    """The caller's own saved filters and those that are shared with a team of theirs, by name.

    Administrators see all that are shared.
    """
    return page_answer(await call.ask("list_saved_filters", call.query["limit"], call.query["cursor"]))


@routes.post(
    "/v1/saved-filters",
    body=NewSavedFilter(),
    answers={201: SavedFilter},
    errors={409: _EXISTS},
    zoned=True,
)
async def create_saved_filter(call: Call) -> Answer:
    """Keep a filter. It runs with the rights of whoever uses it, and its days are those of its zone."""
    reply = await call.tell("create_saved_filter", call.body, time_zone=call.time_zone)
    return _written(reply, is_new=True)


@routes.get("/v1/saved-filters/{filter_id}", answers={200: SavedFilter})
async def get_saved_filter(call: Call) -> Answer:
    """One saved filter. Always whole: what is the matter with it changes without a new version."""
    return resource_answer(await call.ask("get_saved_filter", call.path["filter_id"]))


@routes.patch(
    "/v1/saved-filters/{filter_id}",
    body=SavedFilterPatch(),
    answers={200: SavedFilter},
    errors={409: _EXISTS},
    zoned=True,
)
async def update_saved_filter(call: Call) -> Answer:
    """Change a saved filter; its owner and administrators may. A new `filter` replaces the old one."""
    reply = await call.tell(
        "update_saved_filter",
        call.path["filter_id"],
        call.body,
        version=call.version,
        time_zone=call.time_zone,
    )
    return _written(reply)


@routes.delete("/v1/saved-filters/{filter_id}", answers={204: None})
async def delete_saved_filter(call: Call) -> Answer:
    """Forget a saved filter; its owner and administrators may."""
    await call.tell("delete_saved_filter", call.path["filter_id"], version=call.version)
    return no_content()


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    saved = dict(reply)
    replayed = saved.pop("replayed")
    return written_answer(
        saved, replayed=replayed, location=f"/v1/saved-filters/{saved['id']}" if is_new else None
    )
