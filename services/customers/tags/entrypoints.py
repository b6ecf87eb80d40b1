"""Calls about tags. Everybody who works here uses them; administrators rename, join and delete them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.database.failures import ChangedMeanwhile
from servicekit.errors import Invalid, NotFound, Stale
from servicekit.ids import new_id
from servicekit.inputs import find_id, object_of, version_of, whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.customers.tags import listing, repository
from services.customers.tags.announcements import tag_renamed_v1
from services.customers.tags.domain import changes
from services.customers.tags.domain.changes import TagPatch
from services.customers.tags.domain.tag import KeptTag
from services.customers.tags.messages import name_message

Json = dict[str, Any]
MAX_LIMIT = 200
MAX_Q = 100
MAX_NAMED = 1_000


class TagEntrypoints:
    """Mixin of CustomersService."""

    db: Database

    @rpc
    def list_tags(
        self, scope: Json, limit: int = 50, cursor: str | None = None, q: str | None = None
    ) -> Json:
        """By name. Agents see the tags of customers that they see, and count only those."""
        caller = for_people(scope)
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        with self.db.reading() as connection:
            return listing.page(connection, caller, limit=limit, cursor=cursor, q=(q or "")[:MAX_Q])

    @rpc
    def get_tag(self, scope: Json, tag_id: str) -> Json:
        caller, asked = for_people(scope), _tag(tag_id)
        with self.db.reading() as connection:
            found = repository.find_by_ids(connection, [asked]).get(asked)
            if found is None or found.id != asked:
                raise _not_found()
            message = listing.find(connection, caller, found)
        if message is None:
            raise _not_found()
        return message

    @rpc
    def tags_named(self, scope: Json, ids: list[str] | None = None, names: list[str] | None = None) -> Json:
        """What these ids and names mean today, names of joined tags too: `{ids: {id: {id, name}}, names: …}`.

        What means no tag that the caller sees is left out. Not for people: no route leads here.
        """
        caller = for_people(scope)
        by_id, by_name = _texts(ids, "/ids"), _texts(names, "/names")
        with self.db.reading() as connection:
            found = listing.named(connection, caller, ids=by_id, names=by_name)
        return {kind: {text: name_message(tag) for text, tag in tags.items()} for kind, tags in found.items()}

    @rpc
    def create_tag(self, scope: Json, data: Json, idempotency: Json | None = None) -> Json:
        """One that no customer has yet. Agents make tags by using them."""
        caller, tag = for_administrators(scope), changes.new_tag(object_of(data), tag_id=new_id())
        with self.db.unit_of_work() as uow:
            if (first := _begin(uow, caller, idempotency)) is not None:
                return _answer(uow, caller, first)
            if not repository.add(uow.connection, tag, at=utc_now()):
                raise _taken(uow, tag.name)
            return _done(uow, caller, tag.id)

    @rpc
    def update_tag(
        self,
        scope: Json,
        tag_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """The tag with another name or colour, or the tag it was joined to. Raises Stale, Conflict."""
        caller, wanted = for_administrators(scope), changes.read_patch(object_of(patch))
        with self.db.unit_of_work() as uow:
            if (first := _begin(uow, caller, idempotency)) is not None:
                return _answer(uow, caller, first)
            tag = _lock(uow, caller, tag_id, version)
            return _done(
                uow, caller, _join(uow, tag, wanted) if wanted.merge_into else _edit(uow, tag, wanted)
            )

    @rpc
    def delete_tag(self, scope: Json, tag_id: str, version: int | None = None) -> Json:
        """No customer has it any more, under any of its names."""
        caller = for_administrators(scope)
        with self.db.unit_of_work() as uow:
            tag = _lock(uow, caller, tag_id, version)
            repository.delete(uow.connection, tag, at=utc_now())
        return {"id": str(tag.id)}


def _taken(uow: UnitOfWork, name: str) -> Exception:
    holder = repository.find_holder(uow.connection, name)
    return changes.exists(holder) if holder else ChangedMeanwhile()


def _edit(uow: UnitOfWork, tag: KeptTag, patch: TagPatch) -> UUID:
    holder = repository.find_holder(uow.connection, patch.name) if patch.name else None
    after = changes.changed(tag, patch, holder=holder)
    if after != tag:
        repository.save(uow.connection, tag, after, at=utc_now())
    if after.name != tag.name:
        uow.outbox.add(tag_renamed_v1(tag, after))
    return tag.id


def _join(uow: UnitOfWork, tag: KeptTag, patch: TagPatch) -> UUID:
    assert patch.merge_into is not None
    found = repository.find_by_ids(uow.connection, [patch.merge_into]).get(patch.merge_into)
    target = changes.check_joinable(tag, found)
    repository.join(uow.connection, tag, into=target, at=utc_now())
    uow.outbox.add(tag_renamed_v1(tag, target))
    return target.id


def _lock(uow: UnitOfWork, caller: Scope, tag_id: str, version: int | None) -> KeptTag:
    """The tag as it is now, while no other one is renamed, joined or deleted."""
    repository.take_turn(uow.connection)
    tag, seen = repository.lock(uow.connection, _tag(tag_id)), version_of(version)
    if tag is None:
        raise _not_found()
    if seen is not None and seen != tag.version:
        raise Stale("stale", {"current": listing.find(uow.connection, caller, tag)})
    return tag


def _begin(uow: UnitOfWork, caller: Scope, key: Json | None) -> UUID | None:
    """The tag that the same request led to before."""
    if not key:
        return None
    outcome = uow.idempotency.begin(key["key"], user_id=caller.user_id, request_hash=key["hash"])
    return UUID(outcome["id"]) if outcome else None


def _done(uow: UnitOfWork, caller: Scope, tag_id: UUID) -> Json:
    uow.idempotency.finish({"status": 200, "id": str(tag_id)})
    return {**_answer(uow, caller, tag_id), "replayed": False}


def _answer(uow: UnitOfWork, caller: Scope, tag_id: UUID) -> Json:
    """As it is now: what it was joined to since, if it was."""
    tag = repository.find_by_ids(uow.connection, [tag_id]).get(tag_id)
    message = None if tag is None else listing.find(uow.connection, caller, tag)
    if message is None:
        raise _not_found()
    return {"id": message["id"], "tag": message, "replayed": True}


def _texts(given: Any, pointer: str) -> list[str]:
    """Raises Invalid."""
    asked = given or []
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise Invalid.at(pointer, "invalid_list", "a list of texts is expected")
    if len(asked) > MAX_NAMED:
        raise Invalid.at(pointer, "too_many", f"at most {MAX_NAMED}")
    return asked


def _tag(tag_id: str) -> UUID:
    """What is no id names no tag."""
    found = find_id(tag_id)
    if found is None:
        raise _not_found()
    return found


def _not_found() -> NotFound:
    return NotFound("tag_not_found")
