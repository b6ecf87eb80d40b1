"""Calls for a report at once: of what stands in a form at this moment, or with a template."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from servicekit import jsonio
from servicekit.clock import utc_now
from servicekit.database import Database
from servicekit.errors import Invalid
from servicekit.rights import for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.reports.facts import Facts, ask_facts
from services.reports.running import asking
from services.reports.running.asking import Asked, Surroundings
from services.reports.running.questions import Json, read_shape
from services.reports.sources import read_source
from services.reports.templates import keeping
from services.reports.templates.domain.contents import shown, warnings_of
from services.reports.templates.domain.saved import Template
from services.reports.templates.keeping import Keeper

MAX_FORM: Final = 100
_SEPARATORS: Final = (",", ";", "\t")


class PreviewEntrypoints:
    """Mixin of ReportsService."""

    db: Database
    customers: Any
    computing: Any

    @rpc(grouped=False)
    def preview(
        self,
        scope: Json,
        source: Any,
        configuration: Any,
        form: str | None = None,
        shape: str | None = None,
        time_zone: str | None = None,
    ) -> Json:
        """The table. Whoever asks again for the same `form` gives up what they asked before, which raises
        Conflict `superseded`. Raises Invalid with all that is wrong, NotFound for an upload not theirs."""
        caller, wanted, form, shape = for_people(scope), read_source(source), _form(form), read_shape(shape)
        self.computing.warm()  # while customers count
        with self._around().of_form(caller, form) as around:
            facts = ask_facts(around.customers, caller)
            question, upload = around.read(caller, facts, wanted, configuration, time_zone=time_zone)
            asked = Asked(question=question, upload=upload, form=form, shape=shape)
            return _sendable(around.answer(asked))

    @rpc(grouped=False)
    def configuration_result(
        self,
        scope: Json,
        configuration_id: str,
        source: Any = None,
        shape: str | None = None,
        csv: Json | None = None,
        time_zone: str | None = None,
    ) -> Json:
        """The table of a template: of this source, or of the template's own. With `csv` its text."""
        caller, shape, csv = for_people(scope), read_shape(shape), _csv(csv)
        template, keeper = self._template(caller, configuration_id)
        wanted = read_source(template.source if source is None else source)
        with _told_as_removed(template, keeper.facts):
            asked = self._around().read(
                caller, keeper.facts, wanted, shown(template, keeper.facts), time_zone=time_zone
            )
        answer = self._around().answer(Asked(question=asked[0], upload=asked[1], shape=shape, csv=csv))
        if csv is not None:
            return _sendable({**answer, "filename": f"{template.name}.csv"})
        warnings = [*warnings_of(template, keeper.facts), *answer["warnings"]]
        return _sendable({**answer, "warnings": warnings})

    def _template(self, caller: Scope, configuration_id: str) -> tuple[Template, Keeper]:
        keeper = Keeper(caller, ask_facts(self.customers.call, caller), utc_now())
        with self.db.reading() as connection:
            return keeping.get(connection, keeper, configuration_id), keeper

    def _around(self) -> Surroundings:
        return Surroundings(self.db, self.customers.call, self.computing)


def _sendable(answer: Json) -> Json:
    """The same, if it still fits into one message with what it is about."""
    if len(jsonio.dumps(answer)) <= asking.MAX_BYTES:
        return answer
    detail = "this is more than can be shown at once: choose a top, or make it a run"
    raise Invalid.at("/configuration/groupings/0", "too_many_rows", detail)


@contextmanager
def _told_as_removed(template: Template, facts: Facts) -> Iterator[None]:
    """Of a template it is no fault of the caller's that a field is gone."""
    try:
        yield
    except Invalid:
        gone = [each for each in warnings_of(template, facts) if each["code"] == "field_removed"]
        if not gone:
            raise
        errors = [{name: each[name] for name in ("pointer", "code", "detail")} for each in gone]
        raise Invalid("invalid", {"errors": errors}) from None


def _form(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and 0 < len(value) <= MAX_FORM):
        return value
    raise Invalid.at("/form", "invalid_form", f"a name of at most {MAX_FORM} characters is expected")


def _csv(value: Any) -> Json | None:
    if value is None:
        return None
    separator = value.get("separator", ",") if isinstance(value, dict) else None
    if separator not in _SEPARATORS:
        raise Invalid.at("/separator", "unknown_separator", "a comma, a semicolon or a tab is expected")
    return {"separator": separator}
