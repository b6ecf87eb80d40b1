"""Calls about notes. Somebody else's team's note does not exist, nor does one of a hidden customer."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from directory import repository as directory_rows
from directory.refresh import with_news
from servicekit.clock import utc_now
from servicekit.database import Database, UnitOfWork
from servicekit.errors import Invalid, NotFound, Stale
from servicekit.ids import new_id
from servicekit.inputs import find_id, object_of, version_of, whole
from servicekit.rights import for_administrators, for_people
from servicekit.rpc import rpc
from servicekit.scope import Scope
from services.tasks.customers import VisibleCustomer, get_visible, visible
from services.tasks.notes import queries, repository
from services.tasks.notes.announcements import note_created_v1
from services.tasks.notes.domain import changes
from services.tasks.notes.domain.forms import NewNote, NotePatch, read_note, read_patch
from services.tasks.notes.domain.note import Note, may_read
from services.tasks.notes.domain.teams import team_of
from services.tasks.notes.messages import change_message, note_message
from services.tasks.notes.windows import read_feed_window, read_window
from services.tasks.rights import check_author

Json = dict[str, Any]
MAX_LIMIT = 200
MAX_MOVED = 5_000


class NoteEntrypoints:
    """Mixin of TasksService."""

    db: Database
    gateway: Any
    customers: Any

    @rpc
    def list_notes(
        self,
        scope: Json,
        customer_id: str,
        limit: int = 50,
        cursor: str | None = None,
        pinned: bool | None = None,
    ) -> Json:
        """Newest first. Of an absorbed customer only whom it moved to."""
        caller, window = for_people(scope), read_window(limit, cursor, pinned=pinned)
        customer = get_visible(self.customers, caller, customer_id)
        if customer.id != find_id(customer_id):
            return {"moved_to": str(customer.id)}
        with self.db.reading() as connection:
            notes = queries.list_notes(connection, caller, customer.members, window)
        following = queries.cursor_after(notes[limit - 1]) if len(notes) > limit else None
        return {"data": [note_message(note, customer.id) for note in notes[:limit]], "next": following}

    @rpc
    def list_note_feed(
        self,
        scope: Json,
        customer_id: str,
        after: Json | None = None,
        limit: int = 50,
        since: str | None = None,
        until: str | None = None,
    ) -> Json:
        """The notes of a customer as items of their history: strictly older than `after`, before `until`."""
        caller, window = for_people(scope), read_feed_window(after, limit, since, until)
        customer = get_visible(self.customers, caller, customer_id)
        if customer.id != find_id(customer_id):
            return {"moved_to": str(customer.id)}
        with self.db.reading() as connection:
            notes = queries.list_notes(connection, caller, customer.members, window)
        data = [note_message(note, customer.id) for note in notes[:limit]]
        return {"data": data, "more": len(notes) > limit}

    @rpc
    def create_note(self, scope: Json, customer_id: str, data: Json, idempotency: Json | None = None) -> Json:
        """One of the team given, or of the one that fits. On an absorbed customer it is the survivor's."""
        caller, new = for_people(scope), read_note(object_of(data))
        customer = get_visible(self.customers, caller, customer_id, with_teams=True)
        if caller.is_admin:  # who may name a team that is so new that our copy does not know it
            work = partial(self._create_note, caller, customer, new, idempotency)
            note = with_news(self.db, self.gateway, work)
        else:
            note = self._create_note(caller, customer, new, idempotency)
        if isinstance(note, Note):
            return _answer(note, customer.id)
        return _answer(*self._get_note(caller, note["id"]), replayed=True)

    @rpc
    def get_note(self, scope: Json, note_id: str) -> Json:
        note, customer_id = self._get_note(for_people(scope), note_id)
        return note_message(note, customer_id)

    @rpc
    def update_note(
        self,
        scope: Json,
        note_id: str,
        patch: Json,
        version: int | None = None,
        idempotency: Json | None = None,
    ) -> Json:
        """Whoever reads it pins it; its author and administrators edit it. Raises Stale, Forbidden."""
        caller, wanted, seen = for_people(scope), read_patch(object_of(patch)), version_of(version)
        note, customer_id = self._get_note(caller, note_id)
        with self.db.unit_of_work() as uow:
            if _find_outcome(uow, caller, idempotency):
                return _answer(note, customer_id, replayed=True)
            note = _lock(uow, caller, note)
            _check_change(caller, note, wanted)
            _check_version(note, seen, customer_id)
            note, told = changes.changed(note, wanted, at=utc_now())
            if told:
                repository.save(uow.connection, note, told, by=UUID(caller.user_id))
            uow.idempotency.finish({"status": 200, "id": str(note.id)})
        return _answer(note, customer_id)

    @rpc
    def delete_note(self, scope: Json, note_id: str, version: int | None = None) -> Json:
        """Its author and administrators. Its changes stay, for administrators."""
        caller, seen = for_people(scope), version_of(version)
        note, customer_id = self._get_note(caller, note_id)
        with self.db.unit_of_work() as uow:
            note = _lock(uow, caller, note)
            check_author(caller, note.author_id)
            _check_version(note, seen, customer_id)
            note, told = changes.deleted(note, at=utc_now())
            repository.save(uow.connection, note, told, by=UUID(caller.user_id))
        return {"id": str(note.id)}

    @rpc
    def list_note_changes(
        self, scope: Json, note_id: str, limit: int = 50, cursor: str | None = None
    ) -> Json:
        """What became of a note, the latest first; of a deleted one for administrators."""
        caller, limit = for_people(scope), whole(limit, "/limit", at_least=1, at_most=MAX_LIMIT)
        note, _ = self._get_note(caller, note_id, deleted=caller.is_admin)
        with self.db.reading() as connection:
            page = queries.list_changes(connection, note.id, limit=limit, cursor=cursor)
        return {"data": [change_message(row, caller) for row in page.rows], "next": page.next}

    @rpc
    def team_usage(self, scope: Json, team_id: str) -> Json:
        """How many notes a team has: exactly up to a bound."""
        for_administrators(scope)
        with self.db.reading() as connection:
            notes, relation = queries.count_of_team(connection, _team(team_id, "/team_id"))
        return {"notes": notes, "relation": relation}

    @rpc
    def move_team(self, scope: Json, team_id: str, to: str | None = None, limit: int = 500) -> Json:
        """Some of a team's notes go to another team, or to administrators: call it until it moves none."""
        caller, team = for_administrators(scope), _team(team_id, "/team_id")
        target = None if to is None else _team(to, "/to")
        limit = whole(limit, "/limit", at_least=1, at_most=MAX_MOVED)
        if team == target:
            raise Invalid.at("/to", "same_team", "it is the team itself")
        return {
            "moved": with_news(self.db, self.gateway, lambda: self._move_notes(caller, team, target, limit))
        }

    def _create_note(
        self, caller: Scope, customer: VisibleCustomer, new: NewNote, key: Json | None
    ) -> Note | Json:
        """The note, or the outcome of the first time."""
        with self.db.unit_of_work() as uow:
            if first := _find_outcome(uow, caller, key):
                return first
            known = directory_rows.load(uow.connection).teams if caller.is_admin and new.team else {}
            note, told = changes.written(
                new,
                note_id=new_id(),
                customer_id=customer.id,
                team_id=team_of(new.team, caller, known=known, customers=customer.teams),
                author_id=UUID(caller.user_id),
                at=utc_now(),
            )
            repository.add(uow.connection, note, told)
            uow.outbox.add(note_created_v1(note))
            uow.idempotency.finish({"status": 201, "id": str(note.id)})
        return note

    def _move_notes(self, caller: Scope, team: UUID, target: UUID | None, limit: int) -> int:
        with self.db.unit_of_work() as uow:
            if target is not None and str(target) not in directory_rows.load(uow.connection).teams:
                raise Invalid.at("/to", "unknown_team", "there is no such team")
            by, at = UUID(caller.user_id), utc_now()
            return repository.move(uow.connection, team, to=target, limit=limit, by=by, at=at)

    def _get_note(self, caller: Scope, note_id: object, *, deleted: bool = False) -> tuple[Note, UUID]:
        """The note, and the customer that it belongs to. Raises NotFound unless the caller reads it."""
        asked = find_id(note_id)
        if asked is None:
            raise _not_found()
        with self.db.reading() as connection:
            note = _readable(caller, repository.find(connection, asked), deleted=deleted)
        customer = visible(self.customers, caller, [note.customer_id]).get(note.customer_id)
        if customer is None:
            raise _not_found()
        return note, customer.id


