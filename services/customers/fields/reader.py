"""The definitions of custom fields as they are now, for the other capabilities."""

from sqlalchemy import Connection

from services.customers import configuration
from services.customers.fields.domain.definitions import Definitions


def current(connection: Connection) -> Definitions:
    return configuration.current(connection).fields
