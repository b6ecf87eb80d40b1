"""What people do with saved mappings. Whoever may not see one is told that there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.errors import Conflict, Forbidden, NotFound, Stale, TooLarge
from servicekit.ids import new_id
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.import_export.mapping import repository
from services.import_export.mapping.domain import saved as rules
from services.import_export.mapping.domain.saved import SavedMapping, folded_headers
from services.import_export.mapping.domain.wrong import Facts
from services.import_export.mapping.messages import saved_mapping_message

Json = dict[str, Any]


def get(connection: Connection, scope: Scope, mapping_id: Any, *, lock: bool = False) -> SavedMapping:
    """Raises NotFound."""
    known = find_id(mapping_id)
    saved = repository.find(connection, scope, known, lock=lock) if known else None
    if saved is None:
        raise NotFound("mapping_not_found")
    return saved


def offered(connection: Connection, user_id: str, headers: Iterable[object]) -> list[Json]:
    """Id and name of what is kept for files such as one with these headers, the best fit first."""
    found = repository.fitting(connection, user_id, folded_headers(headers))
    return [{"id": str(saved.id), "name": saved.name} for saved in found]


def create(connection: Connection, scope: Scope, data: Json, *, facts: Facts, now: datetime) -> SavedMapping:
    """Raises Conflict mapping_exists, TooLarge, Invalid, Forbidden."""
    owner = UUID(scope.user_id)
    saved = _changed(SavedMapping(new_id(), owner, now, now), scope, data, facts)
    repository.take_turn(connection, owner)
    _check_name(connection, saved)
    if repository.count(connection, owner) >= rules.MAX_KEPT:
        raise TooLarge("too_many_mappings", {"limit": rules.MAX_KEPT})
    repository.add(connection, saved)
    return saved


def update(
    connection: Connection,
    scope: Scope,
    mapping_id: Any,
    patch: Json,
    *,
    version: int | None,
    facts: Facts,
    now: datetime,
) -> SavedMapping:
    """A merge patch. Raises Stale, Conflict mapping_exists, Invalid, Forbidden, NotFound."""
    before = _lock(connection, scope, mapping_id, version=version)
    after = _changed(before, scope, patch, facts)
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=now)
    _check_name(connection, after)
    repository.save(connection, after)
    return after


def delete(connection: Connection, scope: Scope, mapping_id: Any, *, version: int | None) -> SavedMapping:
    saved = _lock(connection, scope, mapping_id, version=version)
    repository.remove(connection, saved.id)
    return saved


def _changed(saved: SavedMapping, scope: Scope, patch: Json, facts: Facts) -> SavedMapping:
    after = rules.changed(saved, patch, facts=facts)
    if after.shared and not saved.shared and not scope.is_admin:
        raise Forbidden("administrators_only")
    return after


def _lock(connection: Connection, scope: Scope, mapping_id: Any, *, version: int | None) -> SavedMapping:
    """One that the caller may change, at the version that they saw. Its owner's others wait."""
    repository.take_turn(connection, get(connection, scope, mapping_id).owner_id)
    saved = get(connection, scope, mapping_id, lock=True)
    if str(saved.owner_id) != scope.user_id and not scope.is_admin:
        raise Forbidden("owner_only")
    if version is not None and version != saved.version:
        raise Stale("stale", {"current": saved_mapping_message(saved)})
    return saved


def _check_name(connection: Connection, saved: SavedMapping) -> None:
    holder = repository.find_named(connection, saved.owner_id, saved.name)
    if holder and holder[0] != saved.id:
        raise Conflict("mapping_exists", {"mapping": {"id": str(holder[0]), "name": holder[1]}})
