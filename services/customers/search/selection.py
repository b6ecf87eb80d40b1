"""One shape for whom exports, bulk actions and reports are about, and a walk over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from servicekit.errors import Invalid
from services.customers.filters import saved as saved_filters
from services.customers.filters.context import Asker
from services.customers.filters.domain.tree import All, Node
from services.customers.filters.reading import read_filter
from services.customers.filters.saved import Applied
from services.customers.registry.queries import survivors_of
from services.customers.search.domain.query import read_query
from services.customers.search.domain.selection import EVERYBODY, Selection
from services.customers.search.narrowing import narrowed
from services.customers.search.running import Budget, read
from services.customers.search.totals import count
from services.customers.visibility import visibility_parameters, visible

__all__ = [
    "EVERYBODY",
    "Selection",
    "count",
    "end_of_range",
    "freeze",
    "matching",
    "open_selection",
    "read_selection",
]

_NAMED: Final = ("ids", "except")
_SEARCHED: Final = ("q", "filter", "saved_filter", "sort")


@dataclass(frozen=True, slots=True)
class Opened:
    """A selection with what a saved filter brought along: its order, and what it asks for in vain."""

    selection: Selection
    sort: str | None = None
    warnings: Sequence[Mapping[str, Any]] = ()


def read_selection(
    connection: Connection, data: Mapping[str, Any], *, asker: Asker, pointer: str = "", frozen: bool = False
) -> Selection:
    """{ids} or {q, filter, saved_filter, sort, except}. Raises Invalid, pointing from `pointer` on.

    `frozen`: the data are what `freeze` made, never what a caller sent.
    """
    return open_selection(connection, data, asker=asker, pointer=pointer, frozen=frozen).selection


def freeze(connection: Connection, data: Mapping[str, Any], *, asker: Asker) -> dict[str, Any]:
    """A selection that was read without a fault, for work that goes on for a while: it says the same to the
    end, whoever renames a tag or an option, or changes the saved filter, in the meantime."""
    kept = {key: value for key, value in data.items() if value is not None}
    if "filter" in kept:
        kept["filter"] = saved_filters.by_ids(connection, kept["filter"], asker=asker)
    if "saved_filter" in kept:
        kept["saved_filter"] = saved_filters.frozen(connection, kept["saved_filter"], asker=asker)
    return kept


def open_selection(
    connection: Connection, data: Mapping[str, Any], *, asker: Asker, pointer: str = "", frozen: bool = False
) -> Opened:
    """The same. What is given besides a saved filter: a filter narrows it, `q` and `sort` replace its own."""
    given = {key: value for key, value in data.items() if value is not None}
    _check_properties(given, pointer)
    ids, excluded = _named(connection, given, asker=asker, pointer=pointer)
    node = None
    if "filter" in given:
        node = read_filter(connection, given["filter"], asker=asker, pointer=f"{pointer}/filter")
    applied = Applied(None, None, None, [])
    if "saved_filter" in given:
        apply = saved_filters.apply_frozen if frozen else saved_filters.apply
        applied = apply(connection, given["saved_filter"], asker=asker, pointer=f"{pointer}/saved_filter")
    region = asker.configuration.settings.default_region
    selection = Selection(
        ids=ids,
        q=read_query(given.get("q", applied.q), default_region=region, pointer=f"{pointer}/q"),
        filter=_both(node, applied.filter),
        excluded=excluded,
    )
    return Opened(selection, given.get("sort", applied.sort), applied.warnings)


def matching(
    connection: Connection,
    asker: Asker,
    selection: Selection,
    *,
    after: UUID | None,
    upto: UUID,
    limit: int,
) -> list[UUID]:
    """The ids of the next customers of the selection in the order of their ids, `upto` included."""
    restriction = narrowed(connection, asker, selection)
    condition = visible(asker.scope)
    chosen = f"""
        SELECT c.id FROM {restriction.joined("customer c")}
        WHERE {restriction.all_of(condition, "c.id <= :upto")}"""
    parameters = {**restriction.parameters, "upto": upto, "limit": limit}
    if after:
        chosen, parameters = f"{chosen} AND c.id > :after", {**parameters, "after": after}
    ways = [
        f"{chosen} ORDER BY c.id LIMIT :limit",
        f"WITH every AS MATERIALIZED ({chosen}) SELECT id FROM every ORDER BY id LIMIT :limit",
    ]
    return [row.id for row in read(connection, ways, parameters, budget=Budget())]


def end_of_range(
    connection: Connection, asker: Asker, *, after: UUID | None, upto: UUID | None, size: int
) -> UUID | None:
    """The last of the next customers whom the caller sees, by their ids; None if they are the last of all."""
    last = "AND c.id <= :upto" if upto else ""
    statement = f"""
        SELECT c.id FROM customer c WHERE {visible(asker.scope)} AND c.id > :after {last}
        ORDER BY c.id OFFSET :size LIMIT 1"""
    parameters: dict[str, Any] = {"after": after or UUID(int=0), "size": size - 1}
    if upto:
        parameters["upto"] = upto
    return connection.execute(text(statement), {**parameters, **visibility_parameters(asker.scope)}).scalar()


def _check_properties(given: Mapping[str, Any], pointer: str) -> None:
    for key in given.keys() - {*_NAMED, *_SEARCHED}:
        raise Invalid.at(f"{pointer}/{key}", "unknown_property", "a selection has no such property")
    if "ids" in given and (others := given.keys() & {"q", "filter", "saved_filter"}):
        raise Invalid.at(f"{pointer}/{min(others)}", "several_selections", "ids say whom already")


def _named(
    connection: Connection, given: Mapping[str, Any], *, asker: Asker, pointer: str
) -> tuple[tuple[UUID, ...] | None, frozenset[UUID]]:
    """Who is named and who is excepted, by the ids of today: two ids may have become one customer."""
    ids = _ids(given["ids"], f"{pointer}/ids") if "ids" in given else None
    excluded = _ids(given.get("except", []), f"{pointer}/except")
    named = {*(ids or ()), *excluded}
    survivors = survivors_of(connection, asker.scope, named) if named else {}
    today = tuple(dict.fromkeys(survivors.get(each, each) for each in ids or ()))
    return None if ids is None else today, frozenset(survivors.get(each, each) for each in excluded)


def _both(one: Node | None, other: Node | None) -> Node | None:
    return All((one, other)) if one is not None and other is not None else one or other


def _ids(values: Any, pointer: str) -> list[UUID]:
    if not isinstance(values, list):
        raise Invalid.at(pointer, "invalid_list", "a list of ids is expected")
    return [_id(value, f"{pointer}/{position}") for position, value in enumerate(values)]


def _id(value: Any, pointer: str) -> UUID:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise Invalid.at(pointer, "invalid_id", "an id is expected") from None
