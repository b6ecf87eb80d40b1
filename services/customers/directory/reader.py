"""The directory as it is known now, for the other capabilities."""

from sqlalchemy import Connection

from services.customers import configuration
from services.customers.directory.domain import Directory


def current(connection: Connection) -> Directory:
    return configuration.current(connection).directory
