"""What people send becomes a configuration, or one Invalid that names all that is wrong."""

from __future__ import annotations

from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from servicekit.forms import Wrong, read_flag
from services.reports.configuring.domain.form import Faults, Form, one_of
from services.reports.configuring.domain.known import DATES, Fields
from services.reports.configuring.domain.model import (
    OPERATIONS,
    PERCENTS,
    Configuration,
    Grouping,
    Subdivision,
    Total,
)
from services.reports.configuring.domain.parts import (
    NOWHERE,
    PART,
    read_field,
    read_part,
    read_sort,
    read_top,
)
from services.reports.configuring.domain.rules import read_default, read_rules
from services.reports.configuring.domain.spellings import count_named

MAX_GROUPINGS: Final = 4
MAX_SUBDIVISIONS: Final = 3
MAX_NAMED: Final = 5_000
_KEYS: Final = (
    ("groupings", "total", "subdivisions", "subdivision")
    + ("sort", "top", "percent", "subtotals", "time_zone")
)  # fmt: skip


def read(data: Any, fields: Fields, *, pointer: str = "/configuration") -> Configuration:
    """The configuration, of these fields. Raises Invalid with all that is wrong, each at its pointer."""
    problems = Faults()
    if _named_in(data) > MAX_NAMED:
        problems.add(pointer, "too_many", f"at most {MAX_NAMED} spellings and values in all")
        problems.raise_if_any()
    form = Form(data, pointer, problems)
    form.only(*_KEYS)
    total = _total(form, fields)
    configuration = Configuration(
        groupings=_groupings(form, fields, total),
        total=total,
        subdivisions=_subdivisions(form, fields),
        sort=form.value("sort", read_sort, None),
        top=form.value("top", read_top, None),
        percent=_percent(form, total),
        subtotals=form.value("subtotals", read_flag, False),
        time_zone=form.value("time_zone", _zone, None),
    )
    problems.raise_if_any()
    return configuration


def _named_in(data: Any) -> int:
    """Of the parts that would be read: whoever wrote them is not the only one who waits."""
    if not isinstance(data, dict):
        return 0
    lists = ((data.get("groupings"), MAX_GROUPINGS), (data.get("subdivisions"), MAX_SUBDIVISIONS))
    parts = [part for given, most in lists if isinstance(given, list) for part in given[:most]]
    return sum(map(count_named, (*parts, data.get("subdivision"))))


def _groupings(form: Form, fields: Fields, total: Total) -> tuple[Grouping, ...]:
    if not form.given.get("groupings"):
        form.wrong("groupings", code="required", detail="at least one grouping is needed")
        return ()
    groupings = [_grouping(each, fields, total) for each in form.forms("groupings", most=MAX_GROUPINGS)]
    for n, grouping in enumerate(groupings):
        if grouping.field and any(_same(grouping, other) for other in groupings[:n]):
            form.wrong("groupings", n, "field", code="repeated", detail="this is grouped by already")
    return tuple(groupings)


def _same(grouping: Grouping, other: Grouping) -> bool:
    """Whether they put values together alike."""
    parts = ("field", "unit", "normalize", "aliases", "join", "split")
    return all(getattr(grouping, part) == getattr(other, part) for part in parts)


def _grouping(form: Form, fields: Fields, total: Total) -> Grouping:
    form.only(*PART, "count", "sort")
    known = read_field(form, fields)
    mentions = form.value("count", one_of(("customers", "mentions")), "customers") == "mentions"
    if mentions and not known.several and known is not NOWHERE:
        form.wrong("count", code="mentions_need_several", detail="customers have one value of this field")
    elif mentions and total.op != "count":
        form.wrong("count", code="mentions_only_count", detail="mentions are only counted")
    return Grouping(**read_part(form, known), mentions=mentions, sort=form.value("sort", read_sort, None))


def _subdivisions(form: Form, fields: Fields) -> tuple[Subdivision, ...]:
    if form.given.get("subdivision") is None:
        return tuple(_subdivision(each, fields) for each in form.forms("subdivisions", most=MAX_SUBDIVISIONS))
    if form.given.get("subdivisions"):
        form.wrong("subdivision", code="unexpected", detail="there are subdivisions already")
    one = Form(form.given["subdivision"], f"{form.pointer}/subdivision", form.problems)
    return (_subdivision(one, fields),)


def _subdivision(form: Form, fields: Fields) -> Subdivision:
    known = read_field(form, fields)
    if form.given.get("rules") is None:
        form.only(*PART)
        return Subdivision(**read_part(form, known))
    form.only("field", "rules", "default", "top", "normalize")
    return Subdivision(
        field=known.field,
        # A rule about a date names days.
        unit="day" if known.type in DATES else None,
        rules=read_rules(form, known),
        default=read_default(form),
        top=form.value("top", read_top, None),
    )


def _total(form: Form, fields: Fields) -> Total:
    if form.given.get("total") is None:
        return Total()
    total = Form(form.given["total"], f"{form.pointer}/total", form.problems)
    total.only("op", "field")
    op = total.needed("op", one_of(OPERATIONS), "count")
    if op == "count":
        if total.given.get("field") is not None:
            total.wrong("field", code="unexpected", detail="customers are counted, not a field of theirs")
        return Total()
    known = read_field(total, fields)
    if known is not NOWHERE and known.type != "number":
        total.wrong("field", code="number_needed", detail="a field of numbers is needed")
    return Total(op, known.field)


def _percent(form: Form, total: Total) -> tuple[str, ...]:
    given, read = form.given.get("percent"), one_of(PERCENTS)
    if isinstance(given, str):
        asked = [form.read(given, read, "", "percent")]
    else:
        asked = [form.read(each, read, "", "percent", n) for n, each in form.items("percent", len(PERCENTS))]
    if asked and total.op not in ("count", "sum"):
        form.wrong("percent", code="percent_needs_sums", detail="only counts and sums have percentages")
    return tuple(each for each in PERCENTS if each in asked)


def _zone(value: Any) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise Wrong("unknown_time_zone", "a zone of the IANA database, such as America/Sao_Paulo")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
