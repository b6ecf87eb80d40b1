"""Calls about reports made in the background. One is shown to whoever asked for it and to administrators."""

from __future__ import annotations

from typing import Any, Final

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.forms import Wrong, read_text
from servicekit.ids import new_id
from servicekit.inputs import object_of, whole
from servicekit.problems import escaped
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.reports.facts import ask_facts
from services.reports.running import repository
from services.reports.running.asking import Surroundings
from services.reports.running.kinds import CONTENT_TYPES, KIND, MAX_NAME
from services.reports.running.messages import listed_message, run_message
from services.reports.running.questions import Json, Question
from services.reports.running.repository import ReportRun
from services.reports.sources import read_source
from services.reports.templates import keeping
from services.reports.templates.domain.contents import kept, shown
from services.reports.templates.keeping import Keeper

MAX_LIMIT: Final = 200
_ASKED: Final = frozenset({"source", "configuration", "configuration_id", "name"})


class RunEntrypoints:
    """Mixin of ReportsService."""

    db: Database
    customers: Any
    computing: Any

    @rpc
    def create_run(
        self, scope: Json, data: Json, time_zone: str | None = None, idempotency: Json | None = None
    ) -> Json:
        """A job that makes the report of `configuration`, or of the template `configuration_id`; without a
        `source`, of the template's. Raises Invalid for what cannot be reported on."""
        caller = for_people(scope)
        keeper = Keeper(caller, ask_facts(self.customers.call, caller), utc_now())
        asked, name = self._read(keeper, _checked(data), time_zone)
        with self.db.unit_of_work() as uow:
            known = None
            if idempotency:
                key, digest = idempotency["key"], idempotency["hash"]
                known = uow.idempotency.begin(key, user_id=caller.user_id, request_hash=digest)
            run_id = known["id"] if known else _queue(uow, caller, asked, name)
            run, job = repository.get_visible(uow.connection, caller, run_id)
            return {"run": run_message(run, job, now=utc_now(), may_see=False), "replayed": bool(known)}

    @rpc
    def list_runs(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, or all for an administrator; newest first."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            found, following = repository.page(connection, caller, limit=limit, cursor=cursor)
        now = utc_now()
        return {"data": [listed_message(run, job, now=now) for run, job in found], "next": following}

    @rpc
    def get_run(self, scope: Json, run_id: str) -> Json:
        """What it came to is told to who may see today whatever is in it."""
        caller = for_people(scope)
        with self.db.reading() as connection:
            run, job = repository.get_visible(connection, caller, run_id)
        may_see = run.files is not None and self._reaches(caller, run)
        return {"run": run_message(run, job, now=utc_now(), may_see=may_see)}

    @rpc
    def cancel_run(self, scope: Json, run_id: str) -> Json:
        """It ends without a result. One that is over stays as it is."""
        caller = for_people(scope)
        with self.db.unit_of_work() as uow:
            run, _ = repository.get_visible(uow.connection, caller, run_id)
            jobs.request_cancel(uow, run.job_id)
            run, job = repository.get_visible(uow.connection, caller, run_id)
            return {"run": run_message(run, job, now=utc_now(), may_see=False)}

    @rpc
    def run_file(self, scope: Json, run_id: str, format: str = "json") -> Json:
        """Where the file is, for who may see today whatever is in it."""
        caller = for_people(scope)
        if format not in CONTENT_TYPES:
            raise Invalid.at("/format", "unknown_format", "json or csv")
        with self.db.reading() as connection:
            run, job = repository.get_visible(connection, caller, run_id)
        if not job.is_finished:
            raise Conflict("run_not_ready")
        if run.files is None or not run.is_there(utc_now()):
            raise NotFound("run_gone")
        if not self._reaches(caller, run):
            raise Forbidden("run_not_yours_any_more")
        file = {**run.files[format], "filename": f"{run.name}.{format}"}
        return {"file": {**file, "content_type": CONTENT_TYPES[format]}}

    def _reaches(self, caller: Scope, run: ReportRun) -> bool:
        facts = ask_facts(self.customers.call, caller)
        now = Rights.of(caller, masked=facts.masked)
        return run.rights is not None and now.reach(Rights.load(run.rights))

    def _read(self, keeper: Keeper, data: Json, time_zone: str | None) -> tuple[Json, str]:
        """What is asked for, as it is kept, and what it is called."""
        facts, source, configuration, name = keeper.facts, data.get("source"), data.get("configuration"), None
        if data.get("configuration_id") is not None:
            with self.db.reading() as connection:
                template = keeping.get(connection, keeper, data["configuration_id"])
            configuration, name = shown(template, facts), template.name
            source = template.source if source is None else source
        wanted = read_source(source)
        around = Surroundings(self.db, self.customers.call, self.computing)
        question, _ = around.read(keeper.scope, facts, wanted, configuration, time_zone=time_zone)
        asked = {
            "source": wanted.dump(),
            "configuration": kept(question.configuration, question.fields),
            "shown": question.configuration.dump(),
            "time_zone": question.time_zone,
            "upto": str(new_id()),
        }
        return asked, _name(data.get("name"), name or _called(question))


def _queue(uow: UnitOfWork, caller: Scope, asked: Json, name: str) -> str:
    run_id = new_id()
    job_id = jobs.create(uow, kind=KIND, created_by=caller.user_id, parameters={"run": str(run_id)})
    repository.add(uow, ReportRun(run_id, caller.user_id, job_id, name, asked, utc_now()))
    uow.idempotency.finish({"status": 202, "id": str(run_id)})
    return str(run_id)


def _checked(data: Any) -> Json:
    given = object_of(data)
    for key in sorted(given.keys() - _ASKED):
        raise Invalid.at(f"/{escaped(key)}", "unknown_property", "there is no such property")
    if (given.get("configuration") is None) == (given.get("configuration_id") is None):
        raise Invalid.at("/configuration", "required", "either a configuration or the id of one is needed")
    return given


def _name(value: Any, otherwise: str) -> str:
    if value is None:
        return otherwise[:MAX_NAME]
    try:
        return " ".join(read_text(value, longest=MAX_NAME).split())
    except Wrong as wrong:
        raise Invalid.at("/name", wrong.code, wrong.detail) from None


def _called(question: Question) -> str:
    """By what it groups."""
    return ", ".join(question.fields[part.field].label for part in question.configuration.groupings)
