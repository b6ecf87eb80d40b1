"""Things to compute."""

from __future__ import annotations

from typing import Any

from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.reading import read

Json = dict[str, Any]
PLAN = Known("plan", "Plan", "text")


def a_report(values: list[str], codes: list[int]) -> Json:
    """A table of one column."""
    column = {"field": "plan", "label": "Plan", "type": "text", "several": False, "values": values}
    frame = {"rows": len(codes), "columns": [{**column, "codes": codes}], "weights": [1] * len(codes)}
    configuration = read({"groupings": [{"field": "plan"}]}, {"plan": PLAN})
    return {
        "do": "report",
        "frame": frame,
        "configuration": configuration.dump(),
        "known": [PLAN.dump()],
        "former": {},
    }


def totals(answer: Json) -> dict[str, int]:
    return {row["labels"][0]: row["total"] for row in answer["answer"]["rows"]}
