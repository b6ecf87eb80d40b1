"""Idempotency-Key: what a key is bound to. The promise itself is kept where the write happens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from servicekit.errors import Invalid

_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Key:
    """Bound to caller, operation and body; a service stores it in the transaction of the effect."""

    key: str
    hash: str

    def of(self, body: bytes) -> Key:
        """The same key with another body."""
        return Key(self.key, hashlib.sha256(body).hexdigest())

    def message(self) -> dict[str, str]:
        return {"key": self.key, "hash": self.hash}


def key_from(header: bytes | None, *, user_id: str, target: str, body: bytes) -> Key | None:
    """`target` is method and path with query. None without the header; Invalid when it is unusable."""
    if header is None:
        return None
    if not 0 < len(header) <= _LONGEST or not all(0x20 <= byte < 0x7F for byte in header):
        raise Invalid.at(
            "/Idempotency-Key", "invalid_idempotency_key", "1 to 255 printable ASCII characters."
        )
    bound = "\n".join((user_id, target)).encode() + b"\n" + header
    return Key(hashlib.sha256(bound).hexdigest(), hashlib.sha256(body).hexdigest())
