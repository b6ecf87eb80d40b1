"""The SQL by which number, date and datetime fields are compared and sorted.

Each such field has an index on exactly this expression; written differently, the index is of no use.
"""

from __future__ import annotations

import hashlib
from typing import Final

from services.customers.fields.domain.definitions import Field

INDEXED: Final = frozenset({"number", "date", "datetime"})
INDEX_NAME: Final = r"customer_custom_[0-9a-f]{8}_idx"


def index_name(field: Field) -> str:
    """A key may be longer than PostgreSQL lets a name be."""
    return f"customer_custom_{hashlib.sha256(field.key.encode()).hexdigest()[:8]}_idx"


def expression(field: Field, row: str = "c") -> str:
    """The value of an ordered field in the customer row aliased `row`; NULL where there is none.

    Dates and datetimes are kept in a form whose bytes sort as the moments do. A key holds only small
    letters, digits and underscores, so it may stand in the text of a statement.
    """
    prefix = f"{row}." if row else ""
    if field.type == "number":
        return f"(({prefix}custom->>'{field.key}')::numeric)"
    if field.type in INDEXED:
        return f"(({prefix}custom->>'{field.key}') COLLATE \"C\")"
    raise ValueError(f"a {field.type} field has no order")
