"""F-rename and H-tags: what the words of customers cost, options and tags, at each size.

Measured is the service's own call, without bus and gateway, over one connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from bench.figures.scale import milliseconds
from bench.load import percentile
from bench.report import Figure
from bench.room import Room
from bench.rows import PLAN_FIELD
from bench.standing import ASKING
from servicekit.database import Transactions
from services.customers.service import CustomersService

_ADMIN = ASKING[0].scope
_MORE_THAN_COUNTING_MS = 20
_PAGE = 50
_USERS = b"SELECT count(*) FROM customer c WHERE c.live AND c.opt_ids && ARRAY[%s::integer]"


def measure_rename(room: Room) -> Iterator[Figure]:
    """The rarest option and the commonest get a new name; the answer has the exact number of users."""
    for customers, url in room.standing_databases():
        for option in _extremes(url):
            yield _rename(url, customers, option, repeats=room.options.repeats)


def measure_tags(room: Room) -> Iterator[Figure]:
    """The first fifty tags, with how many of the customers that the caller sees have each."""
    for customers, url in room.standing_databases():
        service, database = _service(url)
        for asking in (it for it in ASKING if it.name in ("admin", "large", "tiny")):
            times = [
                milliseconds(lambda: service.list_tags(asking.scope, _PAGE, None))  # noqa: B023
                for _ in range(room.options.repeats + 1)
            ][1:]
            yield Figure(
                id=f"H-tags {customers:,} {asking.name}",
                unit="ms",
                ours=percentile(times, 95),
                **_percentiles(times),
                n=len(times),
            )
        database.close()


def _rename(url: str, customers: int, option: dict[str, Any], *, repeats: int) -> Figure:
    service, database = _service(url)
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        number = _number(connection, option)
        users = _one(connection, _USERS, number)
        ours, bare = [], []
        for turn in (*range(repeats), None):  # the last one gives it its own name back
            label = option["label"] if turn is None else f"{option['label']} {turn}"
            version = service.get_custom_field(_ADMIN, PLAN_FIELD)["version"]
            rename = {"label": label}
            ours.append(
                milliseconds(
                    lambda: service.update_option(_ADMIN, PLAN_FIELD, option["id"], rename, version)  # noqa: B023
                )
            )
            bare.append(milliseconds(lambda: _one(connection, _USERS, number)))
    database.close()
    more = percentile(ours, 50) - percentile(bare, 50)
    return Figure(
        id=f"F-rename {customers:,}, {users:,} users",
        unit="ms",
        ours=percentile(ours, 50),
        yardstick=percentile(bare, 50),
        ratio=percentile(ours, 50) / percentile(bare, 50),
        **_percentiles(ours),
        n=len(ours),
        reach=f"the bare count + {_MORE_THAN_COUNTING_MS} ms",
        reached=more <= _MORE_THAN_COUNTING_MS,
        note=f"{more:+.1f} ms",
    )


def _percentiles(times: list[float]) -> dict[str, Any]:
    return {f"p{percent}_ms": percentile(times, percent) for percent in (50, 95, 99)}


def _extremes(url: str) -> list[dict[str, Any]]:
    service, database = _service(url)
    options = service.get_custom_field(_ADMIN, PLAN_FIELD)["options"]
    database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        by_users = sorted(options, key=lambda it: _one(connection, _USERS, _number(connection, it)))
    return [by_users[0], by_users[-1]]


def _service(url: str) -> tuple[CustomersService, Transactions]:
    database, service = Transactions.connect(url, service="customers", pool_size=1), CustomersService()
    service.db = database  # type: ignore[assignment]
    return service, database


def _number(connection: psycopg.Connection, option: dict[str, Any]) -> int:
    return _one(connection, b"SELECT id FROM custom_option WHERE public_id = %s::uuid", option["id"])


def _one(connection: psycopg.Connection, statement: bytes, value: Any) -> int:
    row = connection.execute(statement, [value]).fetchone()
    assert row is not None
    return int(row[0])
