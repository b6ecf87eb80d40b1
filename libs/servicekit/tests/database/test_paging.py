"""Keyset pages: every row once, in order, whatever the order; and no cursor but our own."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    column,
    insert,
    select,
)

from servicekit.clock import parse_rfc3339
from servicekit.database import Transactions
from servicekit.database.paging import Keyset, SortKey, list_page
from servicekit.errors import Invalid
from servicekit.ids import new_id
from servicekit.testing.infrastructure import fresh_database

metadata = MetaData()
row = Table(
    "row",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("seen", DateTime(timezone=True)),
)
c = row.c
ORDERS = {
    "name": [SortKey(c.name)],
    "-name": [SortKey(c.name, descending=True)],
    "seen": [SortKey(c.seen, nullable=True)],
    "-seen": [SortKey(c.seen, descending=True, nullable=True)],
    "-rank,name": [SortKey(c.rank, descending=True), SortKey(c.name)],
    "rank,-seen": [SortKey(c.rank), SortKey(c.seen, descending=True, nullable=True)],
    "": [],
}


@pytest.fixture(scope="module")
def db() -> Iterator[Transactions]:
    with fresh_database() as url:
        db = Transactions.connect(url)
        with db.unit_of_work() as uow:
            metadata.create_all(uow.connection, checkfirst=False)
            uow.connection.execute(insert(row), [a_row(random.Random(n)) for n in range(60)])
        yield db
        db.close()


def a_row(chance: random.Random) -> dict[str, Any]:
    moments = [None, *(parse_rfc3339(f"2026-01-0{day}T10:00:00.000001Z") for day in range(1, 5))]
    return {
        "id": new_id(),
        "name": chance.choice("abc"),
        "rank": chance.randrange(3),
        "seen": chance.choice(moments),
    }


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("limit", [1, 7, 60])
def test_pages_together_are_the_whole_list_in_order(db: Transactions, name: str, limit: int) -> None:
    keyset = Keyset(name, ORDERS[name], c.id)
    with db.reading() as connection:
        whole = list(connection.scalars(select(c.id).order_by(*keyset.order_by())))
        found, cursor = [], None
        while True:
            page = list_page(connection, select(c.id), keyset, cursor=cursor, limit=limit)
            assert len(page.rows) <= limit
            found += [shown[0] for shown in page.rows]
            if (cursor := page.next) is None:
                break
    assert found == whole


@pytest.mark.parametrize("name", ["seen", "-seen"])
def test_nulls_come_last_in_both_directions(db: Transactions, name: str) -> None:
    keyset = Keyset(name, ORDERS[name], c.id)
    with db.reading() as connection:
        seen = list(connection.scalars(select(c.seen).order_by(*keyset.order_by())))
    assert None in seen
    assert [moment is None for moment in seen] == sorted(moment is None for moment in seen)


def test_one_condition_says_the_same_as_the_segments(db: Transactions) -> None:
    keyset = Keyset("-seen", ORDERS["-seen"], c.id)
    with db.reading() as connection:
        page = list_page(connection, select(c.id), keyset, cursor=None, limit=20)
        assert page.next is not None
        rest = select(c.id).where(keyset.after(page.next)).order_by(*keyset.order_by())
        assert len(connection.execute(rest).all()) == 40


def cursor_of(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "ä",
        "?",
        "x" * 5_000,
        cursor_of(b"[]"),
        cursor_of(b"{}"),
        cursor_of(b"null"),
        cursor_of(b'["name", "x", 1]'),
        cursor_of(b'["-name", ["x"], "01a20015-748d-706d-804a-859c07c6ad98"]'),
        cursor_of(b'["name", [1], "01a20015-748d-706d-804a-859c07c6ad98"]'),
        cursor_of(b'["name", [null], "01a20015-748d-706d-804a-859c07c6ad98"]'),
        cursor_of(b'["name", ["x"], "1; DROP TABLE row"]'),
        cursor_of(b'["name", ["x"], null]'),
        cursor_of(b'["name", ["x\\u0000"], "01a20015-748d-706d-804a-859c07c6ad98"]'),
        cursor_of(b'["name", ["x", "y"], "01a20015-748d-706d-804a-859c07c6ad98"]'),
    ],
)
def test_a_cursor_that_is_not_one_of_this_order_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        Keyset("name", ORDERS["name"], c.id).segments(cursor)
    [error] = caught.value.payload["errors"]
    assert (error["pointer"], error["code"]) == ("/cursor", "invalid_cursor")


@pytest.mark.parametrize(("kind", "bits"), [(SmallInteger, 16), (Integer, 32), (BigInteger, 64)])
def test_a_number_that_the_column_cannot_hold_is_refused(kind: type[Integer], bits: int) -> None:
    most = 2 ** (bits - 1) - 1
    number = Keyset("number", [SortKey(column("number", kind))], c.id)
    of_ids = Keyset("ids", [], column("id", kind))
    for known in (most, -most - 1):
        assert number.position(number.cursor_after([known], new_id()))[0] == [known]
        assert of_ids.position(of_ids.cursor_after([], known))[1] == known
    for unknown in (most + 1, -most - 2, 10**30):
        for forged in (
            cursor_of(b'["number", [%d], "01a20015-748d-706d-804a-859c07c6ad98"]' % unknown),
            cursor_of(b'["ids", [], %d]' % unknown),
        ):
            for keyset in (number, of_ids):
                with pytest.raises(Invalid):
                    keyset.position(forged)
