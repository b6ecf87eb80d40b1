"""What a check keeps of its findings goes through JSON of the database between two steps."""

from __future__ import annotations

import json

from services.import_export.runs.domain.tally import Tally

MISSED = {"field": "plan", "label": "Platinum"}


def a_tally() -> Tally:
    tally = Tally()
    tally.add(2, "refused")
    tally.blame(2, [{"column": "Phone", "code": "damaged_number"}], severity="error")
    tally.miss([MISSED])
    return tally


def test_what_is_kept_can_be_stored():
    assert "\\u0000" not in json.dumps(a_tally().dump())


def test_it_goes_on_where_it_was():
    tally = Tally(json.loads(json.dumps(a_tally().dump())))
    tally.blame(3, [{"column": "Phone", "code": "damaged_number"}], severity="error")
    tally.miss([MISSED, MISSED])
    found = tally.found()
    assert [(issue["count"], issue["first_rows"]) for issue in found["issues"]] == [(2, [2, 3])]
    assert found["unknown_options"] == [{**MISSED, "count": 2}]


def test_what_it_goes_on_from_stays_as_it_was():
    kept = a_tally().dump()
    before = json.dumps(kept)
    again = Tally(kept)
    again.add(3, "refused")
    again.blame(3, [{"column": "Phone", "code": "damaged_number"}], severity="error")
    assert json.dumps(kept) == before
