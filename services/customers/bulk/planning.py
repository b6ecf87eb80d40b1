"""Whom an action is about: written down before the first of them is changed.

So an action that changes what it was selected by ("add tag X to all without it") meets each customer
exactly once, and customers that come into being meanwhile are not among them.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.jobs import Job, Progress
from services.customers.bulk import targets
from services.customers.bulk.domain.requests import Action, Request, nobody_said
from services.customers.filters import context
from services.customers.filters.context import Asker
from services.customers.registry.writing import Json, Work
from services.customers.search import selection as selections
from services.customers.search.running import Budget
from services.customers.search.selection import Selection

CHUNK: Final = 5_000
_PLANNED: Final = "planned"
_ANY_NUMBER: Final = 10**9
_PATIENCE: Final = 2.0


def read(connection: Connection, asker: Asker, request: Request) -> Selection:
    """What the selection means to the caller today. Raises Invalid."""
    found = selections.read_selection(connection, request.selection, asker=asker, pointer=request.pointer)
    # A search without a word and an empty saved filter find everybody, though nobody said so.
    if found.finds_everybody and not request.everybody:
        raise nobody_said(request.pointer)
    return found


def count(connection: Connection, asker: Asker, request: Request) -> Json:
    """How many they are: exactly if that can be counted in time, else up to the bound of lists."""
    selection = read(connection, asker, request)
    try:
        return selections.count(connection, asker, selection, exactly=_ANY_NUMBER, budget=Budget(_PATIENCE))
    except Invalid as error:
        if error.code != "query_too_expensive":
            raise
    return selections.count(connection, asker, selection)


def parameters_of(
    connection: Connection, request: Request, asker: Asker, *, action: Action, planned: bool
) -> Json:
    """What a job keeps. Who was named by an id is written down already.

    `action` is what is done, with ids for names; what is shown is what was asked for.
    """
    return {
        "asked": request.action.dump(),
        "action": action.dump(),
        "selection": {} if planned else selections.freeze(connection, request.selection, asker=asker),
        "time_zone": asker.zone.key,
        _PLANNED: planned,
    }


def is_due(job: Job) -> bool:
    return not (job.parameters[_PLANNED] or job.state.get(_PLANNED))


def plan(work: Work, job: Job) -> Progress:
    """The next chunk of those who match, by their ids, among those who were there when it began."""
    connection, state = work.uow.connection, job.state
    asker = context.asker(connection, work.scope, time_zone=job.parameters["time_zone"], now=job.created_at)
    selection = selections.read_selection(connection, job.parameters["selection"], asker=asker, frozen=True)
    upto = UUID(state["upto"]) if "upto" in state else new_id()
    after = UUID(state["after"]) if "after" in state else None
    found = selections.matching(connection, asker, selection, after=after, upto=upto, limit=CHUNK)
    known = state.get("found", 0) + targets.add(connection, job.id, found)
    if len(found) < CHUNK:
        return Progress(state={_PLANNED: True}, total=known)
    return Progress(state={"upto": str(upto), "after": str(found[-1]), "found": known})
