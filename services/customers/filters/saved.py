"""What people do with saved filters. Whoever may not see one is told that there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection

from servicekit.errors import Conflict, Forbidden, Invalid, NotFound, Stale, TooLarge
from servicekit.ids import new_id
from services.customers.filters import repository
from services.customers.filters.context import Asker, find_zone
from services.customers.filters.domain import saved as rules
from services.customers.filters.domain.reading import parse
from services.customers.filters.domain.saved import SavedFilter
from services.customers.filters.domain.tree import Node
from services.customers.filters.domain.written import outdated, with_ids, words_of
from services.customers.filters.messages import saved_filter_message
from services.customers.filters.reading import read_filter, vocabulary_of
from services.customers.search.domain.query import read_query
from services.customers.tags import reader as tags
from services.customers.tags.counting import Counting

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a saved filter asks for when this caller uses it; `warnings` name what it asks for in vain."""

    q: str | None
    filter: Node | None
    sort: str | None
    warnings: list[Json]


def apply(connection: Connection, filter_id: Any, *, asker: Asker, pointer: str = "/saved_filter") -> Applied:
    """With the caller's rights, and in the zone it was saved in. Raises Invalid: unknown_saved_filter where
    the caller has no such filter, field_hidden where it asks about what is hidden from them."""
    saved = find(connection, filter_id, asker=asker)
    if saved is None:
        raise Invalid.at(pointer, "unknown_saved_filter", "there is no such saved filter")
    applied = apply_frozen(connection, _frozen(saved), asker=asker, pointer=pointer)
    found = problems(connection, [saved], asker=_in_its_zone(saved.time_zone, asker))[saved.id]
    warnings = [{**each, "pointer": f"{pointer}{each['pointer']}"} for each in found]
    sort = saved.sort if not any(each["pointer"] == "/sort" for each in found) else None
    return replace(applied, sort=sort, warnings=warnings)


def frozen(connection: Connection, filter_id: Any, *, asker: Asker) -> Json:
    """What the filter says at this moment, for `apply_frozen`: its owner may change or delete it."""
    return _frozen(get(connection, filter_id, asker=asker))


def apply_frozen(connection: Connection, kept: Json, *, asker: Asker, pointer: str) -> Applied:
    """As `apply`, under the rights that the caller has now; who wrote it down has been warned."""
    asker, node = _in_its_zone(kept["time_zone"], asker), None
    if kept["filter"] is not None:
        node = read_filter(connection, kept["filter"], asker=asker, pointer=f"{pointer}/filter", kept=True)
    return Applied(kept["q"], node, kept["sort"], [])


def by_ids(connection: Connection, raw: Json, *, asker: Asker) -> Json:
    """A filter that was read without a fault, so written that it means the same after every rename."""
    called = _tags_met(connection, words_of(raw), asker=asker)
    return with_ids(raw, asker.configuration.fields, called)


def find(connection: Connection, filter_id: Any, *, asker: Asker) -> SavedFilter | None:
    try:
        return repository.find(connection, asker.scope, UUID(filter_id))
    except (ValueError, TypeError, AttributeError):  # what is no id names no filter
        return None


def get(connection: Connection, filter_id: Any, *, asker: Asker) -> SavedFilter:
    if (saved := find(connection, filter_id, asker=asker)) is None:
        raise not_found()
    return saved


def create(connection: Connection, data: Json, *, asker: Asker) -> SavedFilter:
    """Raises Conflict filter_exists, TooLarge, Invalid."""
    owner = UUID(asker.scope.user_id)
    empty = SavedFilter(new_id(), owner, asker.zone.key, asker.now, asker.now)
    saved = _changed(connection, empty, data, asker=asker)
    _check_name(connection, saved)
    if repository.count(connection, owner) >= rules.MAX_KEPT:
        raise TooLarge("too_many_saved_filters", {"limit": rules.MAX_KEPT})
    repository.add(connection, saved)
    return saved


def update(
    connection: Connection,
    filter_id: Any,
    patch: Json,
    *,
    asker: Asker,
    version: int | None,
    zone: str | None,
) -> SavedFilter:
    """`zone`: what its dates mean from now on, if the filter itself changes."""
    before = _lock(connection, filter_id, asker=asker, version=version)
    rezoned = replace(before, time_zone=zone) if zone and "filter" in patch else before
    after = _changed(connection, rezoned, patch, asker=_in_its_zone(rezoned.time_zone, asker))
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=asker.now)
    _check_name(connection, after)
    repository.save(connection, after)
    return after


