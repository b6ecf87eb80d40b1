"""One statement for one set of values after another, while the answers before are being looked at."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from typing import Any, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def pipelined(
    connection: Connection, statement: str, values: Iterable[Mapping[str, Any]]
) -> Generator[list[tuple[Any, ...]], None, None]:
    """The rows of each. All are sent at once, so that the database reads the next while the caller is busy
    with one. `statement` is what the driver takes (`%(name)s`). Raises what SQLAlchemy would.

    Nothing else may be asked on this connection until it is exhausted or closed.
    """
    driver = cast(psycopg.Connection[tuple[Any, ...]], connection.connection.driver_connection)
    try:
        with driver.pipeline():
            for answer in [driver.execute(statement, each) for each in values]:
                yield answer.fetchall()
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
