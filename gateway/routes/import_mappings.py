"""Mappings of columns that people keep, for files that come again and again."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.routes.imports import SERVICE
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.imports import MOST_VALUES, ImportMapping, ImportMappingPatch, NewImportMapping

routes = Routes("Imports")
_PATH = "/v1/import-mappings"
_ONE = f"{_PATH}/{{mapping_id}}"
_ERRORS = {
    403: "imports_forbidden, contact_data_hidden",
    409: "mapping_exists: the caller has one of this name",
}


@routes.get(_PATH, query=PageQuery(), answers={200: page_of(ImportMapping)})
async def list_import_mappings(call: Call) -> Answer:
    """The caller's own and those that are shared, by name. A file that fits one is offered it."""
    asked = {name: call.query[name] for name in ("limit", "cursor")}
    return page_answer(await call.ask("list_mappings", service=SERVICE, **asked))


@routes.post(
    _PATH, body=NewImportMapping(), answers={201: ImportMapping}, most_values=MOST_VALUES, errors=_ERRORS
)
async def create_import_mapping(call: Call) -> Answer:
    """Keep a mapping under a name."""
    reply = await call.tell("create_mapping", call.body, service=SERVICE)
    return _written(reply, is_new=True)


@routes.get(_ONE, answers={200: ImportMapping})
async def get_import_mapping(call: Call) -> Answer:
    """One mapping that is kept."""
    reply = await call.ask("get_mapping", call.path["mapping_id"], service=SERVICE)
    return resource_answer(reply["mapping"], call.if_none_match)


@routes.patch(
    _ONE, body=ImportMappingPatch(), answers={200: ImportMapping}, most_values=MOST_VALUES, errors=_ERRORS
)
async def update_import_mapping(call: Call) -> Answer:
    """Change a mapping; its owner and administrators may."""
    mapping_id = call.path["mapping_id"]
    reply = await call.tell("update_mapping", mapping_id, call.body, version=call.version, service=SERVICE)
    return _written(reply)


@routes.delete(_ONE, answers={204: None})
async def delete_import_mapping(call: Call) -> Answer:
    """Forget a mapping; its owner and administrators may."""
    await call.tell("delete_mapping", call.path["mapping_id"], version=call.version, service=SERVICE)
    return no_content()


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    mapping = reply["mapping"]
    location = f"{_PATH}/{mapping['id']}" if is_new else None
    return written_answer(mapping, replayed=bool(reply.get("replayed")), location=location)
