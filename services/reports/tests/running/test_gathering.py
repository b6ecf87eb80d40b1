"""What a worker keeps of a run between two steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from servicekit.ids import new_id
from services.reports.running import gathering
from services.reports.running.gathering import Gathering


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    yield
    gathering.let_go()


def counted(groups: int) -> Gathering:
    found = Gathering()
    column: dict[str, Any] = {"field": "a", "label": "A", "type": "text", "several": False}
    codes = {"values": [str(n) for n in range(groups)], "codes": list(range(groups))}
    found.merging.add({"columns": [column | codes], "weights": [1] * groups, "measure": None})
    return found


def test_whoever_counted_last_goes_on():
    job, mine = new_id(), counted(1)
    gathering.park(job, mine)
    assert gathering.take(job, token=mine.token) is mine
    assert gathering.take(job, token=mine.token) is None


def test_what_another_process_has_overtaken_is_let_go():
    job = new_id()
    gathering.park(job, counted(1))
    assert gathering.take(job, token="of another") is None


def test_of_too_much_the_runs_that_were_asked_for_first_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gathering, "MOST_KEPT", 5)
    ids, found = [new_id() for _ in range(4)], [counted(2) for _ in range(4)]
    for at in (3, 0, 2, 1):
        gathering.park(ids[at], found[at])
    kept = [gathering.take(each, token=mine.token) is mine for each, mine in zip(ids, found, strict=True)]
    assert kept == [True, True, False, False]


def test_what_nobody_took_for_long_is_let_go(monkeypatch: pytest.MonkeyPatch):
    old, mine = new_id(), counted(1)
    gathering.park(old, mine)
    mine.used -= 1_000
    gathering.park(new_id(), counted(1))
    assert gathering.take(old, token=mine.token) is None