def delete(connection: Connection, filter_id: Any, *, asker: Asker, version: int | None) -> SavedFilter:
    saved = _lock(connection, filter_id, asker=asker, version=version)
    repository.delete(connection, saved.id)
    return saved


def messages(connection: Connection, found: Iterable[SavedFilter], *, asker: Asker) -> list[Json]:
    found = list(found)
    faults = problems(connection, found, asker=asker)
    return [
        saved_filter_message(saved, asker.scope, faults[saved.id], masked=asker.masked) for saved in found
    ]


def problems(connection: Connection, found: list[SavedFilter], *, asker: Asker) -> dict[UUID, list[Json]]:
    """By each filter's id what the caller cannot use of it, or what is out of use: the first of it."""
    words = {word for saved in found if saved.filter for word in words_of(saved.filter)}
    known = _tags_met(connection, words, asker=asker)
    return {saved.id: _problems(saved, known, asker)[: rules.MAX_PROBLEMS] for saved in found}


def not_found() -> NotFound:
    return NotFound("saved_filter_not_found")


def _problems(saved: SavedFilter, known: dict[str, str], asker: Asker) -> list[Json]:
    definitions = asker.configuration.fields
    found = rules.outdated_parts(saved, definitions, masked=asker.masked)
    if saved.filter is None:
        return found
    try:
        parse(saved.filter, vocabulary_of(_in_its_zone(saved.time_zone, asker)), pointer="/filter")
    except Invalid as error:
        found = [*error.payload["errors"], *found]
    return [*outdated(saved.filter, definitions, known), *found]


def _changed(connection: Connection, saved: SavedFilter, patch: Json, *, asker: Asker) -> SavedFilter:
    words = vocabulary_of(asker)
    after = rules.changed(saved, patch, definitions=words.fields, teams=words.teams)
    if read_query(patch.get("q"), default_region=words.region) is None and "q" in patch:
        after = replace(after, q=None)
    if patch.get("filter") is not None:
        parse(patch["filter"], words, pointer="/filter")
        after = replace(after, filter=by_ids(connection, patch["filter"], asker=asker))
        if len(orjson.dumps(after.filter)) > rules.MAX_BYTES:
            raise Invalid.at("/filter", "too_long", f"at most {rules.MAX_BYTES} bytes can be kept")
    return after


def _tags_met(connection: Connection, words: Iterable[str], *, asker: Asker) -> dict[str, str]:
    """By each id or name the id of the tag. Agents know the tags of customers that they see: of another one
    they must not learn by its id that it is there."""
    found = tags.find_tags(connection, words)
    if asker.scope.is_admin or not found:
        return {word: str(tag.id) for word, tag in found.items()}
    customers = Counting(connection, asker.scope).count(set(found.values()))
    return {word: str(tag.id) for word, tag in found.items() if customers[tag.number].value}


def _frozen(saved: SavedFilter) -> Json:
    return {"q": saved.q, "filter": saved.filter, "sort": saved.sort, "time_zone": saved.time_zone}


def _in_its_zone(zone: str, asker: Asker) -> Asker:
    """Zones are renamed and taken out of the database of zones, though seldom."""
    return replace(asker, zone=find_zone(zone) or asker.zone)


def _lock(connection: Connection, filter_id: Any, *, asker: Asker, version: int | None) -> SavedFilter:
    """One that the caller may change, at the version that they saw. Its owner's others wait."""
    seen = get(connection, filter_id, asker=asker)
    repository.take_turn(connection, seen.owner_id)
    saved = repository.lock(connection, asker.scope, seen.id)
    if saved is None:
        raise not_found()
    if str(saved.owner_id) != asker.scope.user_id and not asker.scope.is_admin:
        raise Forbidden("owner_only")
    if version is not None and version != saved.version:
        raise Stale("stale", {"current": messages(connection, [saved], asker=asker)[0]})
    return saved


def _check_name(connection: Connection, saved: SavedFilter) -> None:
    repository.take_turn(connection, saved.owner_id)
    holder = repository.find_named(connection, saved.owner_id, saved.name)
    if holder and holder[0] != saved.id:
        raise Conflict("filter_exists", {"saved_filter": {"id": str(holder[0]), "name": holder[1]}})
