"""What all tables share: names of constraints, moments, the reference to a customer."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, ForeignKey, Index, MetaData, Uuid, func, text
from sqlalchemy.schema import SchemaItem

from servicekit.database.tables import NAMES

metadata = MetaData(naming_convention=NAMES)


def moment(name: str, *, required: bool = True, now: bool = False) -> Column:
    return Column(
        name, DateTime(timezone=True), nullable=not required, server_default=func.now() if now else None
    )


def customer_id(*, primary_key: bool = False) -> Column:
    return Column("customer_id", Uuid, ForeignKey("customer.id"), primary_key=primary_key, nullable=False)


def list_index(name: str, *columns: object, using: str = "btree") -> SchemaItem:
    """An index over what lists show: live roots."""
    return Index(name, *columns, postgresql_where=text("live"), postgresql_using=using)  # type: ignore[arg-type]
