"""The rows of a whole file in batches. Brings numpy: for whoever checks an import, and nobody who waits."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import numpy as np

from services.import_export.runs.domain.grouping import Batches, batches_of

_READ_AT_ONCE: Final = 20_000
_READ_KEYS: Final = """
    SELECT n, coalesce(octet_length(CAST(form AS text)), 0), keys FROM import_row
    WHERE import_id = %s AND form IS NOT NULL ORDER BY n"""


def read_batches(connection: Any, import_id: UUID) -> Batches:
    """All rows in batches, read in pieces, on a connection of the driver's."""
    ns, sizes, counts, keys = [], [], [], []
    with connection.transaction(), connection.cursor(name="keys") as cursor:
        cursor.execute(_READ_KEYS, (import_id,))
        while piece := cursor.fetchmany(_READ_AT_ONCE):
            ns.append(np.fromiter((row[0] for row in piece), np.int32, len(piece)))
            sizes.append(np.fromiter((row[1] for row in piece), np.int32, len(piece)))
            counts.append(np.fromiter((len(row[2]) for row in piece), np.int32, len(piece)))
            keys.append(np.fromiter((key for row in piece for key in row[2]), np.int64))
    rows = _joined(ns, np.int32)
    owners = np.repeat(np.arange(len(rows), dtype=np.int32), _joined(counts, np.int32))
    return batches_of(rows, _joined(sizes, np.int32), _joined(keys, np.int64), owners)


def _joined(pieces: list[Any], kind: Any) -> Any:
    whole = np.concatenate(pieces) if pieces else np.empty(0, kind)
    pieces.clear()
    return whole
