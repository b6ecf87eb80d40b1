"""Bearer tokens: 32 random bytes behind a prefix that says what they are. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

SESSION: Final = "session_"
API_KEY: Final = "key_"
_RANDOM_BYTES: Final = 32
# Base64 of 32 bytes; whatever is longer than any token is refused without hashing it.
_LONGEST: Final = len(SESSION) + 43


@dataclass(frozen=True, slots=True)
class Token:
    """A new token: `text` goes to its owner once, `digest` into the database."""

    text: str
    digest: bytes


def new_token(prefix: str) -> Token:
    text = prefix + secrets.token_urlsafe(_RANDOM_BYTES)
    return Token(text, hashlib.sha256(text.encode()).digest())


def digest_of(presented: bytes) -> bytes | None:
    """What to look up for a token as it came over the wire; None when it cannot be one of ours."""
    if len(presented) > _LONGEST or not presented.startswith((b"session_", b"key_")):
        return None
    return hashlib.sha256(presented).digest()
