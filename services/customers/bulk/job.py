"""The work of a bulk action: first whom it is about is written down, then batch after batch is changed.

Each step is one transaction with its checkpoint, so a process may die at any moment and nothing is
lost or done twice. Each step asks anew what whoever started it may do.
"""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Forbidden, Invalid
from servicekit.jobs import Job, Progress, Run
from servicekit.scope import Scope
from services.customers.bulk import deleting, editing, planning, refusals, tagging, targets
from services.customers.bulk.domain.kinds import DELETE
from services.customers.bulk.domain.outcome import REFUSED, Outcome
from services.customers.bulk.domain.requests import Action, read_action, read_patch
from services.customers.registry import writing
from services.customers.registry.writing import Work

KIND: Final = "bulk"
_BEFORE_ALL: Final = str(UUID(int=0))
_DEADLINE: Final = 5.0


class BulkAction:
    """The handler of servicekit.jobs."""

    kind = KIND

    def prepare(self, run: Run) -> Any:
        """The scope of whoever asked, as of now; None once they have none."""
        return run.rpc.call("gateway", "scope_of", run.job.created_by, deadline=_DEADLINE)

    def step(self, run: Run, uow: UnitOfWork, prepared: Any) -> Progress:
        try:
            return _step(run.job, uow, prepared)
        except Forbidden:
            return _failed("not_allowed", "Whoever started this may not do it any more.")
        except Invalid as error:
            (first, *_) = error.payload["errors"]
            return _failed(first["code"], first["detail"])


def _step(job: Job, uow: UnitOfWork, scope: Any) -> Progress:
    if scope is None:
        raise Forbidden("not_allowed")
    work = writing.begin(uow, Scope.load(scope), at=utc_now())
    action = read_action(job.parameters["action"], work.scope)
    if planning.is_due(job):
        return planning.plan(work, job)
    size = deleting.BATCH if action.name == DELETE else editing.BATCH
    after = UUID(job.state.get("after", _BEFORE_ALL))
    asked = targets.following(uow.connection, job.id, after=after, limit=size)
    if not asked:
        return _done(job, Outcome(0, 0), state=job.state, finished=True)
    batch = editing.begin(work, job.id, asked)
    state = {**job.state, "after": str(asked[-1])}
    outcome = deleting.delete(work, batch) if action.name == DELETE else _edit(work, action, batch, state)
    refusals.add(uow.connection, job.id, outcome.refused, first=job.done)
    return _done(job, outcome, state=state, finished=job.done + outcome.done == job.total)


def _edit(work: Work, action: Action, batch: editing.Batch, state: dict[str, Any]) -> Outcome:
    form, columns = read_patch(action), action.kind.columns
    customers = editing.lock(work, batch, columns=columns)  # before any tag, as every writer does
    if "tags" in state:
        form = tagging.as_of_now(work, form, state["tags"])
    elif "tags" in form.given:
        form = tagging.kept(work, form)
        state["tags"] = tagging.numbers_in(form)
    return editing.change(work, batch, customers, editing.edit_of(work, action, form), columns=columns)


def _done(job: Job, outcome: Outcome, *, state: Any, finished: bool) -> Progress:
    counts = outcome.added_to(job.counts)
    how: Literal["partially_failed", "succeeded"] = "partially_failed" if counts[REFUSED] else "succeeded"
    done = job.done + outcome.done
    return Progress(state=state, done=done, counts=counts, outcome=how if finished else None)


def _failed(code: str, detail: str) -> Progress:
    return Progress(outcome="failed", problem={"code": code, "detail": detail})
