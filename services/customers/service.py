"""The customers service: who the people are that the company talks to.

Each capability brings its own entrypoints; here they are put together and given what they need.
"""

from __future__ import annotations

from servicekit.database import Database
from services.customers.fields.entrypoints import FieldEntrypoints
from services.customers.registry.entrypoints import RegistryEntrypoints
from services.customers.settings.entrypoints import SettingsEntrypoints


class CustomersService(RegistryEntrypoints, FieldEntrypoints, SettingsEntrypoints):
    """Customers, their addresses and what became of them; custom fields and the settings about customers."""

    name = "customers"

    db = Database()
