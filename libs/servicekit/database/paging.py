"""Keyset pages: a cursor names the last row seen, so that page 1,000 costs what page 1 does.

Nulls come last in both directions, and the id breaks ties. A cursor is opaque to callers; one that was
made for another order is refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    SmallInteger,
    and_,
    false,
    or_,
    tuple_,
)

from servicekit import jsonio
from servicekit.clock import parse_rfc3339, to_rfc3339
from servicekit.errors import Invalid

MAX_CURSOR: Final = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class SortKey:
    """One column or expression to sort by. `nullable` only if it can be null: it costs a second query."""

    expression: ColumnElement[Any]
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, and the cursor of the next one; None after the last."""

    rows: Sequence[Row[Any]]
    next: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Keyset:
    """An order. `name` is part of every cursor: another order needs another name (`name`, `-name`).

    The id is sorted in the direction of the last key, so an index `(key DESC, id DESC)` serves both ways.
    """

    name: str
    keys: Sequence[SortKey]
    id: ColumnElement[Any]

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """What a statement has to select besides its own columns for `cursor_after`."""
        return [*(key.expression for key in self.keys), self.id]

    def order_by(self) -> list[ColumnElement[Any]]:
        """For `Select.order_by`."""
        return [*map(_ordered, self.keys), self.id.desc() if self._descending else self.id.asc()]

    def segments(self, cursor: str | None) -> list[ColumnElement[bool] | None]:
        """What comes after the cursor: a condition for each stretch of the order that an index can walk.

        Read them in turn until the page is full. Raises Invalid `invalid_cursor` at /cursor.
        """
        if cursor is None:
            return [None]
        values, last_id = self.position(cursor)
        first = self.keys[0] if self.keys else None
        if first is None or not first.nullable or len(self.keys) > 1:
            return [self._after(values, last_id)]
        ids_after = self._beyond(self.id, last_id, self._descending)
        if values[0] is None:
            return [and_(first.expression.is_(None), ids_after)]
        return [_row_after([first.expression, self.id], [values[0], last_id], self._descending),
                first.expression.is_(None)]  # fmt: skip

    def after(self, cursor: str) -> ColumnElement[bool]:
        """The same as one condition, for statements that cannot run twice."""
        segments = [segment for segment in self.segments(cursor) if segment is not None]
        return or_(false(), *segments)

    def cursor_after(self, values: Sequence[Any], last_id: Any) -> str:
        """The cursor behind a row with these key values and this id."""
        content = jsonio.dumps([self.name, [_to_json(value) for value in values], _to_json(last_id)])
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    @property
    def _descending(self) -> bool:
        return bool(self.keys) and self.keys[-1].descending

    def _after(self, values: list[Any], last_id: Any) -> ColumnElement[bool]:
        directions = {key.descending for key in self.keys}
        if len(directions) <= 1 and not any(key.nullable for key in self.keys):
            return _row_after(self.columns, [*values, last_id], self._descending)
        steps: list[ColumnElement[bool]] = []
        same: list[ColumnElement[bool]] = []
        for key, value in zip(self.keys, values, strict=True):
            steps.append(and_(*same, _key_after(key, value)))
            same.append(key.expression.is_(None) if value is None else key.expression == value)
        return or_(*steps, and_(*same, self._beyond(self.id, last_id, self._descending)))

    @staticmethod
    def _beyond(column: ColumnElement[Any], value: Any, descending: bool) -> ColumnElement[bool]:
        beyond: ColumnElement[bool] = column < value if descending else column > value
        return beyond

    def position(self, cursor: str) -> tuple[list[Any], Any]:
        """The key values and the id that a cursor names, for statements of one's own.

        Raises Invalid `invalid_cursor` at /cursor.
        """
        try:
            name, values, last_id = _decode(cursor)
            if name != self.name or len(values) != len(self.keys):
                raise ValueError("made for another order")
            opened = [_from_json(v, key.expression) for v, key in zip(values, self.keys, strict=True)]
            if any(value is None and not key.nullable for value, key in zip(opened, self.keys, strict=True)):
                raise ValueError("null in a key that has none")
            if last_id is None:
                raise ValueError("no id")
            return opened, _from_json(last_id, self.id)
        except (ValueError, TypeError, KeyError, OverflowError, binascii.Error):
            detail = "This cursor is not one of this list and order."
            raise Invalid.at("/cursor", "invalid_cursor", detail) from None


def list_page(
    connection: Connection, statement: Select[Any], keyset: Keyset, *, cursor: str | None, limit: int
) -> Page:
    """Up to `limit` rows of `statement` after the cursor. The keys need not be among its columns."""
    own = len(statement.selected_columns)
    ordered = statement.add_columns(
        *(column.label(f"_keyset_{index}") for index, column in enumerate(keyset.columns))
    ).order_by(*keyset.order_by())
    rows: list[Row[Any]] = []
    for segment in keyset.segments(cursor):
        part = ordered if segment is None else ordered.where(segment)
        rows += connection.execute(part.limit(limit + 1 - len(rows))).all()
        if len(rows) > limit:
            break
    if len(rows) <= limit:
        return Page(rows, None)
    *values, last_id = rows[limit - 1][own:]
    return Page(rows[:limit], keyset.cursor_after(values, last_id))


def _ordered(key: SortKey) -> ColumnElement[Any]:
    if not key.descending:
        return key.expression.asc()  # nulls last is PostgreSQL's default here
    # On a column without nulls NULLS LAST would only keep PostgreSQL from using a plain index.
    return key.expression.desc().nulls_last() if key.nullable else key.expression.desc()


def _key_after(key: SortKey, value: Any) -> ColumnElement[bool]:
    if value is None:
        return false()
    beyond = key.expression < value if key.descending else key.expression > value
    return or_(beyond, key.expression.is_(None)) if key.nullable else beyond


def _row_after(columns: list[ColumnElement[Any]], values: list[Any], descending: bool) -> ColumnElement[bool]:
    here, there = tuple_(*columns), tuple_(*values, types=[column.type for column in columns])
    return here < there if descending else here > there


def _decode(cursor: str) -> tuple[str, list[Any], Any]:
    if len(cursor) > MAX_CURSOR or not cursor.isascii():
        raise ValueError("too long")
    content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    name, values, last_id = jsonio.loads_strict(content)
    if not isinstance(values, list):
        raise ValueError("no values")
    return name, values, last_id


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_rfc3339(value)
    return str(value) if isinstance(value, UUID) else value


def _from_json(value: Any, column: ColumnElement[Any]) -> Any:
    """The value in the column's own type, so that a forged cursor fails here and not in the database."""
    if value is None:
        return None
    kind = column.type.python_type
    if kind is datetime:
        return parse_rfc3339(value)
    if kind is UUID:
        return UUID(value)
    if type(value) is int and isinstance(column.type, Integer):
        return _within(value, column.type)
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    raise ValueError("another type")


def _within(value: int, kind: Integer) -> int:
    bits = 16 if isinstance(kind, SmallInteger) else 64 if isinstance(kind, BigInteger) else 32
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise ValueError("more than the column holds")
    return value
