"""What administrators decided, as of this call: settings, custom fields, the directory.

Every call needs it and it changes rarely. So one tiny statement asks the database whether anything
changed, and only then it is read again: each replica sees a change with its next call, without a
message that could be late.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, Row, text

from services.customers.directory import repository as directory_rows
from services.customers.directory.domain import Directory
from services.customers.fields import repository as field_rows
from services.customers.fields.domain.definitions import Definitions
from services.customers.settings import repository as settings_rows
from services.customers.settings.domain import CustomerSettings

# Versions only rise and no field is ever deleted, so their sum changes with every change. A transaction
# that is rolled back may leave its version to the next one, though never its xmin.
_STAMPS = text("""
    SELECT (SELECT (version, xmin::text)::text FROM customer_settings) AS settings,
           (SELECT (sum(version), sum(xmin::text::bigint))::text FROM custom_field) AS fields,
           (SELECT (revision, xmin::text)::text FROM directory_state) AS directory
""")


@dataclass(frozen=True)
class Configuration:
    settings: CustomerSettings
    fields: Definitions
    directory: Directory


# By the pool of connections, which is one for each database.
_known: WeakKeyDictionary[Pool, tuple[Row[Any], Configuration]] = WeakKeyDictionary()


def current(connection: Connection) -> Configuration:
    """As the transaction sees it now; settings, fields and directory may each be newer than asked for."""
    stamps = connection.execute(_STAMPS).one()
    pool = connection.engine.pool
    known, configuration = _known.get(pool, (None, None))
    if configuration is None or known is None or known != stamps:
        configuration = _load(connection, stamps, known, configuration)
        _known[pool] = stamps, configuration
    return configuration


def _load(
    connection: Connection, stamps: Row[Any], known: Row[Any] | None, configuration: Configuration | None
) -> Configuration:
    """Only the parts that changed: users come and go more often than fields."""

    def same(part: str) -> bool:
        return known is not None and getattr(known, part) == getattr(stamps, part)

    return Configuration(
        configuration.settings if configuration and same("settings") else settings_rows.load(connection),
        configuration.fields if configuration and same("fields") else field_rows.load(connection),
        configuration.directory if configuration and same("directory") else directory_rows.load(connection),
    )
