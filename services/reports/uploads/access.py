"""What of an upload somebody may see: asked anew each time, of the customers service."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import Connection

from servicekit.errors import Conflict, Invalid, NotFound
from servicekit.scope import Scope
from services.reports.uploads.domain.ids import SIZE
from services.reports.uploads.repository import UPLOADS, Upload

Json = dict[str, Any]
Customers = Callable[..., Any]
AT_ONCE: Final = 50_000  # ids that are asked about in one call; a whole number of bytes as bits
_DEADLINE: Final = 10.0
# What the file says of a column is of all rows: it is not for whoever sees but some of them.
_UNTOLD: Final[Json] = {"samples": [], "filled": None, "distinct": None}


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
    upload, job = UPLOADS.get_visible(connection, scope, upload_id)
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
    bits = None if scope.is_admin else _bits(upload, scope, customers, pool).text
    return _task(upload, bits, masked=masked)


def seen_of(upload: Upload, scope: Scope, *, masked: bool, customers: Customers, pool: Computes) -> Seen:
    """What the file holds, for the caller. Calls others: never within a transaction."""
    if upload.columnar_key is None or upload.rows is None:
        return Seen(None, 0, [])
    if scope.is_admin:
        return Seen(upload.rows, 0, known_columns(upload, masked=masked))
    bits = _bits(upload, scope, customers, pool)
    task = {"do": "columns", "upload": _task(upload, bits.text, masked=masked)}
    try:
        columns = pool.run(task, deadline=_DEADLINE)["columns"]
    except Invalid:  # too large to be looked through at once; a report of a few columns need not be
        columns = [{**each, **_UNTOLD} for each in known_columns(upload, masked=masked)]
    return Seen(upload.rows - bits.unseen, bits.unseen, columns)


class _Bits:
    """Of each row with an id whether they see whom it is about; `unseen`: how many they do not see."""

    def __init__(self) -> None:
        self.unseen = 0
        self._bits = bytearray()

    def add(self, bits: bytes, count: int) -> None:
        """The highest bit of the first byte is that of the first row."""
        self._bits += bits
        self.unseen += count - (int.from_bytes(bits) >> (8 * len(bits) - count)).bit_count()

    @property
    def text(self) -> str:
        return base64.b64encode(self._bits).decode()


def _task(upload: Upload, bits: str | None, *, masked: bool) -> Json:
    return {"key": upload.columnar_key, "bits": bits, "masked": masked}


def _bits(upload: Upload, scope: Scope, customers: Customers, pool: Computes) -> _Bits:
    """Part after part: nobody is held up by a message of many megabytes."""
    bits, first = _Bits(), 0
    while True:
        task = {"do": "ids", "upload": {"key": upload.columnar_key}, "first": first, "size": AT_ONCE}
        asked = pool.run(task, deadline=_DEADLINE)["ids"]
        if not asked:
            return bits
        told = customers("visible_bits", scope.dump(), asked, deadline=_DEADLINE)
        bits.add(base64.b64decode(told["bits"]), len(base64.b64decode(asked)) // SIZE)
        first += AT_ONCE
