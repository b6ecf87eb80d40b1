"""What lists are sorted by: the columns, their indexes, and where a page goes on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from servicekit.errors import Invalid
from services.customers.cursors import Cursor, invalid_cursor
from services.customers.fields.domain.definitions import Definitions
from services.customers.fields.domain.expressions import ORDERED, expression

DEFAULT_SORT: Final = "-created_at"
_CUSTOM: Final = "custom."
# PostgreSQL reads no number of more digits, and no field holds one.
_MOST_DIGITS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Key:
    """`source` holds the column and the id; customers without a value are a second run behind the others."""

    column: str
    id: str = "c.id"
    source: str = "customer c"
    type: str = "timestamptz"
    has_empties: bool = False
    # An index that has its empties last when walked down has them first when walked up: runs never mix.
    nulls_down: str = ""
    nulls_up: str = ""

    @property
    def with_activity(self) -> bool:
        """Whether the source holds the row `a` of customer_activity."""
        return self.id == "a.customer_id"


_KEYS: Final = {
    "name": Key("c.name_search", type="text"),
    "created_at": Key("c.created_at"),
    "updated_at": Key("c.updated_at"),
    "last_interaction_at": Key(
        "a.last_at",
        "a.customer_id",
        "customer_activity a JOIN customer c ON c.id = a.customer_id",
        has_empties=True,
        nulls_down="NULLS LAST",
        nulls_up="NULLS FIRST",
    ),
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order of a list; `name` is what callers call it."""

    name: str
    key: Key
    descending: bool

    def order_by(self, column: str, id: str) -> str:
        """Of the key's own column, or of another one that holds its values."""
        direction, nulls = ("DESC", self.key.nulls_down) if self.descending else ("ASC", self.key.nulls_up)
        return f"{column} {direction} {nulls}, {id} {direction}"

    def runs(self, after: Cursor | None) -> tuple[bool, ...]:
        """Those with a value come first, then those without; a cursor may be behind the former already."""
        if not self.key.has_empties:
            return (False,)
        return (True,) if after and after.value is None else (False, True)

    def run(self, *, empties: bool, after: Cursor | None) -> tuple[list[str], dict[str, Any]]:
        """The conditions of one run, from the cursor on."""
        key, beyond = self.key, "<" if self.descending else ">"
        conditions = [f"{key.column} IS {'' if empties else 'NOT '}NULL"] if key.has_empties else []
        if after is None:
            return conditions, {}
        if empties:
            return [*conditions, f"{key.id} {beyond} :after_id"], {"after_id": after.id}
        conditions.append(f"({key.column}, {key.id}) {beyond} (CAST(:after AS {key.type}), :after_id)")
        return conditions, {"after": _value(after, key.type), "after_id": after.id}


def read_sort(sort: str, fields: Definitions, *, pointer: str = "/sort") -> Order:
    """Raises Invalid for what nothing is sorted by."""
    name = sort.removeprefix("-") if isinstance(sort, str) else ""
    key = _KEYS.get(name) or _custom_key(name, fields)
    if key is None:
        known = f"{', '.join(_KEYS)} or custom.<key> of a number or date, with - for descending"
        raise Invalid.at(pointer, "unknown_sort", f"one of {known}")
    return Order(sort, key, sort.startswith("-"))


def _custom_key(name: str, fields: Definitions) -> Key | None:
    field = fields.by_key.get(name.removeprefix(_CUSTOM)) if name.startswith(_CUSTOM) else None
    if field is None or field.type not in ORDERED:
        return None
    return Key(expression(field), type="numeric" if field.type == "number" else "text", has_empties=True)


def _value(after: Cursor, type: str) -> Any:
    if type == "timestamptz":
        return after.moment()
    return _number(after.value) if type == "numeric" else after.value


def _number(value: str | None) -> Decimal:
    try:
        number = Decimal(value or "")
    except InvalidOperation:
        raise invalid_cursor() from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise invalid_cursor()
    return number
