"""The work of a run: ranges of customers, counted together, then the table of all of them.

Whoever asked for it is asked anew for their rights in each step, and what it came to keeps those that it was
made with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final
from uuid import UUID

from directory.file_rights import Rights
from servicekit.clock import to_rfc3339, utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unavailable
from servicekit.jobs import GaveUp, Progress, Run
from servicekit.scope import Scope
from services.reports.computing.pool import of_process
from services.reports.configuring.domain.named import labelled, tags_in
from services.reports.facts import ask_facts
from services.reports.running import gathering, repository
from services.reports.running.asking import Asked, Surroundings, source_message
from services.reports.running.counting import count
from services.reports.running.domain.merging import TooManyGroups
from services.reports.running.gathering import Gathering
from services.reports.running.kinds import KIND, LIFETIME
from services.reports.running.messages import summary_of
from services.reports.running.questions import Question, task_of
from services.reports.running.renaming import is_renamed, labels_of
from services.reports.running.repository import RUNS, ReportRun
from services.reports.running.results import write_results
from services.reports.sources import read_source

Json = dict[str, Any]
_MOST_BEGINNINGS: Final = 4
_DEADLINE: Final = 10.0
_COMPUTING_SECONDS: Final = 120.0


class MakeReport:
    """The handler of servicekit.jobs."""

    kind = KIND

    def __init__(self) -> None:
        self._gathered: Gathering | None = None  # of this slice

    def prepare(self, run: Run) -> Gathering:
        """With the next ranges counted; with the table in storage, when all were."""
        report = _report(run)
        with _given_up():
            scope = _scope(run)
            around = Surroundings(run.database, partial(run.rpc.call, "customers"), of_process())
            asked = _asked(around, report, scope)
            gathered = self._going_on(run)
            if asked.upload is None:
                gathered = _begun(around, run, asked.question, gathered)
            gathered.made_with(Rights.of(scope, masked=asked.question.facts.masked))
            if asked.upload is not None or gathered.is_whole:
                _finish(around, report, asked, gathered)
            else:
                _count(around, run, report, asked.question, gathered)
        self._gathered = gathered
        return gathered

    def step(self, run: Run, uow: UnitOfWork, gathered: Gathering) -> Progress:
        if gathered.files is None:
            state = {"parts": gathered.parts}
            return Progress(state=state, done=gathered.merging.customers, total=gathered.total)
        assert gathered.rights is not None
        assert gathered.summary is not None
        repository.publish(
            uow,
            UUID(run.job.parameters["run"]),
            files=gathered.files,
            summary=gathered.summary,
            rights=gathered.rights.dump(),
            until=utc_now() + LIFETIME,
        )
        counted = gathered.summary["customers"]
        return Progress(state={}, done=counted, total=counted, finished=True)

    def _going_on(self, run: Run) -> Gathering:
        """With what was counted until now: in the step before, or as another slice has left it."""
        parts = run.job.state.get("parts", [])
        if self._gathered is not None and self._gathered.parts == parts:
            return self._gathered
        return gathering.load(parts, go_on=partial(_go_on, run)) or Gathering()


def _go_on(run: Run) -> None:
    if run.cancelled or run.stopping:
        raise Unavailable("worker_stopping")


def _begun(around: Surroundings, run: Run, question: Question, gathered: Gathering) -> Gathering:
    """The same, or anew if something was renamed from the beginning to the end: it would be two values."""
    if gathered.labels is not None and not gathered.is_whole:
        return gathered
    labels = labels_of(question, around.customers, partial(run.rpc.call, "gateway"))
    if gathered.labels is None:
        gathered.labels = labels
    elif gathered.begun < _MOST_BEGINNINGS and is_renamed(gathered.labels, labels, gathered.merging):
        return Gathering(labels=labels, begun=gathered.begun + 1)
    return gathered


def _count(
    around: Surroundings, run: Run, report: ReportRun, question: Question, gathered: Gathering
) -> None:
    def is_over() -> bool:
        return run.cancelled or run.stopping

    count(question, around.customers, gathered, upto=report.asked["upto"], is_over=is_over)
    gathered.keep()


def _finish(around: Surroundings, report: ReportRun, asked: Asked, gathered: Gathering) -> None:
    """The table, and its files."""
    question, told = asked.question, {"warnings": gathered.warnings, "as_of": gathered.as_of}
    if asked.upload is None:
        task = task_of(question, frame=gathered.merging.frame())
    else:
        task = around.upload_task(asked)
        told["as_of"] = to_rfc3339(asked.upload.created_at)
    answer = around.pool.run(task, deadline=_COMPUTING_SECONDS)["answer"]
    warnings = [*answer.get("warnings", ()), *gathered.warnings]
    given = read_source(report.asked["source"])
    source = source_message(given, asked.upload, counted=answer["customers"])
    answer = {**answer, "warnings": warnings, "source": source, "as_of": told["as_of"]}
    gathered.files, gathered.summary = write_results(answer), summary_of(answer)


def _report(run: Run) -> ReportRun:
    with run.database.reading() as connection:
        found = RUNS.find(connection, UUID(run.job.parameters["run"]))
    if found is None:
        raise GaveUp("run_gone", "What was asked for is not known any more.")
    return found


def _scope(run: Run) -> Scope:
    known = run.rpc.call("gateway", "scope_of", run.job.created_by, deadline=_DEADLINE)
    if known is None:
        raise Forbidden("reports_forbidden")
    return Scope.load(known)


def _asked(around: Surroundings, report: ReportRun, scope: Scope) -> Asked:
    """What it means today: with the labels and the rights of this moment."""
    facts, kept = ask_facts(around.customers, scope), report.asked["configuration"]
    facts.tags.ask(ids=tags_in(kept))
    source, configuration = read_source(report.asked["counted"]), labelled(kept, facts.fields_and_tags)
    zone = report.asked["time_zone"]
    question, upload = around.read(scope, facts, source, configuration, time_zone=zone)
    return Asked(question=question, upload=upload)


@contextmanager
def _given_up() -> Iterator[None]:
    """What no repetition mends ends the run."""
    try:
        yield
    except Forbidden as error:
        raise GaveUp(error.code, "Whoever asked for this may not have it any more.") from error
    except Invalid as error:
        first = error.payload["errors"][0]
        raise GaveUp(first["code"], first["detail"]) from error
    except (NotFound, Conflict, TooLarge) as error:
        raise GaveUp(error.code, "What it was to be made of is not there any more.") from error
    except TooManyGroups as error:
        raise GaveUp(
            "too_many_groups", "There are too many groups: choose fields with fewer values."
        ) from error