def _lock(uow: UnitOfWork, caller: Scope, note: Note) -> Note:
    """The same note as it is now: it may have been deleted or moved to another team."""
    return _readable(caller, repository.lock(uow.connection, note.id))


def _readable(caller: Scope, note: Note | None, *, deleted: bool = False) -> Note:
    if note is None or not may_read(caller, note) or (note.deleted_at is not None and not deleted):
        raise _not_found()
    return note


def _check_change(caller: Scope, note: Note, patch: NotePatch) -> None:
    if patch.body is not None:
        check_author(caller, note.author_id)


def _check_version(note: Note, seen: int | None, customer_id: UUID) -> None:
    if seen is not None and seen != note.version:
        raise Stale("stale", {"current": note_message(note, customer_id)})


def _find_outcome(uow: UnitOfWork, caller: Scope, key: Json | None) -> Json | None:
    """What the same request led to before; else its key is taken."""
    if not key:
        return None
    return uow.idempotency.begin(key["key"], user_id=caller.user_id, request_hash=key["hash"])


def _answer(note: Note, customer_id: UUID, *, replayed: bool = False) -> Json:
    return {"id": str(note.id), "note": note_message(note, customer_id), "replayed": replayed}


def _team(team_id: object, pointer: str) -> UUID:
    found = find_id(team_id)
    if found is None:
        raise Invalid.at(pointer, "unknown_team", "there is no such team")
    return found


def _not_found() -> NotFound:
    return NotFound("note_not_found")
