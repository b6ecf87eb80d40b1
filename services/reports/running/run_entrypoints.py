"""Calls about reports made in the background. One is shown to whoever asked for it and to administrators."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from directory.file_rights import Rights
from servicekit import jobs
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.database.idempotency import Idempotency
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound
from servicekit.forms import Wrong, read_text
from servicekit.ids import new_id
from servicekit.inputs import object_of, whole
from servicekit.jobs import Job
from servicekit.jsonio import dumps
from servicekit.problems import escaped
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.reports.configuring.domain.named import TAGS
from services.reports.facts import Facts, ask_facts
from services.reports.running.asking import Surroundings
from services.reports.running.kinds import CONTENT_TYPES, KIND, MAX_NAME
from services.reports.running.messages import listed_message, run_message
from services.reports.running.questions import Json, Question
from services.reports.running.repository import RUNS, ReportRun
from services.reports.sources import Source, read_source
from services.reports.templates import keeping
from services.reports.templates.domain.contents import kept, shown, shown_source, tag_ids, tag_names
from services.reports.templates.domain.filters import filter_by_ids
from services.reports.templates.domain.saved import MAX_BYTES
from services.reports.templates.keeping import Keeper

MAX_LIMIT: Final = 200
MAX_PICKED_BYTES: Final = 500_000
MAX_LISTED_BYTES: Final = 1_000  # of a source: a list has many
PICKED: Final = ("ids", "except")
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
        facts = ask_facts(self.customers.call, caller)
        again = self._replayed(caller, facts, idempotency)
        if again is not None:
            return again
        run = self._read(Keeper(caller, facts, utc_now()), _checked(data), time_zone)
        with self.db.unit_of_work() as uow:
            known = uow.idempotency.begin(**_first(caller, idempotency)) if idempotency else None
            run_id = known["id"] if known else _queue(uow, run)
            found = RUNS.get_visible(uow.connection, caller, run_id)
            return {"run": _message(*found, facts), "replayed": bool(known)}

    @rpc
    def list_runs(self, scope: Json, limit: int = 50, cursor: str | None = None) -> Json:
        """The caller's own, or all for an administrator; newest first."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        masked, now = ask_facts(self.customers.call, caller).masked, utc_now()
        with self.db.reading() as connection:
            found, following = RUNS.page(connection, caller, limit=limit, cursor=cursor)
        data = [listed_message(run, job, now=now, masked=masked) for run, job in found]
        return {"data": data, "next": following}

    @rpc
    def get_run(self, scope: Json, run_id: str) -> Json:
        """What it came to is told to who may see today whatever is in it."""
        caller = for_people(scope)
        facts = ask_facts(self.customers.call, caller)
        with self.db.reading() as connection:
            run, job = RUNS.get_visible(connection, caller, run_id)
        return {"run": _message(run, job, facts, may_see=_reaches(caller, facts, run))}

    @rpc
    def cancel_run(self, scope: Json, run_id: str) -> Json:
        """It ends without a result. One that is over stays as it is."""
        caller = for_people(scope)
        facts = ask_facts(self.customers.call, caller)
        with self.db.unit_of_work() as uow:
            run, _ = RUNS.get_visible(uow.connection, caller, run_id)
            jobs.request_cancel(uow, run.job_id)
            return {"run": _message(*RUNS.get_visible(uow.connection, caller, run_id), facts)}

    @rpc
    def run_file(self, scope: Json, run_id: str, format: str = "json") -> Json:
        """Where the file is, for who may see today whatever is in it."""
        caller = for_people(scope)
        if format not in CONTENT_TYPES:
            raise Invalid.at("/format", "unknown_format", "json or csv")
        with self.db.reading() as connection:
            run, job = RUNS.get_visible(connection, caller, run_id)
        if not job.is_finished:
            raise Conflict("run_not_ready")
        if run.files is None or not run.is_there(utc_now()):
            raise NotFound("run_gone")
        if not _reaches(caller, ask_facts(self.customers.call, caller), run):
            raise Forbidden("run_not_yours_any_more")
        file = {**run.files[format], "filename": f"{run.name}.{format}"}
        return {"file": {**file, "content_type": CONTENT_TYPES[format]}}

    def _replayed(self, caller: Scope, facts: Facts, idempotency: Json | None) -> Json | None:
        """What the same request came to before, whatever became since then of what it names."""
        if not idempotency:
            return None
        with self.db.reading() as connection:
            known = Idempotency(connection).find(**_first(caller, idempotency))
            if known is None:
                return None
            found = RUNS.get_visible(connection, caller, known["id"])
        return {"run": _message(*found, facts), "replayed": True}

    def _read(self, keeper: Keeper, data: Json, time_zone: str | None) -> ReportRun:
        """What is asked for, as it is kept, and what it is called."""
        facts, source, configuration, name = keeper.facts, data.get("source"), data.get("configuration"), None
        if data.get("configuration_id") is not None:
            with self.db.reading() as connection:
                template = keeping.get(connection, keeper, data["configuration_id"])
            facts.tags.ask(ids=tag_ids(template))
            configuration, name = shown(template, facts), template.name
            source = shown_source(template, facts) if source is None else source
        wanted = _of_size(read_source(source))
        facts.tags.ask(names=tag_names({"configuration": configuration, "source": wanted.dump()}))
        around = Surroundings(self.db, self.customers.call, self.computing)
        question, _ = around.read(keeper.scope, facts, wanted, configuration, time_zone=time_zone)
        return _run(question, _name(data.get("name"), name or _called(question)))


