"""What of an upload somebody may see: asked anew each time, of the customers service."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from servicekit.errors import Conflict, NotFound
from servicekit.scope import Scope
from services.reports.uploads.repository import Upload, get_visible

Json = dict[str, Any]
Customers = Callable[..., Any]
AT_ONCE: Final = 80_000  # ids that are asked about in one call; a whole number of bytes as bits
_DEADLINE: Final = 10.0


class Computes(Protocol):
    """Where copies are opened."""

    def run(self, task: Json, *, key: str | None = None, deadline: float) -> Json: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """What the caller sees of a file; None and nothing while it has not been read."""

    rows: int | None
    dropped: int
    columns: list[Json]


def opened(connection: Connection, scope: Scope, upload_id: Any) -> Upload:
    """One that has been read. Raises NotFound, and Conflict while it has not been."""
    upload, job = get_visible(connection, scope, upload_id)
    if upload.columnar_key is None:
        if job.is_finished:
            raise NotFound("upload_not_found")
        raise Conflict("upload_not_ready")
    return upload


def known_columns(upload: Upload, *, masked: bool) -> list[Json]:
    """The columns that the caller may name."""
    return [column for column in upload.columns or () if not (masked and column["contact"])]


def task_of(upload: Upload, scope: Scope, *, masked: bool, customers: Customers, pool: Computes) -> Json:
    """The file as a computing process opens it for the caller. Calls others: never within a transaction."""
    bits = None if scope.is_admin else _bits(upload, scope, customers, pool)
    return {"key": upload.columnar_key, "bits": bits, "masked": masked}


def seen_of(upload: Upload, scope: Scope, *, masked: bool, customers: Customers, pool: Computes) -> Seen:
    """What the file holds, for the caller. Calls others: never within a transaction."""
    if upload.columnar_key is None or upload.rows is None:
        return Seen(None, 0, [])
    if scope.is_admin:
        return Seen(upload.rows, 0, known_columns(upload, masked=masked))
    task = task_of(upload, scope, masked=masked, customers=customers, pool=pool)
    found = pool.run({"do": "columns", "upload": task}, deadline=_DEADLINE)
    return Seen(found["rows"], upload.rows - found["rows"], found["columns"])


def _bits(upload: Upload, scope: Scope, customers: Customers, pool: Computes) -> str:
    """Of each row with an id whether they see whom it is about (base64). Part after part: nobody is held up
    by a message of many megabytes."""
    bits, first = bytearray(), 0
    while True:
        task = {"do": "ids", "upload": {"key": upload.columnar_key}, "first": first, "size": AT_ONCE}
        asked = pool.run(task, deadline=_DEADLINE)["ids"]
        if not asked:
            return base64.b64encode(bits).decode()
        told = customers("visible_bits", scope.dump(), asked, deadline=_DEADLINE)
        bits += base64.b64decode(told["bits"])
        first += AT_ONCE
