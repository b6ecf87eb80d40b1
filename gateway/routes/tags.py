"""Tags."""

from __future__ import annotations

from gateway.answers import Answer, page_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.customers import Tag

routes = Routes("Tags")


@routes.get("/v1/tags", query=PageQuery(), answers={200: page_of(Tag)})
async def list_tags(call: Call) -> Answer:
    """Every tag with its colour. A tag comes into being when it is used."""
    return page_answer(await call.ask("list_tags", call.query["limit"], call.query["cursor"]))
