"""Customers that the dedup service found, as its caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit.scope import Scope
from services.customers import configuration
from services.customers.messages import customer_message
from services.customers.registry import queries

Json = dict[str, Any]


def show(connection: Connection, scope: Scope, ids: Sequence[UUID]) -> dict[str, Json]:
    """By each id that the caller may see: the customer that it is part of now."""
    roots = queries.survivors_of(connection, scope, ids)
    views = queries.list_views(connection, scope, sorted(set(roots.values())))
    current = configuration.current(connection)
    shown = {view["id"]: customer_message(view, scope, current) for view in views}
    return {str(asked): shown[str(root)] for asked, root in roots.items() if str(root) in shown}
