"""The settings as they are now, for the other capabilities."""

from sqlalchemy import Connection

from services.customers import configuration
from services.customers.settings.domain import CustomerSettings


def current(connection: Connection) -> CustomerSettings:
    return configuration.current(connection).settings
