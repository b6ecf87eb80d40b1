"""Migrations: Alembic, one folder per service, run as a step of its own before the service starts.

    python -m servicekit migrate services.customers            # to the newest
    python -m servicekit migrate services.customers --check    # fails if tables.py and the database differ

Write a migration by hand, in `<package>/migrations/versions/0007_expand_add_customer_phone.py`. The old
version of the service runs while the step does, and for a while after, so a change comes in two:
*expand* (add a nullable column, a table, an index made concurrently; old code keeps working), and in
a later release, when no old code runs any more, *contract* (drop what is unused, add NOT NULL). A package's
env.py is

    from servicekit.database.migrate import run_environment
    from services.customers.tables import metadata

    run_environment(metadata)
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, MetaData, create_engine, pool, text

from servicekit.database.engine import sqlalchemy_url

# A migration that cannot have its lock fails, instead of queueing everybody behind it.
LOCK_TIMEOUT: Final = "5s"
STATEMENT_TIMEOUT: Final = "15min"
_WAIT_FOR_OTHERS: Final = 300.0


class MigrationFailed(Exception):
    """The database is not as the code expects; the message says where."""


def migrate(package: str, url: str, *, check: bool = False, to: str = "head") -> None:
    """Brings the package's database to its newest migration; with `check` it compares and changes nothing.
    Tests of a migration stop before it, with `to`.

    Any number may run at once: one works, the others wait and find nothing to do.
    """
    engine = _engine(url)
    try:
        with _only_one(engine, package), engine.connect() as connection:
            config = _config(package, connection)
            if check:
                _check(config)
            else:
                command.upgrade(config, to)
    finally:
        engine.dispose()


def main(arguments: list[str]) -> int:
    """`[--check] PACKAGE`, with DATABASE_URL in the environment; returns the exit status."""
    packages = [argument for argument in arguments if argument != "--check"]
    try:
        for package in packages:
            migrate(package, os.environ["DATABASE_URL"], check="--check" in arguments)
    except KeyError:
        print("cannot start: DATABASE_URL is missing", file=sys.stderr)
        return 2
    except MigrationFailed as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run_environment(metadata: MetaData, *, made_at_run_time: str | None = None) -> None:
    """The whole of a package's env.py.

    `made_at_run_time` is a regular expression: an index of such a name depends on what the database
    holds, so a check neither expects nor minds it.
    """
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transaction_per_migration=True,
        compare_type=True,
        include_name=None if made_at_run_time is None else _all_but_indexes(made_at_run_time),
    )
    with context.begin_transaction():
        context.run_migrations()


def _all_but_indexes(names: str) -> Callable[[str | None, str, object], bool]:
    def is_compared(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "index" or re.fullmatch(names, name or "") is None

    return is_compared


def _check(config: Config) -> None:
    try:
        command.check(config)
    except CommandError as error:
        raise MigrationFailed(str(error)) from error


def _engine(url: str) -> Engine:
    options = f"-c lock_timeout={LOCK_TIMEOUT} -c statement_timeout={STATEMENT_TIMEOUT}"
    arguments = {"application_name": "migrate", "options": options, "connect_timeout": 10}
    return create_engine(
        sqlalchemy_url(url), poolclass=pool.NullPool, hide_parameters=True, connect_args=arguments
    )


def _config(package: str, connection: Connection) -> Config:
    config = Config()
    # No interpolation: a percent sign in a path is a percent sign.
    config.set_main_option("script_location", str(_folder(package)).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _folder(package: str) -> Path:
    spec = find_spec(package)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location) / "migrations"
        if (folder / "env.py").is_file():
            return folder
    raise MigrationFailed(f"{package} has no migrations/env.py")


@contextmanager
def _only_one(engine: Engine, package: str) -> Iterator[None]:
    """Holds an advisory lock on a connection of its own, outside any transaction.

    (Inside one, `CREATE INDEX CONCURRENTLY` of the migration would wait for it for ever.)
    """
    digest = hashlib.blake2b(b"migrate:" + package.encode(), digest_size=8).digest()
    key = int.from_bytes(digest, "big", signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        deadline = time.monotonic() + _WAIT_FOR_OTHERS
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}):
            if time.monotonic() > deadline:
                raise MigrationFailed(f"another migration of {package} did not finish")
            time.sleep(0.2)
        yield  # closing the connection releases the lock
