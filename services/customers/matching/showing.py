"""Customers that the dedup service found, as its caller may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from servicekit import jsonio
from servicekit.scope import Scope
from services.customers.configuration import Configuration
from services.customers.messages import customer_message
from services.customers.registry.queries import as_the_driver_takes_it
from services.customers.registry.views import VIEW
from services.customers.visibility import visibility_parameters, visible

Json = dict[str, Any]


def show(
    connection: Connection, scope: Scope, ids: Sequence[UUID], configuration: Configuration
) -> dict[str, Json]:
    """By each id that the caller may see: the customer that it is part of now."""
    if not ids:
        return {}
    condition = visible(scope)
    statement = f"""
        SELECT CAST(asked.id AS text), {VIEW} FROM customer asked JOIN customer c ON c.id = asked.root_id
        WHERE asked.id = ANY(CAST(:ids AS uuid[])) AND {condition}"""
    parameters = {"ids": list(ids), **visibility_parameters(scope)}
    rows = connection.exec_driver_sql(as_the_driver_takes_it(statement), parameters)
    return {asked: customer_message(jsonio.loads(view), scope, configuration) for asked, view in rows}
