"""Notes: asked of the tasks service under the caller's scope."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, moved, no_content, page_answer, resource_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.notes import NewNote, Note, NoteChange, NotePatch, NoteQuery

routes = Routes("Notes")
_SERVICE = "tasks"


@routes.get("/v1/customers/{customer_id}/notes", query=NoteQuery(), answers={200: page_of(Note), 308: None})
async def list_notes(call: Call) -> Answer:
    """Notes on a customer, newest first; agents read those of their own teams.

    `pinned=true` lists pinned ones only.
    """
    asked = call.query
    reply = await call.ask(
        "list_notes",
        call.path["customer_id"],
        service=_SERVICE,
        **{name: asked[name] for name in ("limit", "cursor", "pinned")},
    )
    if "moved_to" in reply:
        return moved(f"/v1/customers/{reply['moved_to']}/notes")
    return page_answer(reply)


@routes.post("/v1/customers/{customer_id}/notes", body=NewNote(), answers={201: Note})
async def create_note(call: Call) -> Answer:
    """Write a note on a customer, for one team: `team`, or your only team that the customer has.

    An administrator's note without a team is for administrators. On a merged id it belongs to the survivor.
    """
    reply = await call.tell("create_note", call.path["customer_id"], call.body, service=_SERVICE)
    return _written(reply, is_new=True)


@routes.get("/v1/notes/{note_id}", answers={200: Note})
async def get_note(call: Call) -> Answer:
    """One note. Always whole: merges change whose it is without a new version."""
    return resource_answer(await call.ask("get_note", call.path["note_id"], service=_SERVICE))


@routes.patch("/v1/notes/{note_id}", body=NotePatch(), answers={200: Note})
async def update_note(call: Call) -> Answer:
    """Edit or pin a note with a JSON merge patch. What it was before stays in its changes."""
    reply = await call.tell(
        "update_note", call.path["note_id"], call.body, version=call.version, service=_SERVICE
    )
    return _written(reply)


@routes.delete("/v1/notes/{note_id}", answers={204: None})
async def delete_note(call: Call) -> Answer:
    """Delete a note."""
    await call.tell("delete_note", call.path["note_id"], version=call.version, service=_SERVICE)
    return no_content()


@routes.get("/v1/notes/{note_id}/changes", query=PageQuery(), answers={200: page_of(NoteChange)})
async def list_note_changes(call: Call) -> Answer:
    """What became of a note: who changed it, when and how; newest first."""
    page = await call.ask(
        "list_note_changes",
        call.path["note_id"],
        limit=call.query["limit"],
        cursor=call.query["cursor"],
        service=_SERVICE,
    )
    return page_answer(page)


def _written(reply: dict[str, Any], *, is_new: bool = False) -> Answer:
    note = reply["note"]
    location = f"/v1/notes/{note['id']}" if is_new else None
    return written_answer(note, replayed=reply.get("replayed", False), location=location)
