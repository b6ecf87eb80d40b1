"""A report that is asked for: read, and counted, under the rights that its caller has at this moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from servicekit.errors import Invalid
from servicekit.scope import Scope
from services.reports.configuring.domain.asking import fields_of
from services.reports.configuring.domain.known import Fields
from services.reports.configuring.domain.model import Configuration
from services.reports.facts import Facts
from services.reports.sources import Source

Json = dict[str, Any]
Customers = Callable[..., Any]
SHAPES: Final = ("rows", "tree")
# As long as customers take for one statement, and a little more.
DEADLINE: Final = 17.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`fields` are those of its source, `time_zone` the one that its dates are days in."""

    scope: Scope
    facts: Facts
    source: Source
    fields: Fields
    configuration: Configuration
    time_zone: str

    @property
    def zoned(self) -> Configuration:
        return replace(self.configuration, time_zone=self.time_zone)


def aggregated(
    question: Question, customers: Customers, *, selection: Json | None = None, **more: Any
) -> Json:
    """What customers count, `{frame, next, masked, warnings, as_of}`: of the question's own selection, unless
    another one is given. Raises Invalid, as of ours."""
    fields, measure = fields_of(question.configuration)
    scope = question.scope.dump()
    selection = question.source.selection if selection is None else selection
    try:
        answer: Json = customers(
            "aggregate",
            scope,
            selection,
            fields,
            measure,
            question.time_zone,
            deadline=DEADLINE,
            **more,
        )
    except Invalid as error:
        raise _as_ours(error, [each["field"] for each in fields], question) from None
    return answer


def task_of(
    question: Question,
    *,
    frame: Json | None = None,
    upload: Json | None = None,
    former: Mapping[str, Mapping[str, str]] | None = None,
    shape: str | None = None,
    csv: Json | None = None,
) -> Json:
    """For the process that computes it."""
    named = {part.field for part in question.configuration.parts} | {question.configuration.total.field}
    return {
        "do": "report",
        "frame": frame,
        "upload": upload,
        "configuration": question.zoned.dump(),
        "known": [known.dump() for field, known in question.fields.items() if field in named],
        "former": {field: dict(labels) for field, labels in (former or {}).items()},
        "shape": shape,
        "csv": csv,
    }


def read_shape(value: Any) -> str | None:
    """Raises Invalid."""
    if value is not None and value not in SHAPES:
        raise Invalid.at("/shape", "unknown_shape", "rows or tree")
    return None if value is None else str(value)


def _as_ours(error: Invalid, fields: Sequence[str], question: Question) -> Invalid:
    """The same faults, where they are in what was sent to reports."""
    told = error.payload.get("errors")
    if not told:
        return error
    ours = [{**each, "pointer": _pointer(each["pointer"], fields, question)} for each in told]
    return Invalid(error.code, {"errors": ours})


def _pointer(pointer: str, fields: Sequence[str], question: Question) -> str:
    _, first, *rest = [*pointer.split("/"), ""]
    if first == "selection":
        return f"/source{pointer.removeprefix('/selection')}"
    if first == "measure":
        return "/configuration/total/field"
    if first != "fields":
        return pointer
    named = fields[int(rest[0])] if rest[0].isdigit() and int(rest[0]) < len(fields) else None
    return _place_of(named, question.configuration)


def _place_of(field: str | None, configuration: Configuration) -> str:
    for kind in ("groupings", "subdivisions"):
        for n, part in enumerate(getattr(configuration, kind)):
            if part.field == field:
                return f"/configuration/{kind}/{n}/field"
    return "/configuration/groupings"
