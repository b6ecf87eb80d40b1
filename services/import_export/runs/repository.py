"""Runs of imports in the database: written here, each change with a new version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, null, select, text, update

from directory.file_rights import Rights
from servicekit.clock import utc_now
from servicekit.database import UnitOfWork
from servicekit.errors import Forbidden, NotFound
from servicekit.inputs import find_id
from servicekit.scope import Scope
from services.import_export.tables import import_run

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One upload as it stood when it was read."""

    id: UUID
    created_by: str
    phase: str
    job_id: UUID | None
    filename: str
    size: int
    sha256: str
    storage_key: str | None
    detected: Json | None
    suggested: Json | None
    mapping: Json | None
    options: Json | None
    rights: Json | None
    rows: int | None
    blank: int | None
    counts: dict[str, int]
    found: Json
    problem: Json | None
    drifted: int
    undone: Json | None
    refused: Json | None
    ending: str | None
    version: int
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


COLUMNS: Final = [import_run.c[name] for name in ImportRun.__dataclass_fields__]
# For lists: what a file is long in is left where it is.
_LONG: Final = frozenset({"detected", "suggested", "mapping", "found", "undone"})
LISTED: Final = [null().label(column.name) if column.name in _LONG else column for column in COLUMNS]

# What was shown of the jobs of before goes on in the version of the run, so that it only ever rises.
_JOB_VERSIONS: Final = text("""
    SELECT coalesce(sum(version), 0) FROM job WHERE id = ANY(
        SELECT job_id FROM import_run WHERE id = :id
        UNION SELECT job_id FROM import_part WHERE import_id = :id)""")


def to_run(row: Row[Any]) -> ImportRun:
    """From a row that has (at least, and first) the columns of a run."""
    return ImportRun(*row[: len(COLUMNS)])


def find(connection: Connection, import_id: UUID, *, lock: bool = False) -> ImportRun | None:
    """With `lock` nobody else changes it before the transaction ends."""
    statement = select(*COLUMNS).where(import_run.c.id == import_id)
    row = connection.execute(statement.with_for_update(key_share=True) if lock else statement).first()
    return None if row is None else to_run(row)


def get(connection: Connection, import_id: UUID, *, lock: bool = False) -> ImportRun:
    """Raises NotFound `import_not_found`."""
    found = find(connection, import_id, lock=lock)
    if found is None:
        raise NotFound("import_not_found")
    return found


def get_visible(connection: Connection, scope: Scope, import_id: object, *, lock: bool = False) -> ImportRun:
    """Raises NotFound, the same for one of somebody else and for one that never was.

    Raises Forbidden for who may see less by now than was found out for them.
    """
    asked = find_id(import_id)
    if asked is None:
        raise NotFound("import_not_found")
    found = get(connection, asked, lock=lock)
    if not is_visible(found, scope):
        raise NotFound("import_not_found")
    if found.rights and not Rights.of(scope, masked=False).reach(Rights.load(found.rights)):
        raise Forbidden("import_not_yours_any_more")
    return found


def is_visible(run: ImportRun, scope: Scope) -> bool:
    return scope.is_admin or run.created_by == scope.user_id


def add(uow: UnitOfWork, **values: Any) -> None:
    now = utc_now()
    uow.connection.execute(insert(import_run).values(created_at=now, updated_at=now, **values))


def save(uow: UnitOfWork, import_id: UUID, **values: Any) -> None:
    """These columns, of a run that the caller has locked. A new `job_id` takes over from those before."""
    gained = 1
    if "job_id" in values:
        gained += uow.connection.execute(_JOB_VERSIONS, {"id": import_id}).scalar_one()
    changes = {**values, "version": import_run.c.version + gained, "updated_at": utc_now()}
    uow.connection.execute(update(import_run).where(import_run.c.id == import_id).values(changes))


def note_rights(uow: UnitOfWork, import_id: UUID, scope: Scope, known: Json | None) -> None:
    """Rows are decided on with those of `scope`, too. Nothing of it is shown, so that its version stays."""
    rights = Rights.of(scope, masked=False)
    if known and Rights.load(known).with_those(rights) == Rights.load(known):
        return
    run = get(uow.connection, import_id, lock=True)
    both = Rights.load(run.rights).with_those(rights) if run.rights else rights
    statement = update(import_run).where(import_run.c.id == import_id).values(rights=both.dump())
    uow.connection.execute(statement)


def lock_file(uow: UnitOfWork, sha256: str) -> None:
    """Who starts or ends an import of these bytes does it alone, until the transaction ends."""
    digest = hashlib.blake2b(b"import:" + sha256.encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "big", signed=True)
    uow.connection.execute(select(func.pg_advisory_xact_lock(key)))
