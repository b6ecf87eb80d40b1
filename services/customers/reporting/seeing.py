"""Which of very many ids the caller sees: bytes in, bits out, so that neither side makes objects of them."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any, Final

from sqlalchemy import Connection

from servicekit.database.uuids import WIDTH, Uuids
from servicekit.errors import Invalid, TooLarge
from servicekit.scope import Scope
from services.customers.search.running import Budget, read
from services.customers.visibility import visibility_parameters, visible

MAX_IDS: Final = 200_000
LONGEST: Final = 15.0
_SEEN: Final = ord("1")


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
    count = len(ids) // WIDTH
    if not count:
        return ""
    # Hardly anybody was merged: whoever was not is looked up once. Told apart only in the end, so that the
    # planner expects all of them, and reads customers at once rather than one after the other.
    statement = f"""
        SELECT string_agg(int4send(CAST(wanted.place AS integer)), '') FILTER (WHERE
            CASE WHEN asked.root_id = asked.id THEN {visible(scope, "asked")}
                ELSE EXISTS (SELECT FROM customer c WHERE c.id = asked.root_id AND {visible(scope)}) END)
        FROM unnest(CAST(:ids AS uuid[])) WITH ORDINALITY wanted (id, place)
        LEFT JOIN customer asked ON asked.id = wanted.id"""
    parameters = {"ids": Uuids(ids), **visibility_parameters(scope)}
    [[places]] = read(connection, [statement], parameters, budget=Budget(LONGEST))
    return base64.b64encode(_bits(places or b"", count)).decode()


def _bits(places: bytes, count: int) -> bytes:
    """`places`: four bytes each, the first one is 1."""
    digits = bytearray(b"0" * (-(-count // 8) * 8))
    for [place] in struct.iter_unpack(">i", places):
        digits[place - 1] = _SEEN
    return int(digits, 2).to_bytes(len(digits) // 8, "big")
