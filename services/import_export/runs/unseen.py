"""Rows name customers, and who may see those is another matter than who may see the import.

An administrator may have let a row meet a customer of another team, and customers change their teams. Which
customers a row could mean is for those who decide it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from servicekit.scope import Scope

Json = dict[str, Any]
_AT_ONCE: Final = 200
_NOT_VISIBLE: Final = "not_visible"
_CHANGED: Final = "changed_since"


def for_caller(ask: Callable[..., Any], caller: Scope, rows: Sequence[Json]) -> list[Json]:
    """The rows, naming those customers alone that the caller may see now. Not for use in a transaction."""
    if caller.is_admin:
        return list(rows)
    seen = _seen(ask, caller, (row["customer"] for row in rows))
    return [
        {**_named(row, seen), "candidates": [], "undo": row["undo"] and _in_a_word(row["undo"])}
        for row in rows
    ]


def import_for_caller(ask: Callable[..., Any], caller: Scope, message: Mapping[str, Any]) -> Json:
    """The same for an import, with its samples and what its undoing left."""
    if caller.is_admin:
        return dict(message)
    samples = {name: for_caller(ask, caller, rows) for name, rows in message["samples"].items()}
    undo = message["undo"]
    if undo:
        seen = _seen(ask, caller, (each["customer"] for each in undo["kept"]))
        undo = {**undo, "kept": [_in_a_word(_named(each, seen)) for each in undo["kept"]]}
    return {**message, "samples": samples, "undo": undo}


def _named(told: Json, seen: set[str]) -> Json:
    return {**told, "customer": told["customer"] if told["customer"] in seen else None}


def _in_a_word(undone: Json) -> Json:
    """What kept something may be hidden from agents, too: they are told that there is something."""
    kept = [
        each if each["reason"] == _NOT_VISIBLE else {**each, "reason": _CHANGED} for each in undone["kept"]
    ]
    return {**undone, "kept": kept}


def _seen(ask: Callable[..., Any], caller: Scope, ids: Iterable[str | None]) -> set[str]:
    asked = sorted({each for each in ids if each})
    return {
        each
        for some in (asked[at : at + _AT_ONCE] for at in range(0, len(asked), _AT_ONCE))
        for each in ask("visible", caller.dump(), some)
    }
