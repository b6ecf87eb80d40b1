"""Custom fields and their options. A field's ETag covers its options too."""

from __future__ import annotations

from gateway.answers import Answer, created, json_answer, no_content, page_answer, resource_answer
from gateway.call import Call
from gateway.conditional import etag
from gateway.holders import held_elsewhere
from gateway.operations import IfMatch, Routes
from gateway.schemas.common import page_of
from gateway.schemas.definitions import (
    ChangedOption,
    CustomField,
    CustomFieldPatch,
    FieldQuery,
    NewCustomField,
    NewOption,
    Option,
    OptionPatch,
    OptionQuery,
)

routes = Routes("Custom fields")
_OPTION_EXISTS = "option_exists: `option` has this label; the same request with `offer` joins the two"


@routes.get("/v1/custom-fields", query=FieldQuery(), answers={200: page_of(CustomField)})
async def list_custom_fields(call: Call) -> Answer:
    """The fields that this company added to its customers, in their order."""
    reply = await call.ask("list_custom_fields", archived=call.query["archived"])
    return page_answer(reply)


@routes.post(
    "/v1/custom-fields",
    body=NewCustomField(),
    answers={201: CustomField},
    idempotent=False,
    errors={409: "field_exists"},
)
async def create_custom_field(call: Call) -> Answer:
    """Add a field. Its key and type never change."""
    field = await call.tell("create_custom_field", call.body)
    return created(field, f"/v1/custom-fields/{field['key']}")


@routes.get("/v1/custom-fields/{key}", answers={200: CustomField})
async def get_custom_field(call: Call) -> Answer:
    """One field with its options."""
    return resource_answer(await call.ask("get_custom_field", call.path["key"]), call.if_none_match)


@routes.patch(
    "/v1/custom-fields/{key}",
    body=CustomFieldPatch(),
    answers={200: CustomField},
    if_match=IfMatch.REQUIRED,
    idempotent=False,
)
async def update_custom_field(call: Call) -> Answer:
    """Change a field's label, help, position or whether forms require it."""
    version = await _version(call)
    return resource_answer(await call.tell("update_custom_field", call.path["key"], call.body, version))


@routes.delete("/v1/custom-fields/{key}", answers={204: None}, if_match=IfMatch.REQUIRED)
async def archive_custom_field(call: Call) -> Answer:
    """Archive a field: it disappears from forms, its values stay and come back with it."""
    await call.tell("archive_custom_field", call.path["key"], await _version(call))
    return no_content()


@routes.post(
    "/v1/custom-fields/{key}/restore", answers={200: CustomField}, if_match=IfMatch.REQUIRED, idempotent=False
)
async def restore_custom_field(call: Call) -> Answer:
    """Bring an archived field back."""
    return resource_answer(await call.tell("unarchive_custom_field", call.path["key"], await _version(call)))


@routes.get("/v1/custom-fields/{key}/options", answers={200: page_of(Option)})
async def list_options(call: Call) -> Answer:
    """The options of a select field, in their order."""
    return page_answer(await call.ask("list_options", call.path["key"]))


@routes.post(
    "/v1/custom-fields/{key}/options",
    body=NewOption(),
    answers={201: CustomField},
    if_match=IfMatch.REQUIRED,
    idempotent=False,
    errors={409: "option_exists"},
)
async def add_option(call: Call) -> Answer:
    """Add an option; answers the whole field with its new version."""
    key = call.path["key"]
    field = await call.tell("add_option", key, call.body, await _version(call))
    return created(field, f"/v1/custom-fields/{key}/options")


@routes.patch(
    "/v1/custom-fields/{key}/options/{option_id}",
    body=OptionPatch(),
    query=OptionQuery(),
    answers={200: ChangedOption},
    if_match=IfMatch.REQUIRED,
    idempotent=False,
    errors={409: _OPTION_EXISTS},
)
async def update_option(call: Call) -> Answer:
    """Rename, colour, move, archive or bring back an option, or join it to another one.

    Every customer with the option follows in one step, and the answer says how many there are. `merge_into`
    stands alone: its customers have the other option from then on. If-Match names the field's version.
    `warnings` name saved filters, templates of reports and mappings of files that hold the option, as far as
    the caller may see them, and say whether they follow.
    """
    key, option_id = call.path["key"], call.path["option_id"]
    before = await call.ask("get_custom_field", key)
    version = before["version"] if call.version is None else call.version
    reply = await call.tell(
        "update_option", key, option_id, call.body, version, dry_run=call.query["dry_run"]
    )
    labels = [option["label"] for option in before.get("options", ()) if option["id"] == option_id]
    held = await held_elsewhere(call, options=[option_id], labels=labels)
    told = {**reply, **held, "warnings": [*reply["warnings"], *held["warnings"]]}
    return json_answer(told, headers={b"etag": etag(reply["field"]["version"])})


@routes.delete("/v1/custom-fields/{key}/options/{option_id}", answers={204: None}, if_match=IfMatch.REQUIRED)
async def archive_option(call: Call) -> Answer:
    """Archive an option: nobody can choose it any more, and who has it keeps it."""
    await call.tell("archive_option", call.path["key"], call.path["option_id"], await _version(call))
    return no_content()


async def _version(call: Call) -> int:
    """The version that If-Match named; for `*` the present one."""
    if call.version is not None:
        return call.version
    field = await call.ask("get_custom_field", call.path["key"])
    return int(field["version"])
