"""Which of very many ids the caller sees: bytes in, bits out, so that neither side makes objects of them."""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from sqlalchemy import Connection

from servicekit.errors import Invalid, TooLarge
from servicekit.scope import Scope
from services.customers.search.running import Budget, read
from services.customers.visibility import visibility_parameters, visible

MAX_IDS: Final = 200_000
WIDTH: Final = 16  # bytes of an id
LONGEST: Final = 15.0


def bytes_of(given: Any) -> bytes:
    """Ids of sixteen bytes each, one behind the other, from their base64. Raises Invalid and TooLarge."""
    try:
        ids = base64.b64decode(given, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise Invalid.at("/ids", "invalid_base64", "base64 is expected") from None
    if len(ids) % WIDTH:
        raise Invalid.at("/ids", "invalid_length", f"ids of {WIDTH} bytes each are expected")
    if len(ids) > MAX_IDS * WIDTH:
        raise TooLarge("too_many_ids", {"limit": MAX_IDS})
    return ids


def bits_of(connection: Connection, scope: Scope, ids: bytes) -> str:
    """Base64 of a bit for each id, the first one the highest of the first byte: 1 for those that the caller
    sees, or that are part of a customer whom they see. Raises Invalid `query_too_expensive`."""
    if not ids:
        return ""
    # Hardly anybody was merged: whoever was not is looked up once.
    statement = f"""
        SELECT string_agg(CASE WHEN seen THEN '1' ELSE '0' END, '' ORDER BY place) FROM (
            SELECT wanted.place, CASE WHEN asked.root_id = asked.id THEN {visible(scope, "asked")}
                ELSE EXISTS (SELECT FROM customer c WHERE c.id = asked.root_id AND {visible(scope)})
                END AS seen
            FROM (SELECT place, substring(:ids FROM place * {WIDTH} + 1 FOR {WIDTH}) AS id
                  FROM generate_series(0, :last) place) wanted
            LEFT JOIN customer asked ON asked.id = CAST(encode(wanted.id, 'hex') AS uuid)) told"""
    parameters = {"ids": ids, "last": len(ids) // WIDTH - 1, **visibility_parameters(scope)}
    [[told]] = read(connection, [statement], parameters, budget=Budget(LONGEST))
    return base64.b64encode(_packed(told)).decode()


def _packed(bits: str) -> bytes:
    count = -(-len(bits) // 8)
    return int(bits.ljust(count * 8, "0"), 2).to_bytes(count, "big")
