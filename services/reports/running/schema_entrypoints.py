"""What a report can be made of, for the form that asks for one."""

from __future__ import annotations

from typing import Any, Final

from servicekit.rights import for_people
from servicekit.rpc import rpc
from services.reports.configuring.domain.form import MAX_NAME
from services.reports.configuring.domain.known import known_of_facts
from services.reports.configuring.domain.model import ALIAS_SETS, OPERATIONS, UNITS
from services.reports.configuring.domain.parts import MAX_TOP
from services.reports.configuring.domain.reading import MAX_GROUPINGS, MAX_NAMED, MAX_SUBDIVISIONS
from services.reports.configuring.domain.rules import MAX_RULES, operations_of
from services.reports.configuring.domain.spellings import MAX_JOINS, MAX_SPELLINGS
from services.reports.facts import DEADLINE
from services.reports.tabulating.domain.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

Json = dict[str, Any]
LIMITS: Final = {
    "groupings": MAX_GROUPINGS,
    "subdivisions": MAX_SUBDIVISIONS,
    "rules": MAX_RULES,
    "joins": MAX_JOINS,
    "spellings": MAX_SPELLINGS,
    "named": MAX_NAMED,  # in join, split, rename and rules of one configuration
    "top": MAX_TOP,
    "name": MAX_NAME,
    "rows": MAX_ROWS,
    "columns": MAX_COLUMNS,
    "cells": MAX_CELLS,
}


class SchemaEntrypoints:
    """Mixin of ReportsService."""

    customers: Any
    computing: Any

    @rpc
    def report_schema(self, scope: Json) -> Json:
        """The fields that the caller may be told of, and what can be asked of each: `rules`."""
        caller = for_people(scope)
        self.computing.warm()  # whoever opens a form wants a preview soon
        told = self.customers.call("report_facts", caller.dump(), deadline=DEADLINE)
        known = known_of_facts(told)
        return {
            "fields": [
                {**each, "rules": list(operations_of(known[each["field"]]))} for each in told["fields"]
            ],
            "masked": told["masked"],
            "time_zone": told["time_zone"],
            "aliases": list(ALIAS_SETS),
            "units": list(UNITS),
            "totals": list(OPERATIONS),
            "limits": LIMITS,
        }