def _run(question: Question, name: str) -> ReportRun:
    """Raises Invalid for what is too long to be kept."""
    source, facts, fields = question.source.dump(), question.facts, dict(question.fields)
    if TAGS in fields:
        fields[TAGS] = replace(fields[TAGS], options=facts.tags.options)
    configuration = kept(question.configuration, fields)
    if len(dumps(configuration)) > MAX_BYTES:
        raise Invalid.at("/configuration", "too_long", f"at most {MAX_BYTES} bytes can be kept")
    asked = {
        "source": source,
        "counted": _by_ids(source, facts),
        "configuration": configuration,
        "shown": question.configuration.dump(),
        "time_zone": question.time_zone,
        "upto": str(new_id()),
    }
    return ReportRun(
        id=new_id(),
        created_by=question.scope.user_id,
        job_id=new_id(),
        name=name,
        source=source if len(dumps(source)) <= MAX_LISTED_BYTES else None,
        masked=question.facts.masked,
        created_at=utc_now(),
        asked=asked,
    )


def _by_ids(source: Json, facts: Facts) -> Json:
    """The same, however what its filter names is called while it is counted."""
    if "filter" not in source:
        return source
    return {**source, "filter": filter_by_ids(source["filter"], facts.fields_and_tags)}


def _of_size(source: Source) -> Source:
    """Whoever was picked one by one apart, as much as a template keeps."""
    picked = {name: source.selection[name] for name in PICKED if name in source.selection}
    rest = {name: value for name, value in source.selection.items() if name not in picked}
    for value, most in ((picked, MAX_PICKED_BYTES), (rest, MAX_BYTES)):
        if len(dumps(value)) > most:
            raise Invalid.at("/source", "too_long", f"at most {most} bytes can be kept")
    return source


def _message(run: ReportRun, job: Job, facts: Facts, *, may_see: bool = False) -> Json:
    return run_message(run, job, now=utc_now(), masked=facts.masked, may_see=may_see)


def _reaches(caller: Scope, facts: Facts, run: ReportRun) -> bool:
    """Whether they may see today whatever is in it."""
    now = Rights.of(caller, masked=facts.masked)
    return run.rights is not None and now.reach(Rights.load(run.rights))


def _first(caller: Scope, idempotency: Json) -> Json:
    return {"key": idempotency["key"], "user_id": caller.user_id, "request_hash": idempotency["hash"]}


def _queue(uow: UnitOfWork, run: ReportRun) -> str:
    job_id = jobs.create(uow, kind=KIND, created_by=run.created_by, parameters={"run": str(run.id)})
    RUNS.add(uow, replace(run, job_id=job_id))
    uow.idempotency.finish({"status": 202, "id": str(run.id)})
    return str(run.id)


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
