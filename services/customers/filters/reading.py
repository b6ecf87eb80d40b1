"""Reads the JSON of a filter: whatever is wrong with it is told at once, each fault with its pointer."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from services.customers.filters.context import Asker
from services.customers.filters.domain.tree import Node


def read_filter(connection: Connection, raw: Any, *, asker: Asker, pointer: str = "/filter") -> Node:
    """The tree that it means to this caller, today. Raises Invalid, `field_hidden` among its codes."""
    raise NotImplementedError
