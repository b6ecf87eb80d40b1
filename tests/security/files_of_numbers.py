"""Numbers tried by files. Each that somebody has stands below one that nobody has: are they told apart?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from tests.security.file_requests import csv_of, of, settled, upload
from tests.security.patience import Send

Rows = Sequence[tuple[str, ...]]
Pair = tuple[str, str]

PAIRS = 200  # a file: its rows are decided together, and nothing else comes between the two of a pair
_HEADER = ("id", "Name", "E-mail", "Phone")
_OF_ITS_OWN = frozenset(("id", "links", "created_at", "started_at", "finished_at", "undo_until", "progress"))
_NUMBER = re.compile(r"\+\d+")


def of_numbers(numbers: Sequence[str], bait: Rows = ()) -> bytes:
    return csv_of(_HEADER, *bait, *(("", "Probe", "", number) for number in numbers))


def files_of(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """At least two."""
    size = min(PAIRS, max(1, len(pairs) // 2))
    return (pairs[at : at + size] for at in range(0, len(pairs), size))


def told_apart(send: Send, pairs: Sequence[Pair], bait: Rows = (), *, start: bool = True) -> int:
    """Of how many pairs (a free number, a taken one) something shows which is which, checked and started."""
    there = checked(send, of_numbers([number for pair in pairs for number in pair], bait))
    told = _different(send, there, len(bait))
    if start:
        assert send(of("start_import", there, body={})).status == 202
        assert _over(send, there)["phase"] == "finished"
        told |= _different(send, there, len(bait))
    return len(told)


def shown(send: Send, numbers: Sequence[str]) -> tuple[Any, list[Any]]:
    """Everything that is told of a file with these numbers, but which they are."""
    there = checked(send, of_numbers(numbers))
    run = {name: value for name, value in _over(send, there).items() if name not in _OF_ITS_OWN}
    rows = [{name: value for name, value in row.items() if name != "links"} for row in _rows(send, there)]
    run, rows = json.loads(_NUMBER.sub("(number)", json.dumps([run, rows])))
    return run, rows


def checked(send: Send, content: bytes) -> str:
    """The id of an import of which every row is planned."""
    made = send(upload(content))
    assert made.status == 202, made.body
    there: str = made.json()["id"]
    assert _over(send, there)["phase"] == "mapping"
    assert send(of("check_import", there, body={})).status == 202
    found = _over(send, there)
    assert found["phase"] == "checked", found
    return there


def _different(send: Send, there: str, before: int) -> set[int]:
    """The places of the pairs whose rows look different."""
    looks = [_look(row) for row in _rows(send, there)[before:]]
    return {
        place
        for place, (free, taken) in enumerate(zip(looks[::2], looks[1::2], strict=True))
        if free != taken
    }


def _look(row: dict[str, Any]) -> Any:
    of_its_own = {"n", "cells", "customer", "links"}
    return {**{k: v for k, v in row.items() if k not in of_its_own}, "somebody": bool(row["customer"])}


def _rows(send: Send, there: str) -> list[dict[str, Any]]:
    rows, cursor = [], None
    while True:
        query: dict[str, Any] = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = send(of("list_import_rows", there, query=query))
        assert page.status == 200, page.body
        rows += page.json()["data"]
        if (cursor := page.next_cursor) is None:
            return rows


def _over(send: Send, there: str) -> dict[str, Any]:
    play = settled(of("get_import", there))
    request = next(play)
    while True:
        try:
            request = play.send(send(request))
        except StopIteration as end:
            found: dict[str, Any] = end.value.json()
            return found
