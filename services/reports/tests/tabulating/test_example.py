"""Reasons for not buying, by source and status: as somebody sends it, and as they get it."""

import csv
import io

import pytest

from services.reports.configuring.domain.known import Known
from services.reports.configuring.domain.reading import read
from services.reports.tabulating.domain.as_csv import to_csv
from services.reports.tabulating.domain.engine import tabulate
from services.reports.tabulating.domain.frame import Frame

FIELDS = {
    "source": Known("source", "Source", "text"),
    "status": Known("status", "Status", "status"),
    "custom.reason": Known("custom.reason", "Reason", "text"),
}
CONFIGURATION = {
    "groupings": [
        {"field": "source", "join": {"Instagram": ["insta", "IG"]}, "sort": {"by": "value"}},
        {"field": "status"},
    ],
    "subdivision": {
        "field": "custom.reason",
        "rules": [
            {"op": "contains", "value": "price", "as": "Price"},
            {"op": "matches", "value": "*expensive*", "as": "Price"},
            {"op": "is_not_set", "as": "No reason"},
        ],
        "default": "Other",
    },
    "percent": ["row"],
    "subtotals": True,
}
CUSTOMERS = [
    ("Instagram", "active", "Price too high"),
    ("insta", "active", "way too EXPENSIVE!"),
    ("IG ", "inactive", None),
    ("Web", "active", "no time"),
    ("web", "active", "préço, price"),
]


@pytest.fixture
def answer():
    columns = []
    for (field, known), values in zip(FIELDS.items(), zip(*CUSTOMERS, strict=True), strict=True):
        distinct = [value for value in dict.fromkeys(values) if value is not None]
        codes = [distinct.index(value) if value is not None else -1 for value in values]
        told = {"field": field, "label": known.label, "type": known.type, "several": False}
        columns.append(told | {"values": distinct, "codes": codes})
    frame = Frame.load({"rows": 5, "columns": columns, "weights": [1] * 5, "measure": None})
    return tabulate(frame, read(CONFIGURATION, FIELDS))


def test_the_table(answer):
    shown = [("/".join(row["labels"]), list(row["cells"].values()), row["total"]) for row in answer["rows"]]
    assert [column["label"] for column in answer["columns"]] == [
        *("Source", "Status", "Price", "No reason", "Other", "Total"),
    ]
    assert shown == [
        ("Instagram", [2, 1, 0], 3),
        ("Instagram/active", [2, 0, 0], 2),
        ("Instagram/inactive", [0, 1, 0], 1),
        ("Web", [1, 0, 1], 2),
        ("Web/active", [1, 0, 1], 2),
    ]
    assert (answer["grand_total"], answer["grand"]["cells"]) == (5, {"Price": 3, "No reason": 1, "Other": 1})
    assert answer["rows"][0]["percent"]["row"] == {"Price": 66.6667, "No reason": 33.3333, "Other": 0.0}


def test_what_was_joined_and_by_whom(answer):
    sources, _, reasons = answer["values"]
    assert [(each["label"], each["by"], len(each["spellings"])) for each in sources["values"]] == [
        ("Instagram", "own", 3),
        ("Web", "auto", 2),
    ]
    assert [each["label"] for each in reasons["values"]] == ["Price", "No reason", "Other"]
    assert answer["rows"][0]["spellings"] == {"source": {"IG ": 1, "Instagram": 1, "insta": 1}}


def test_the_file(answer):
    lines = list(csv.reader(io.StringIO(to_csv(answer).removeprefix("\ufeff"), newline="")))
    assert lines[0] == [
        *("Source", "Status", "Price", "No reason", "Other", "Total"),
        *("Price (% of row)", "No reason (% of row)", "Other (% of row)"),
    ]
    assert lines[1] == ["Instagram total", "", "2", "1", "0", "3", "66.6667", "33.3333", "0.0"]
    assert lines[-1] == ["Total", "", "3", "1", "1", "5", "60.0", "20.0", "20.0"]
