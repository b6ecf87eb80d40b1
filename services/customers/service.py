"""The customers service: who the people are that the company talks to.

Each capability brings its own entrypoints; here they are put together and given what they need.
"""

from __future__ import annotations

from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from services.customers.bulk.entrypoints import BulkEntrypoints
from services.customers.directory.entrypoints import DirectoryEntrypoints
from services.customers.directory.subscribers import CacheDirectory
from services.customers.fields.entrypoints import FieldEntrypoints
from services.customers.filters.entrypoints import FilterEntrypoints
from services.customers.history.entrypoints import HistoryEntrypoints
from services.customers.history.subscribers import RecordConversations
from services.customers.registry.entrypoints import RegistryEntrypoints
from services.customers.search.entrypoints import SearchEntrypoints
from services.customers.settings.entrypoints import SettingsEntrypoints
from services.customers.tags.entrypoints import TagEntrypoints
from services.customers.topology import TOPOLOGY


class CustomersService(
    RegistryEntrypoints,
    SearchEntrypoints,
    HistoryEntrypoints,
    FieldEntrypoints,
    FilterEntrypoints,
    TagEntrypoints,
    BulkEntrypoints,
    SettingsEntrypoints,
    DirectoryEntrypoints,
    ParkedMessages,
):
    """Customers, their addresses and what became of them; custom fields and the settings about customers."""

    name = "customers"

    db = Database()
    events = Subscriber(TOPOLOGY, [RecordConversations, CacheDirectory])
