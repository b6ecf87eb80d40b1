"""Who has a clue in common with whom.

Ids are texts here: there are very many, and to compare two UUIDs is a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from servicekit.database.engine import PLANNED_FOR_ITS_VALUES
from services.dedup.index import arrays
from services.dedup.pairs import statements

CROWD: Final = 51  # one more than a clue may have people
TextEnds = tuple[str, str]
_Holders = dict[int, list[str]]


def meet(
    connection: Connection, keys: Mapping[UUID, Iterable[int]], *, without: Collection[UUID]
) -> set[TextEnds]:
    """Pairs of these customers, and of them and whoever else is in the index: who share one of these keys.

    `without`: what the index has of these counts for nothing, such as what these customers were before.
    """
    ours = _by_clue(keys)
    theirs = _others(connection, ours, without) if ours else {}
    shared = {*theirs, *(key for key, holders in ours.items() if len(holders) > 1)}
    found: set[TextEnds] = set()
    for key in shared:
        others = theirs.get(key, ())
        if others is not None and len(ours[key]) + len(others) < CROWD:
            found.update(_pairs(ours[key], others))
    return found


def _by_clue(keys: Mapping[UUID, Iterable[int]]) -> _Holders:
    """Keys below 0 are of names, which bring nobody together."""
    holders: _Holders = {}
    for id_, its_keys in keys.items():
        text = str(id_)
        for key in its_keys:
            if key >= 0:
                holders.setdefault(key, []).append(text)
    return holders


def _others(
    connection: Connection, keys: Iterable[int], without: Collection[UUID]
) -> dict[int, list[str] | None]:
    """Who else has a key; None for a crowd."""
    values: dict[str, Any] = {
        "keys": arrays.of_numbers(sorted(keys)),  # neighbours in the index are read one after the other
        "without": arrays.of_ids(without),
        "crowd": CROWD,
    }
    rows = connection.execute(statements.OTHERS, values, execution_options=PLANNED_FOR_ITS_VALUES)
    return {key: ids and ids.split() for key, ids in rows}


def _pairs(ours: Sequence[str], others: Iterable[str]) -> Iterator[TextEnds]:
    for place, one in enumerate(ours, 1):
        for other in (*ours[place:], *others):
            yield (one, other) if one < other else (other, one)
