"""What people do with templates. Whoever may not see one is told that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.errors import Conflict, Forbidden, NotFound, Stale, TooLarge
from servicekit.ids import new_id
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.reports.configuring.domain.former import Former
from services.reports.facts import Facts
from services.reports.templates import repository
from services.reports.templates.domain import saved as rules
from services.reports.templates.domain.contents import with_contents
from services.reports.templates.domain.saved import Template
from services.reports.templates.messages import template_message

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who does it, with what there is to report on today, and when. `former`: what options and tags were
    called that a form may still name."""

    scope: Scope
    facts: Facts
    now: datetime
    former: Former = field(default_factory=dict)

    @property
    def owner(self) -> UUID:
        return UUID(self.scope.user_id)


def get(connection: Connection, keeper: Keeper, template_id: Any, *, lock: bool = False) -> Template:
    """Raises NotFound."""
    known, masked = find_id(template_id), keeper.facts.masked
    found = repository.find(connection, keeper.scope, known, masked=masked, lock=lock) if known else None
    if found is None:
        raise NotFound("configuration_not_found")
    return found


def create(
    connection: Connection, keeper: Keeper, data: Json, *, uploaded: Sequence[Json] | None
) -> Template:
    """`uploaded`: the columns of the upload that it is about. Raises Conflict configuration_exists, TooLarge,
    Invalid, Forbidden."""
    empty = Template(new_id(), keeper.owner, keeper.now, keeper.now)
    template = _changed(empty, data, keeper, uploaded)
    repository.take_turn(connection, keeper.owner)
    _check_name(connection, template)
    _add(connection, template)
    return template


def update(
    connection: Connection,
    keeper: Keeper,
    template_id: Any,
    patch: Json,
    *,
    version: int | None,
    uploaded: Sequence[Json] | None,
) -> Template:
    """A merge patch; a configuration is replaced as a whole. Raises Stale, Conflict configuration_exists,
    Invalid, Forbidden, NotFound."""
    before = _lock(connection, keeper, template_id, version=version)
    after = _changed(before, patch, keeper, uploaded)
    if after == before:
        return before
    after = replace(after, version=before.version + 1, updated_at=keeper.now)
    _check_name(connection, after)
    repository.save(connection, after)
    return after


def delete(connection: Connection, keeper: Keeper, template_id: Any, *, version: int | None) -> Template:
    template = _lock(connection, keeper, template_id, version=version)
    repository.remove(connection, template.id)
    return template


def duplicate(connection: Connection, keeper: Keeper, template_id: Any, data: Json) -> Template:
    """A copy of the caller's own, for them alone unless `data` says otherwise."""
    original = get(connection, keeper, template_id)
    repository.take_turn(connection, keeper.owner)
    name = _free_name(connection, keeper.owner, original)
    copy = rules.copied(original, id=new_id(), owner=keeper.owner, name=name, now=keeper.now)
    copy = rules.changed(copy, data, scope=keeper.scope, editable=rules.OF_A_COPY)
    _check_name(connection, copy)
    _add(connection, copy)
    return copy


def _free_name(connection: Connection, owner: UUID, original: Template) -> str:
    names = rules.copy_names(original.name)
    return next(name for name in names if repository.find_named(connection, owner, name) is None)


def _changed(template: Template, patch: Json, keeper: Keeper, uploaded: Sequence[Json] | None) -> Template:
    after = rules.changed(template, patch, scope=keeper.scope)
    return with_contents(after, patch, facts=keeper.facts, uploaded=uploaded, former=keeper.former)


def _add(connection: Connection, template: Template) -> None:
    if repository.count(connection, template.owner_id) >= rules.MAX_KEPT:
        raise TooLarge("too_many_configurations", {"limit": rules.MAX_KEPT})
    repository.add(connection, template)


def _lock(connection: Connection, keeper: Keeper, template_id: Any, *, version: int | None) -> Template:
    """One that the caller may change, at the version that they saw. Its owner's others wait."""
    repository.take_turn(connection, get(connection, keeper, template_id).owner_id)
    template = get(connection, keeper, template_id, lock=True)
    if template.owner_id != keeper.owner and not keeper.scope.is_admin:
        raise Forbidden("owner_only")
    if version is not None and version != template.version:
        gone = repository.without_upload(connection, [template])
        current = template_message(template, keeper.scope, keeper.facts, gone=gone)
        raise Stale("stale", {"current": current})
    return template


def _check_name(connection: Connection, template: Template) -> None:
    holder = repository.find_named(connection, template.owner_id, template.name)
    if holder and holder[0] != template.id:
        named = {"id": str(holder[0]), "name": holder[1]}
        raise Conflict("configuration_exists", {"configuration": named})
