"""A bulk action asked for: whatever can be refused is refused now, the rest is a job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from servicekit import jobs
from servicekit.database import UnitOfWork
from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.customers.bulk import editing, planning, targets
from services.customers.bulk.domain.kinds import DELETE
from services.customers.bulk.domain.requests import Action, Request, pointed, read_patch, read_request
from services.customers.bulk.job import KIND
from services.customers.bulk.messages import bulk_message
from services.customers.fields.domain import values
from services.customers.filters import context
from services.customers.filters.context import Asker
from services.customers.registry import writing
from services.customers.registry.domain.forms import Form
from services.customers.registry.domain.teams import check_known
from services.customers.registry.writing import Json, Seen, Work
from services.customers.visibility import own_teams


def start(
    uow: UnitOfWork, scope: Scope, data: Mapping[str, Any], *, time_zone: str | None, seen: Seen
) -> Json:
    """The job, or how many it would be about. Raises Invalid and Forbidden as an edit of one would."""
    work = writing.begin(uow, scope, at=seen.at)
    request = read_request(data, scope)
    if not request.dry_run and (outcome := writing.find_outcome(work, seen.key)):
        return _answer(work, UUID(outcome["id"]), replayed=True)
    asker = context.asker(uow.connection, scope, time_zone=time_zone, now=seen.at)
    action = _checked(work, request.action)
    if request.dry_run:
        return {"dry_run": True, "matched": planning.count(uow.connection, asker, request)}
    job_id = _queue(work, asker, request, action)
    uow.idempotency.finish({"status": 202, "id": str(job_id)})
    return _answer(work, job_id)


def _checked(work: Work, action: Action) -> Action:
    """With options by their ids: their labels may be those of others before the last customer is changed."""
    if action.name == DELETE:
        return action
    form = read_patch(action)
    editing.edit_of(work, action, form)
    try:
        check_known(form.teams.remove, known=work.configuration.directory.teams)
    except Invalid as error:
        raise pointed(action, error) from None
    if form.assignee is not None:
        writing.check_assignee(work, form.assignee, _teams_for(work, form.assignee))
    return _with_ids(work, action, form)


def _with_ids(work: Work, action: Action, form: Form) -> Action:
    fields = work.configuration.fields
    for key, numbers in values.parse(fields, form.custom).chosen.items():
        ids = [str(fields.by_option[number][1].id) for number in numbers]
        several = fields.by_key[key].type == "multiselect"
        return Action(action.name, {**action.arguments, "value": ids if several else next(iter(ids), None)})
    return action


def _teams_for(work: Work, assignee: UUID) -> frozenset[UUID]:
    """Whom an agent names must be somebody of their teams or an administrator, whoever the customers are."""
    if not work.scope.is_admin:
        return frozenset(own_teams(work.scope))
    user = work.configuration.directory.find_user(str(assignee))
    return frozenset(map(UUID, user.team_ids)) if user else frozenset()


def _queue(work: Work, asker: Asker, request: Request, action: Action) -> UUID:
    """Who was named is written down at once. An id that shows nobody is among them, to be refused."""
    connection = work.uow.connection
    selection = planning.read(connection, asker, request)
    named = None if selection.ids is None else sorted(set(selection.ids) - selection.excluded)
    planned = named is not None
    job_id = jobs.create(
        work.uow,
        kind=KIND,
        created_by=work.scope.user_id,
        parameters=planning.parameters_of(connection, request, asker, action=action, planned=planned),
        total=None if named is None else len(named),
    )
    targets.add(connection, job_id, named or ())
    return job_id


def _answer(work: Work, job_id: UUID, *, replayed: bool = False) -> Json:
    job = jobs.find(work.uow.connection, job_id)
    if job is None:  # forgotten after thirty days; its key lives for one
        raise writing.not_found()
    return {"bulk": bulk_message(job), "replayed": replayed}
