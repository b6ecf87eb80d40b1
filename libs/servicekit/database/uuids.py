"""Very many ids for one statement, sent as the bytes that they are: nobody makes an object of each."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from psycopg.adapt import Dumper
from psycopg.pq import Format

WIDTH: Final = 16  # bytes of an id
_LENGTH: Final = 4  # of what says so before each of them
_UUID, _UUIDS = 2950, 2951  # the types uuid and uuid[]


@dataclass(frozen=True, slots=True)
class Uuids:
    """A parameter of the type uuid[]. `content`: sixteen bytes of each id, one behind the other."""

    content: bytes


class UuidsDumper(Dumper):
    """As `array_recv` of PostgreSQL reads them: one dimension, no nulls, each with its length before it."""

    format = Format.BINARY
    oid = _UUIDS

    def dump(self, obj: Uuids) -> bytes:
        count = len(obj.content) // WIDTH
        if not count:
            return struct.pack(">iii", 0, 0, _UUID)
        each = _LENGTH + WIDTH
        body = bytearray(count * each)
        body[_LENGTH - 1 :: each] = bytes([WIDTH]) * count
        for at in range(WIDTH):
            body[_LENGTH + at :: each] = obj.content[at::WIDTH]
        return struct.pack(">iiiii", 1, 0, _UUID, count, 1) + body
