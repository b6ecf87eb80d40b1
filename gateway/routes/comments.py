"""Comments on tasks: asked of the tasks service under the caller's scope."""

from __future__ import annotations

from typing import Any

from gateway.answers import Answer, no_content, page_answer, written_answer
from gateway.call import Call
from gateway.operations import Routes
from gateway.schemas.common import PageQuery, page_of
from gateway.schemas.tasks import Comment, CommentText
from servicekit.errors import NotFound

routes = Routes("Tasks")
_SERVICE = "tasks"


@routes.get("/v1/tasks/{task_id}/comments", query=PageQuery(), answers={200: page_of(Comment)})
async def list_comments(call: Call) -> Answer:
    """What was said about a task, oldest first."""
    page = await call.ask(
        "list_comments",
        call.path["task_id"],
        limit=call.query["limit"],
        cursor=call.query["cursor"],
        service=_SERVICE,
    )
    return page_answer(page)


@routes.post("/v1/tasks/{task_id}/comments", body=CommentText(), answers={201: Comment})
async def add_comment(call: Call) -> Answer:
    """Say something about a task that one sees."""
    return _written(await call.tell("add_comment", call.path["task_id"], call.body, service=_SERVICE))


@routes.patch("/v1/tasks/{task_id}/comments/{comment_id}", body=CommentText(), answers={200: Comment})
async def update_comment(call: Call) -> Answer:
    """Change what one said; administrators may change what anybody said."""
    comment = await _find(call)
    reply = await call.tell("update_comment", comment, call.body, version=call.version, service=_SERVICE)
    return written_answer(reply["comment"], replayed=reply.get("replayed", False))


@routes.delete("/v1/tasks/{task_id}/comments/{comment_id}", answers={204: None})
async def delete_comment(call: Call) -> Answer:
    """Take back what one said; administrators may take back what anybody said."""
    await call.tell("delete_comment", await _find(call), version=call.version, service=_SERVICE)
    return no_content()


async def _find(call: Call) -> str:
    """The id of the comment. NotFound below another task than its own."""
    comment_id = call.path["comment_id"]
    comment = await call.ask("get_comment", comment_id, service=_SERVICE)
    if comment["task"] != call.path["task_id"]:
        raise NotFound("comment_not_found")
    return comment_id


def _written(reply: dict[str, Any]) -> Answer:
    comment = reply["comment"]
    location = f"/v1/tasks/{comment['task']}/comments"
    return written_answer(comment, replayed=reply.get("replayed", False), location=location)
