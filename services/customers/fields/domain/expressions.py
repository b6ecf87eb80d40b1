"""The SQL by which ordered fields are compared and sorted, and texts are looked into.

Each such field has an index on exactly this expression; written differently, the index is of no use.
"""

from __future__ import annotations

import hashlib
from typing import Final

from services.customers.fields.domain.definitions import Field

ORDERED: Final = frozenset({"number", "date", "datetime"})
INDEXED: Final = ORDERED | {"text", "url"}
INDEX_NAME: Final = r"customer_custom_[0-9a-f]{8}_idx"


def index_name(field: Field) -> str:
    """A key may be longer than PostgreSQL lets a name be."""
    return f"customer_custom_{hashlib.sha256(field.key.encode()).hexdigest()[:8]}_idx"


def expression(field: Field, row: str = "c") -> str:
    """The value of such a field in the customer row aliased `row`; NULL where there is none.

    Dates and datetimes are kept in a form whose bytes sort as the moments do, texts without case and
    accents. A key holds only small letters, digits and underscores, so it may stand in a statement.
    """
    prefix = f"{row}." if row else ""
    if field.type == "number":
        return f"(({prefix}custom->>'{field.key}')::numeric)"
    if field.type in ORDERED:
        return f"(({prefix}custom->>'{field.key}') COLLATE \"C\")"
    if field.type in INDEXED:
        return f"({prefix}custom_search->>'{field.key}')"
    raise ValueError(f"a {field.type} field has no index of its own")


def indexed(field: Field) -> str:
    """What the index of the field is on.

    Of all rows, though lists show the live ones only: PostgreSQL has statistics of an expression from an
    index without a condition. Without them it takes every range for a 200th of all customers.
    """
    value = expression(field, row="")
    ordered = field.type in ORDERED
    return f"customer ({value}, id)" if ordered else f"customer USING gin ({value} gin_trgm_ops)"
