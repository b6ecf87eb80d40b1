"""Ids of rows as sixteen bytes, so that others can be asked which of them somebody sees."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

FIELD: Final = "id"
SIZE: Final = 16
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
# Of no id that was ever issued: version 15 does not exist.
_NEVER_ISSUED: Final = 0xF0


def id_of(value: Any) -> bytes:
    """What is no id of ours becomes one that names nobody, the same for the same value."""
    if isinstance(value, str):
        text = value.strip().lower()
        if _UUID.fullmatch(text):
            return bytes.fromhex(text.replace("-", ""))
        try:
            return UUID(text).bytes
        except ValueError:
            pass
    return _of_nobody(value)


def _of_nobody(value: Any) -> bytes:
    found = bytearray(blake2b(repr(value).encode("utf-8", "replace"), digest_size=SIZE).digest())
    found[6] = _NEVER_ISSUED | (found[6] & 0x0F)
    return bytes(found)
