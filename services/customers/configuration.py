"""What administrators decided, as of this call: settings, custom fields, the directory.

Every call needs it and it changes rarely. So one tiny statement asks the database whether anything
changed, and only then it is read again: each replica sees a change with its next call, without a
message that could be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, text

from directory import repository as directory_rows
from directory.model import Directory
from servicekit import jsonio
from services.customers.fields import repository as field_rows
from services.customers.fields.domain.definitions import Definitions
from services.customers.settings import repository as settings_rows
from services.customers.settings.domain import CustomerSettings

# Versions only rise and no field is ever deleted, so their sum changes with every change. A transaction
# that is rolled back may leave its version to the next one, though never its xmin.
#
# An expression, so that a statement that reads something else may ask for it on the way: see `as_of`.
STAMPS: Final = """json_build_array(
    (SELECT (version, xmin::text)::text FROM customer_settings),
    (SELECT (sum(version), sum(xmin::text::bigint))::text FROM custom_field),
    (SELECT (revision, xmin::text)::text FROM directory_state))"""
_STAMPS = text(f"SELECT CAST({STAMPS} AS text)")
_SETTINGS, _FIELDS, _DIRECTORY = range(3)


@dataclass(frozen=True)
class Configuration:
    settings: CustomerSettings
    fields: Definitions
    directory: Directory


Stamps = list[str | None]

# By the pool of connections, which is one for each database.
_known: WeakKeyDictionary[Pool, tuple[Stamps, Configuration]] = WeakKeyDictionary()


def current(connection: Connection) -> Configuration:
    """As the transaction sees it now; settings, fields and directory may each be newer than asked for."""
    return as_of(connection, jsonio.loads(connection.execute(_STAMPS).scalar_one()))


def as_of(connection: Connection, stamps: Stamps) -> Configuration:
    """The same for who has read STAMPS already."""
    pool = connection.engine.pool
    known = _known.get(pool)
    if known is not None and known[0] == stamps:
        return known[1]
    configuration = _load(connection, stamps, *(known or ([], None)))
    _known[pool] = stamps, configuration
    return configuration


def _load(
    connection: Connection, stamps: Stamps, known: Stamps, configuration: Configuration | None
) -> Configuration:
    """Only the parts that changed: users come and go more often than fields."""

    def same(part: int) -> bool:
        return configuration is not None and known[part] == stamps[part]

    return Configuration(
        configuration.settings if configuration and same(_SETTINGS) else settings_rows.load(connection),
        configuration.fields if configuration and same(_FIELDS) else field_rows.load(connection),
        configuration.directory if configuration and same(_DIRECTORY) else directory_rows.load(connection),
    )
