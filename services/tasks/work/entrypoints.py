"""Calls about tasks. Whoever may not see one is told that there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from directory.refresh import with_news
from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.inputs import ids_of, object_of, whole
from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.tasks.rights import check_author
from services.tasks.work import listing, queries, repository, writing
from services.tasks.work.domain import changes
from services.tasks.work.domain.forms import read_choices, read_flag, read_new_task, read_task_patch
from services.tasks.work.domain.task import PRIORITIES, STATUSES, FieldChange
from services.tasks.work.listing import Wanted
from services.tasks.work.looking import Look, Seen
from services.tasks.work.messages import change_message
from services.tasks.work.position import read_sort
from services.tasks.work.responsible import check_responsible

Json = dict[str, Any]
MAX_LIMIT = 200
VIEWS = ("mine", "team")


class TaskEntrypoints:
    """Mixin of TasksService."""

    db: Database
    customers: Any
    gateway: Any

    @rpc
    def list_tasks(
        self,
        scope: Json,
        limit: int = 50,
        cursor: str | None = None,
        view: str | None = None,
        overdue: bool | None = None,
        status: list[str] | None = None,
        customer_id: str | None = None,
        priority: list[str] | None = None,
        sort: str | None = None,
    ) -> Json:
        """By due date, those without one last; or the newest first (`-created_at`).

        `{"data", "next"}`, where a short page may have a next one; `{"moved_to"}` for an absorbed customer.
        """
        look = self._look(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        members = None
        if customer_id is not None:
            customer = look.at_customer(customer_id)
            if customer.id != UUID(customer_id):
                return {"moved_to": str(customer.id)}
            members = customer.members
        wanted = Wanted(
            sort=read_sort(sort),
            statuses=read_choices(status, "/status", STATUSES),
            priorities=frozenset(read_choices(priority, "/priority", PRIORITIES)),
            now=utc_now(),
            overdue=read_flag(overdue, "/overdue"),
            responsible=_responsible(look, view),
            members=members,
        )
        return listing.page(look, wanted, limit=limit, cursor=cursor)

    @rpc
    def get_task(self, scope: Json, task_id: str) -> Json:
        return self._look(scope).at_one(task_id).message(now=utc_now())

    @rpc
    def create_task(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """`{"id", "task", "replayed"}`. A task about an absorbed customer is its survivor's."""
        look, values = self._look(scope), read_new_task(object_of(data))
        if (first := writing.find_first(self.db, look.scope, idempotency)) is not None:
            return self._answer(look, first, replayed=True)
        if values.get("customer") is not None:
            values["customer"] = look.at_customer(str(values["customer"])).id
        task = changes.made(values, task_id=new_id(), author_id=UUID(look.scope.user_id), now=utc_now())
        self._check_responsible(look, task.responsible_id, task.customer_id)
        with self.db.unit_of_work() as uow:
            made = writing.create(uow, look.scope, task, key=idempotency)
        return self._answer(look, made, replayed=made != task.id)

    @rpc
    def update_task(
        self,
        scope: Json,
        task_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """A merge patch. Raises Stale; Conflict for a way that the status may not go."""
        look, wanted, now = self._look(scope), read_task_patch(object_of(patch)), utc_now()
        if (first := writing.find_first(self.db, look.scope, idempotency)) is not None:
            return self._answer(look, first, replayed=True)
        seen = look.at_one(task_id)
        if seen.is_limited:
            changes.check_limited(wanted)
        writing.check_version(seen, version, now=now)
        self._check_reassigned(look, seen, wanted)
        with self.db.unit_of_work() as uow:
            task = writing.update(uow, look.scope, seen, wanted, key=idempotency, now=now)
        # Who gave a task away that only its responsible could see is still told what they did.
        shown = look.at([task]) or [Seen(task, seen.sight, seen.customer)]
        return {"id": str(task.id), "task": shown[0].message(now=now), "replayed": False}

    @rpc
    def delete_task(self, scope: Json, task_id: str, version: int | None = None) -> Json:
        """Its author's and administrators' to do."""
        look, now = self._look(scope), utc_now()
        seen = look.fully_at_one(task_id)
        check_author(look.scope, seen.task.author_id)
        writing.check_version(seen, version, now=now)
        with self.db.unit_of_work() as uow:
            task = writing.lock(uow, seen)
            repository.delete(uow.connection, task.id, at=now)
            gone, by = FieldChange("deleted", False, True), UUID(look.scope.user_id)
            repository.record(uow.connection, task.id, [gone], by=by, at=now)
        return {"id": str(task.id)}

    @rpc
    def list_task_changes(
        self, scope: Json, task_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        """Who changed which field, latest first. Of customers only those that the caller sees."""
        look = self._look(scope)
        seen = look.fully_at_one(task_id)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            page = queries.list_changes(connection, seen.task.id, limit=limit, cursor=cursor)
        customers = [(row.before, row.after) for row in page.rows if row.field == "customer"]
        look.ask_of(UUID(each) for pair in customers for each in pair if each)
        return {"data": [change_message(row, look.shown_customer) for row in page.rows], "next": page.next}

    @rpc
    def visible_tasks(self, scope: Json, ids: list[str]) -> list[str]:
        """Those of the ids that the caller sees, fully or not, in their order."""
        look, asked = self._look(scope), ids_of(ids)
        with self.db.reading() as connection:
            found = queries.find_tasks(connection, list(map(UUID, asked.values())))
        shown = {str(seen.task.id) for seen in look.at(found.values())}
        return [given for given, task_id in asked.items() if task_id in shown]

    def _look(self, scope: Json) -> Look:
        return Look(self.db, self.customers, for_people(scope))

    def _answer(self, look: Look, task_id: UUID, *, replayed: bool) -> Json:
        """As the caller sees it now."""
        message = look.at_one(str(task_id)).message(now=utc_now())
        return {"id": message["id"], "task": message, "replayed": replayed}

    def _check_reassigned(self, look: Look, seen: Seen, wanted: Json) -> None:
        """Another customer is one that the caller sees; whoever is responsible from now on sees it, too."""
        if wanted.get("customer") is not None:
            wanted["customer"] = look.at_customer(str(wanted["customer"])).id
            if seen.customer is not None and seen.customer.id == wanted["customer"]:
                del wanted["customer"]  # it is this one's, under whichever id it was written
        customer = wanted.get("customer", seen.task.customer_id)
        responsible = wanted.get("responsible", seen.task.responsible_id)
        if responsible != seen.task.responsible_id or customer not in (None, seen.task.customer_id):
            self._check_responsible(look, responsible, customer)

    def _check_responsible(self, look: Look, user_id: UUID, customer_id: UUID | None) -> None:
        """Once more with a fresh directory if it is somebody new. The caller sees what they write about."""
        if str(user_id) == look.scope.user_id:
            return

        def check() -> None:
            check_responsible(self._look(look.scope.dump()), self.gateway, user_id, customer_id=customer_id)

        with_news(self.db, self.gateway, check)


def _responsible(look: Look, view: str | None) -> frozenset[UUID] | None:
    if view is None:
        return None
    if view == "mine":
        return frozenset({UUID(look.scope.user_id)})
    if view == "team":
        return frozenset(look.colleagues())
    raise Invalid.at("/view", "not_a_choice", f"one of {', '.join(VIEWS)} is expected")
