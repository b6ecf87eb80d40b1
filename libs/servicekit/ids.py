"""Identifiers: UUID version 7 (RFC 9562), so that ids made later sort later and indexes stay dense."""

from __future__ import annotations

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return UUID(int=uuid_utils.uuid7().int)
