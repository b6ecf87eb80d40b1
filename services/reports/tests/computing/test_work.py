"""What is computed of a task, told as people call it."""

from __future__ import annotations

from services.reports.computing.work import Work
from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.reading import read
from services.reports.tests.computing.tasks import PLAN, Json, a_report

VALUE = Known("custom.value", "Value of the deal", "number")


def a_sum() -> Json:
    task, known = a_report(["Gold"], [0, 0]), {"plan": PLAN, VALUE.field: VALUE}
    total = {"op": "sum", "field": VALUE.field}
    configuration = read({"groupings": [{"field": "plan"}], "total": total}, known)
    measure = {"field": VALUE.field, "present": [1, 1], "sums": ["1.5", "2"]}
    measure |= {"least": ["1.5", "2"], "greatest": ["1.5", "2"]}
    return {
        **task,
        "frame": {**task["frame"], "measure": measure},
        "configuration": configuration.dump(),
        "known": [each.dump() for each in known.values()],
    }


def test_a_total_says_which_field_it_is_of() -> None:
    *_, total = Work().do(a_sum())["answer"]["columns"]
    assert total["label"] == "Sum of Value of the deal"


def test_so_does_the_file() -> None:
    header = Work().do({**a_sum(), "csv": {}})["csv"].splitlines()[0]
    assert "Sum of Value of the deal" in header
