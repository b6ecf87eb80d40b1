"""Calls about comments: for whoever sees the task fully."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import NotFound, Stale
from servicekit.ids import new_id
from servicekit.inputs import find_id, object_of, version_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.tasks.rights import check_author
from services.tasks.work import queries, repository, writing
from services.tasks.work.domain.comment import Comment, reworded
from services.tasks.work.domain.forms import read_comment
from services.tasks.work.looking import Look
from services.tasks.work.messages import comment_message

Json = dict[str, Any]
MAX_LIMIT = 200


class CommentEntrypoints:
    """Mixin of TasksService."""

    db: Database
    customers: Any

    @rpc
    def list_comments(self, scope: Json, task_id: str, limit: int = 50, cursor: str | None = None) -> Json:
        """Oldest first."""
        seen = self._looking(scope).fully_at_one(task_id)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = queries.list_comments(connection, seen.task.id, limit=limit, cursor=cursor)
        return {"data": [comment_message(comment) for comment in found], "next": following}

    @rpc
    def get_comment(self, scope: Json, comment_id: str) -> Json:
        return comment_message(self._find(self._looking(scope), comment_id))

    @rpc
    def add_comment(self, scope: Json, task_id: str, data: Json, idempotency: Json | None = None) -> Json:
        """`{"id", "comment", "replayed"}`."""
        look, body, now = self._looking(scope), read_comment(object_of(data)), utc_now()
        if (first := writing.find_first(self.db, look.scope, idempotency)) is not None:
            return _answer(self._find(look, str(first)), replayed=True)
        task, author = look.fully_at_one(task_id).task, UUID(look.scope.user_id)
        comment = Comment(new_id(), task.id, author, body, created_at=now, updated_at=now)
        with self.db.unit_of_work() as uow:
            if (first := writing.begin(uow, look.scope, idempotency)) is None:
                _check_there(uow, task.id)
                repository.add_comment(uow.connection, comment)
                uow.idempotency.finish({"status": 201, "id": str(comment.id)})
        return _answer(comment if first is None else self._find(look, str(first)), replayed=first is not None)

    @rpc
    def update_comment(
        self,
        scope: Json,
        comment_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """Its author's and administrators' to do. Raises Stale."""
        look, body, now = self._looking(scope), read_comment(object_of(patch)), utc_now()
        if (first := writing.find_first(self.db, look.scope, idempotency)) is not None:
            return _answer(self._find(look, str(first)), replayed=True)
        seen = self._find(look, comment_id)
        check_author(look.scope, seen.author_id)
        with self.db.unit_of_work() as uow:
            if writing.begin(uow, look.scope, idempotency) is None:
                seen = _reword(uow, seen.id, body, version=version, now=now)
                uow.idempotency.finish({"status": 200, "id": str(seen.id)})
        return _answer(seen, replayed=False)

    @rpc
    def delete_comment(self, scope: Json, comment_id: str, version: int | None = None) -> Json:
        """Its author's and administrators' to do."""
        look = self._looking(scope)
        seen = self._find(look, comment_id)
        check_author(look.scope, seen.author_id)
        with self.db.unit_of_work() as uow:
            comment = _lock(uow, seen.id, version)
            repository.delete_comment(uow.connection, comment.id, at=utc_now())
        return {"id": str(comment.id)}

    def _looking(self, scope: Json) -> Look:
        return Look(self.db, self.customers, for_people(scope))

    def _find(self, look: Look, comment_id: object) -> Comment:
        """Of a task that the caller sees fully. Who sees it less is told that there is no comment."""
        found = find_id(comment_id)
        with self.db.reading() as connection:
            comment = queries.find_comment(connection, found) if found else None
            task = queries.find_task(connection, comment.task_id) if comment else None
        if comment is None or task is None or all(seen.is_limited for seen in look.at([task])):
            raise _not_found()
        return comment


def _check_there(uow: UnitOfWork, task_id: UUID) -> None:
    """Nobody comments on what was deleted or erased in this moment."""
    if not repository.is_there(uow.connection, task_id):
        raise NotFound("task_not_found")


def _reword(uow: UnitOfWork, comment_id: UUID, body: str, *, version: int | None, now: datetime) -> Comment:
    before = _lock(uow, comment_id, version)
    after = reworded(before, body, now=now)
    if after != before:
        repository.save_comment(uow.connection, after)
    return after


def _lock(uow: UnitOfWork, comment_id: UUID, version: int | None) -> Comment:
    comment, seen = repository.lock_comment(uow.connection, comment_id), version_of(version)
    if comment is None:
        raise _not_found()
    if seen not in (None, comment.version):
        raise Stale("stale", {"current": comment_message(comment)})
    return comment


def _answer(comment: Comment, *, replayed: bool) -> Json:
    return {"id": str(comment.id), "comment": comment_message(comment), "replayed": replayed}


def _not_found() -> NotFound:
    return NotFound("comment_not_found")
