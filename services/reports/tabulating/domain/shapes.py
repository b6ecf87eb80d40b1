"""The groups of all levels as a list, or as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.reports.tabulating.domain.columns import Json
from services.reports.tabulating.domain.lines import Lines

ROOT = "Total"
# A node of the tree says its own value; those above it are in the nodes above.
_OF_PATHS = frozenset({"values", "labels", "empty"})


def rows_of(levels: Sequence[Lines], *, subtotals: bool) -> list[Json]:
    """Leaf after leaf; with `subtotals` each group stands before what is in it."""
    if not subtotals or len(levels) == 1:
        return levels[-1].told
    children = _children(levels)
    return [row for at in range(len(levels[0].told)) for row in _descended(levels, children, 0, at)]


def tree_of(levels: Sequence[Lines], grand: Json) -> Json:
    """All in one at the root, with level 0."""
    children = _children(levels)
    nodes: list[Json] = []
    for depth in range(len(levels) - 1, -1, -1):
        told = levels[depth].told
        below = children[depth + 1] if depth + 1 < len(levels) else [[] for _ in told]
        nodes = [
            _node(line) | {"children": [nodes[at] for at in own]}
            for line, own in zip(told, below, strict=True)
        ]
    return {"level": 0, "value": None, "label": ROOT, "spellings": {}} | grand | {"children": nodes}


def _node(line: Json) -> Json:
    own = {key: told for key, told in line.items() if key not in _OF_PATHS}
    if line["level"] - 1 in line.get("empty", ()):
        own["empty"] = True
    return {"value": line["values"][-1], "label": line["labels"][-1]} | own


def _children(levels: Sequence[Lines]) -> list[list[list[int]]]:
    """Of each level, for each group of the level above it, the groups that are in that."""
    found: list[list[list[int]]] = []
    size = 1
    for level in levels:
        below: list[list[int]] = [[] for _ in range(size)]
        for at, parent in enumerate(level.parents):
            below[parent].append(at)
        found.append(below)
        size = len(level.told)
    return found


def _descended(
    levels: Sequence[Lines], children: Sequence[Sequence[Sequence[int]]], depth: int, at: int
) -> Iterator[Json]:
    yield levels[depth].told[at]
    if depth + 1 < len(levels):
        for child in children[depth + 1][at]:
            yield from _descended(levels, children, depth + 1, child)
