"""From what somebody sent to the answer: previews and results."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from servicekit import context
from servicekit.clock import to_rfc3339
from servicekit.database import Transactions
from servicekit.scope import Scope
from servicekit.wire import MAX_ANSWER
from services.reports.computing.turns import Turn
from services.reports.configuring.domain.known import known_of_upload
from services.reports.facts import Facts
from services.reports.hidden import read_unhidden
from services.reports.running.former import former_of
from services.reports.running.questions import DEADLINE, Customers, Json, Question, aggregated, task_of
from services.reports.sources import Source
from services.reports.uploads import access
from services.reports.uploads.repository import Upload

MAX_BYTES: Final = MAX_ANSWER - 100_000  # a little is around it


class Computes(Protocol):
    """Where tables are computed."""

    def turn(self, key: str | None) -> AbstractContextManager[Turn]: ...

    def run(
        self,
        task: Json,
        *,
        key: str | None = None,
        turn: Turn | None = None,
        deadline: float,
        most_bytes: int | None = None,
    ) -> Json: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, the upload that it is about if it is about one, and in which form it is to be answered.

    `form` names what somebody is changing, for customers: of the questions of one form only the last is
    answered.
    """

    question: Question
    upload: Upload | None
    form: str | None = None
    shape: str | None = None
    csv: Json | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a question is answered with. `customers` calls that service, `pool` computes."""

    database: Transactions
    customers: Customers
    pool: Computes

    @contextmanager
    def of_form(self, scope: Scope, form: str | None) -> Iterator[Surroundings]:
        """The same for one question of a form: once the next one has come, whatever is to be asked of others
        raises Conflict `superseded`."""
        with self.pool.turn(f"{scope.user_id} {form}" if form else None) as turn:
            yield replace(self, customers=_asked_in(turn, self.customers), pool=_InTurn(self.pool, turn))

    def read(
        self,
        scope: Scope,
        facts: Facts,
        source: Source,
        configuration: Any,
        *,
        time_zone: str | None,
    ) -> tuple[Question, Upload | None]:
        """Raises Invalid for what cannot be asked of this source, NotFound for an upload not theirs."""
        upload = self._opened(scope, source)
        fields, hidden = facts.fields, facts.hidden
        if upload is not None:
            columns = access.known_columns(upload, masked=facts.masked)
            fields = known_of_upload(columns, facts.fields)
            hidden = frozenset(each["field"] for each in upload.columns or ()) - fields.keys()
        wanted = read_unhidden(configuration, fields, hidden=hidden)
        question = Question(
            scope=scope,
            facts=facts,
            source=source,
            fields=fields,
            configuration=wanted,
            time_zone=wanted.time_zone or time_zone or facts.time_zone,
        )
        return question, upload

    def answer(self, asked: Asked) -> Json:
        """The table, or with `csv` its text: `{"csv": …}`; what fits into one message. Calls others: never
        within a transaction."""
        if asked.upload is None:
            got = aggregated(asked.question, self.customers, form=asked.form)
            task = task_of(asked.question, frame=got["frame"], shape=asked.shape, csv=asked.csv)
            told = {"warnings": got["warnings"], "as_of": got["as_of"]}
        else:
            task = self.upload_task(asked)
            told = {"warnings": [], "as_of": to_rfc3339(asked.upload.created_at)}
        computed = self.pool.run(task, deadline=_left(), most_bytes=MAX_BYTES)
        if asked.csv is not None:
            return {"csv": computed["csv"]}
        answer = computed["answer"]
        warnings = [*answer.get("warnings", ()), *told["warnings"]]
        source = source_message(asked.question.source, asked.upload, counted=answer["customers"])
        return {**answer, "warnings": warnings, "source": source, "as_of": told["as_of"]}

    def upload_task(self, asked: Asked) -> Json:
        """What is to be computed of an upload, as far as the caller may see its rows."""
        assert asked.upload is not None
        question = asked.question
        opened = access.task_of(
            asked.upload,
            question.scope,
            masked=question.facts.masked,
            customers=self.customers,
            pool=self.pool,
        )
        former = former_of(question, self.database, self.customers)
        return task_of(question, upload=opened, former=former, shape=asked.shape, csv=asked.csv)

    def _opened(self, scope: Scope, source: Source) -> Upload | None:
        if source.upload is None:
            return None
        with self.database.reading() as connection:
            return access.opened(connection, scope, source.upload)


@dataclass(frozen=True, slots=True)
class _InTurn:
    """The pool, for one turn."""

    pool: Computes
    own: Turn

    def turn(self, key: str | None) -> AbstractContextManager[Turn]:
        return self.pool.turn(key)

    def run(self, task: Json, *, turn: Turn | None = None, **how: Any) -> Json:
        return self.pool.run(task, turn=turn or self.own, **how)


def _asked_in(turn: Turn, customers: Customers) -> Customers:
    def call(*args: Any, **more: Any) -> Any:
        turn.go_on()
        return customers(*args, **more)

    return call


def _left() -> float:
    """As long as whoever asked still waits."""
    left = context.remaining()
    return DEADLINE if left is None else max(0.0, min(DEADLINE, left))


def source_message(source: Source, upload: Upload | None, *, counted: int) -> Json:
    """What a report is about, as it is shown. Rows of a file that are not counted are `dropped`: of customers
    whom the caller may not see, or who never were."""
    if upload is None:
        return {"kind": "customers", **source.selection}
    dropped = (upload.rows or 0) - counted
    told = {"upload": str(upload.id), "filename": upload.filename, "rows": counted, "dropped": dropped}
    return {"kind": "upload", **told}
