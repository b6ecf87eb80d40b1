"""The one row of settings, made when somebody first changes one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.customers.settings.domain import CustomerSettings
from services.customers.tables import customer_settings


def load(connection: Connection) -> CustomerSettings:
    return _to_settings(connection.execute(select(customer_settings)).one_or_none())


def lock(connection: Connection) -> CustomerSettings:
    """The settings as they are, held until the transaction ends."""
    first = CustomerSettings()
    connection.execute(
        insert(customer_settings)
        .values(id=1, values=first.values(), version=first.version, updated_at=func.now())
        .on_conflict_do_nothing()
    )
    return _to_settings(connection.execute(select(customer_settings).with_for_update()).one())


def save(connection: Connection, settings: CustomerSettings) -> None:
    connection.execute(
        update(customer_settings).values(
            values=settings.values(), version=settings.version, updated_at=func.now()
        )
    )


def _to_settings(row: Row[Any] | None) -> CustomerSettings:
    return CustomerSettings() if row is None else CustomerSettings(**row.values, version=row.version)
