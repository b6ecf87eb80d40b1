"""What is computed of a task, told as people call it."""

from __future__ import annotations

from pathlib import Path

from servicekit.ids import new_id
from servicekit.storage import Storage
from services.reports.computing.work import Work
from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.reading import read
from services.reports.tests.computing.tasks import PLAN, Json, a_report
from services.reports.tests.computing.test_seen import bits_of
from services.reports.tests.uploads.files import Upload

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


def seen_by(bits: list[bool] | None) -> Json:
    """What is asked of a file of four rows for whoever sees these of them."""
    known = {each: Known(each, each.title(), "text") for each in ("plan", "city")}
    configuration = read({"groupings": [{"field": "plan"}], "subdivision": {"field": "city"}}, known)
    return {
        "do": "report",
        "upload": {"key": "copy", "bits": None if bits is None else bits_of(bits), "masked": False},
        "configuration": configuration.dump(),
        "known": [each.dump() for each in known.values()],
    }


def test_nobody_is_told_what_was_remembered_of_others(tmp_path: Path, storage: Storage):
    """Whose rows are as many, but others."""
    rows = [{"id": str(new_id()), "plan": plan, "city": city} for plan, city in ("ax", "bx", "cy", "dy")]
    (tmp_path / "copy").write_bytes(Upload(tmp_path, rows).file)
    storage.upload("copy", tmp_path / "copy")
    work, told = Work(), []
    for bits in (
        None,
        [True, True, False, False],
        [False, False, True, True],
        [True, False, True, False],
    ) * 2:
        answer = work.do(seen_by(bits))["answer"]
        assert answer == Work().do(seen_by(bits))["answer"]
        told.append("".join(row["labels"][0] for row in answer["rows"]))
    assert told == ["abcd", "ab", "cd", "ac"] * 2
