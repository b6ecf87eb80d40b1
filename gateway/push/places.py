"""The `id` of an event: its place among the news of this process, in a form that tells nothing.

Written as a number it would count what happens that the reader may not see: so the number is
encrypted, under a key that this process alone has, and never the same way twice.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

_BYTES: Final = 8
_LENGTH: Final = 4 * _BYTES


class Places:
    """Writes places and reads its own; those of another process mean nothing here."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def write(self, number: int) -> str:
        salt = secrets.token_bytes(_BYTES)
        return (salt + (number ^ self._mask(salt)).to_bytes(_BYTES, "big")).hex()

    def read(self, text: str) -> int | None:
        """The number; None, or one that never was, for whatever was not written here."""
        if len(text) != _LENGTH:
            return None
        try:
            both = bytes.fromhex(text)
        except ValueError:
            return None
        salt, hidden = both[:_BYTES], both[_BYTES:]
        return int.from_bytes(hidden, "big") ^ self._mask(salt)

    def _mask(self, salt: bytes) -> int:
        return int.from_bytes(hashlib.blake2b(salt, key=self._key, digest_size=_BYTES).digest(), "big")
