"""Which of very many ids the caller sees: bytes in, bits out, so that neither side makes objects of them."""

from __future__ import annotations

import base64
import binascii
import struct
from typing import Any, Final

from sqlalchemy import Connection

from servicekit.database.planning import expected_rows
from servicekit.database.uuids import WIDTH, Uuids
from servicekit.errors import Invalid, TooLarge
from servicekit.scope import Scope
from services.customers.search.running import Budget, read
from services.customers.visibility import visibility_parameters, visible

MAX_IDS: Final = 200_000
LONGEST: Final = 15.0
_SEEN: Final = ord("1")
_PLACE: Final = "int4send(CAST(wanted.place AS integer))"
_WANTED: Final = "unnest(CAST(:ids AS uuid[])) WITH ORDINALITY wanted (id, place)"


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
    parameters = {"ids": Uuids(ids), **visibility_parameters(scope)}
    seen = expected_rows(connection, f"SELECT FROM customer c WHERE {visible(scope)}", parameters)
    statement = _of_those_seen(scope) if seen <= count else _one_by_one(scope)
    [[places]] = read(connection, [statement], parameters, budget=Budget(LONGEST))
    return base64.b64encode(_bits(places or b"", count)).decode()


def _of_those_seen(scope: Scope) -> str:
    """The places of those who are among all whom the caller sees: for whoever sees few."""
    return f"""
        WITH seen AS MATERIALIZED (SELECT c.id FROM customer c WHERE {visible(scope)}),
            merged AS MATERIALIZED (SELECT id, root_id FROM customer WHERE root_id <> id)
        SELECT string_agg({_PLACE}, '') FROM {_WANTED} JOIN (
            SELECT id FROM seen UNION ALL SELECT m.id FROM merged m JOIN seen ON seen.id = m.root_id
        ) shown ON shown.id = wanted.id"""


def _one_by_one(scope: Scope) -> str:
    """The same, but each is looked up: once, but for the few who were merged. They are told apart only in the
    end, or the planner would expect next to none of them."""
    return f"""
        SELECT string_agg({_PLACE}, '') FILTER (WHERE
            CASE WHEN asked.root_id = asked.id THEN {visible(scope, "asked")}
                ELSE EXISTS (SELECT FROM customer c WHERE c.id = asked.root_id AND {visible(scope)}) END)
        FROM {_WANTED} LEFT JOIN customer asked ON asked.id = wanted.id"""


def _bits(places: bytes, count: int) -> bytes:
    """`places`: four bytes each, the first one is 1."""
    digits = bytearray(b"0" * (-(-count // 8) * 8))
    for [place] in struct.iter_unpack(">i", places):
        digits[place - 1] = _SEEN
    return int(digits, 2).to_bytes(len(digits) // 8, "big")
