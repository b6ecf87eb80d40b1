"""Merges: what several customers would be as one, making them one, and taking them apart again."""

from __future__ import annotations

from gateway.answers import (
    Answer,
    json_answer,
    mark_replayed,
    page_answer,
    resource_answer,
    written_answer,
)
from gateway.call import Call
from gateway.operations import IfMatch, Routes
from gateway.parts import Part, ask_parts
from gateway.problems import HttpProblem
from gateway.schemas.common import page_of
from gateway.schemas.merges import (
    Merge,
    MergePlan,
    MergePreview,
    MergeQuery,
    NewMerge,
    UndoneMerge,
    UndoQuery,
    WrittenMerge,
)
from servicekit.errors import Invalid

routes = Routes("Merges")
_COUNTED_BY_TASKS = ("notes", "tasks")
_UNDO = "merge_undone, undo_expired: it cannot be undone (any more)"


@routes.post("/v1/merges/preview", body=MergePlan(), answers={200: MergePreview}, idempotent=False)
async def preview_merge(call: Call) -> Answer:
    """What a merge of 2 to 10 customers would lead to, field by field, and what comes along; nothing changes.

    `versions` are what to merge with: whatever changes in between is then answered 412. While notes and
    tasks cannot be counted in time, `missing` names them and the rest is served.
    """
    plan = call.body
    found = await ask_parts(
        call,
        Part("customers", "preview_merge", (plan,)),
        Part("tasks", "count_of", (plan["duplicates"],), missing=_COUNTED_BY_TASKS),
    )
    preview, counted = found.replies["customers"], found.replies.get("tasks", {})
    moves = {each: moving | counted.get(each, {}) for each, moving in preview["moves"].items()}
    return json_answer({**preview, "moves": moves, "missing": found.missing})


@routes.post(
    "/v1/merges",
    body=NewMerge(),
    if_match=IfMatch.OPTIONAL,
    audited=True,
    answers={201: WrittenMerge},
    errors={
        412: "By the id of each customer that changed, `current` is what it is now",
        428: "Or `versions`",
    },
)
async def merge_customers(call: Call) -> Answer:
    """Make one customer of 2 to 10, in a way that can be undone for 30 days.

    The primary keeps its id and gets what the others have: contact points, tags, teams, the whole history.
    A field that differs has the value chosen in `values`, else the primary's, else that of who changed last.
    Send `versions` as the preview gave them, or `If-Match: *` to merge whatever is there.
    """
    plan = dict(call.body)
    versions = plan.pop("versions", None)
    reply = await call.tell("apply_merge", plan, _checked(call, versions))
    merge = reply["merge"]
    return written_answer(
        merge | {"customer": reply["customer"]},
        replayed=reply.get("replayed", False),
        location=f"/v1/merges/{merge['id']}",
    )


@routes.get("/v1/merges", query=MergeQuery(), answers={200: page_of(Merge)})
async def list_merges(call: Call) -> Answer:
    """Merges of customers that the caller may see, the newest first."""
    asked = call.query
    return page_answer(
        await call.ask(
            "list_merges", customer_id=asked["customer"], limit=asked["limit"], cursor=asked["cursor"]
        )
    )


@routes.get("/v1/merges/{merge_id}", answers={200: Merge})
async def get_merge(call: Call) -> Answer:
    """One merge."""
    reply = await call.ask("get_merge", call.path["merge_id"])
    return resource_answer(reply["merge"], call.if_none_match)


@routes.post(
    "/v1/merges/{merge_id}/undo",
    query=UndoQuery(),
    audited=True,
    answers={200: UndoneMerge},
    errors={409: _UNDO},
)
async def undo_merge(call: Call) -> Answer:
    """Take a merge back within 30 days, whatever was merged since.

    Each customer gets back what the merge took, and what came since by an address of theirs. What people
    added or changed since stays with the survivor: `kept` and `not_returned` say what cannot be taken apart.
    `dry_run=true` says all that beforehand and changes nothing.
    """
    asked = call.path["merge_id"]
    if call.query["dry_run"]:
        return json_answer(await call.ask("undo_merge", asked, dry_run=True))
    reply = dict(await call.tell("undo_merge", asked))
    replayed = reply.pop("replayed", False)
    answer = json_answer(reply)
    return mark_replayed(answer) if replayed else answer


def _checked(call: Call, versions: dict[str, int] | None) -> dict[str, int] | None:
    """The versions to merge with; None for whatever is there, which has to be asked for."""
    if call.version is not None:
        raise Invalid.at(
            "/If-Match", "invalid_if_match", "Only *: `versions` of each customer are in the body."
        )
    if versions is None and call.precondition is None:
        raise HttpProblem(
            428, "versions_required", "Say which versions you saw: send versions, or If-Match: *."
        )
    return versions
