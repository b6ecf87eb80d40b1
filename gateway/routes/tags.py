"""Tags: made by being used; renamed, joined and deleted for all customers in one step."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from gateway.answers import Answer, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.holders import held_elsewhere
from gateway.operations import Routes
from gateway.schemas.common import page_of
from gateway.schemas.tags import ChangedTag, NewTag, Tag, TagPatch, TagQuery
from servicekit.errors import NotFound

routes = Routes("Tags")
_EXISTS = "tag_exists: `tag` has this name; the same request with `offer` as its body joins the two"


@routes.get("/v1/tags", query=TagQuery(), answers={200: page_of(Tag)})
async def list_tags(call: Call) -> Answer:
    """Tags by name, with how many customers have them.

    Agents see the tags of customers that they may see, and count only those. `q` finds the tags whose
    name, or the name of one that was joined to them, begins with it.
    """
    query = call.query
    return page_answer(await call.ask("list_tags", query["limit"], query["cursor"], q=query["q"]))


@routes.post("/v1/tags", body=NewTag(), answers={201: Tag}, errors={409: "tag_exists: `tag` has this name"})
async def create_tag(call: Call) -> Answer:
    """Make a tag that no customer has yet. Whoever tags a customer makes the tag by that, too."""
    return _written(await call.tell("create_tag", call.body), is_new=True)


@routes.get("/v1/tags/{tag_id}", answers={200: Tag})
async def get_tag(call: Call) -> Answer:
    """One tag. Always whole: its count changes without a new version."""
    return resource_answer(await call.ask("get_tag", call.path["tag_id"]))


@routes.patch("/v1/tags/{tag_id}", body=TagPatch(), answers={200: ChangedTag}, errors={409: _EXISTS})
async def update_tag(call: Call) -> Answer:
    """Rename or colour a tag, or join it to another one: every customer and saved filter follows.

    `merge_into` stands alone. The answer is then the other tag; the joined one is no longer a tag of its own,
    and using its name means the other. `warnings` name templates of reports and mappings of files that hold
    the name, as far as the caller may see them, and say whether they follow.
    """
    tag_id = call.path["tag_id"]
    names = await _names(call, tag_id)
    reply = await call.tell("update_tag", tag_id, call.body, version=call.version)
    held = await held_elsewhere(call, tags=[tag_id], labels=names)
    return _written({**reply, "tag": {**reply["tag"], **held}})


@routes.delete("/v1/tags/{tag_id}", answers={204: None})
async def delete_tag(call: Call) -> Answer:
    """Take a tag from all customers that have it."""
    await call.tell("delete_tag", call.path["tag_id"], version=call.version)
    return no_content()


async def _names(call: Call, tag_id: str) -> list[str]:
    """What it is called until now; nothing if it is a tag no more, as when its joining is asked for again."""
    with suppress(NotFound):
        return [(await call.ask("get_tag", tag_id))["name"]]
    return []


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    tag = reply["tag"]
    location = f"/v1/tags/{tag['id']}" if is_new else None
    return written_answer(tag, replayed=reply["replayed"], location=location)
