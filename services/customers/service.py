"""The customers service: who the people are that the company talks to.

Each capability is a folder with entrypoints of its own; here they are put together and given what they
need. What takes longer than a call is in worker.py.
"""

from __future__ import annotations

from directory.entrypoints import DirectoryEntrypoints
from directory.subscriber import CacheDirectory
from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from services.customers.bulk.entrypoints import BulkEntrypoints
from services.customers.exporting.entrypoints import ExportEntrypoints
from services.customers.fields.entrypoints import FieldEntrypoints
from services.customers.filters.entrypoints import FilterEntrypoints
from services.customers.history.entrypoints import HistoryEntrypoints
from services.customers.history.subscribers import RecordHistory
from services.customers.importing.entrypoints import ImportEntrypoints
from services.customers.matching.entrypoints import MatchingEntrypoints
from services.customers.merging.entrypoints import MergingEntrypoints
from services.customers.outreach.entrypoints import OutreachEntrypoints
from services.customers.outreach.subscribers import CloseRequests, note_returned
from services.customers.profile.entrypoints import ProfileEntrypoints
from services.customers.registry.entrypoints import RegistryEntrypoints
from services.customers.reporting.entrypoints import ReportEntrypoints
from services.customers.search.entrypoints import SearchEntrypoints
from services.customers.settings.entrypoints import SettingsEntrypoints
from services.customers.tags.entrypoints import TagEntrypoints
from services.customers.topology import TOPOLOGY


class CustomersService(
    RegistryEntrypoints,  # customers and their addresses: each person once
    HistoryEntrypoints,  # what was said with them, and who changed what
    OutreachEntrypoints,  # conversations that people here begin
    MergingEntrypoints,  # several of them are one person
    ProfileEntrypoints,  # the page that shows one of them
    TagEntrypoints,
    FieldEntrypoints,  # what the company wants to know of them besides
    FilterEntrypoints,  # which of them are meant
    SearchEntrypoints,  # who they are, a page at a time
    BulkEntrypoints,  # one change of many; the work is done by worker.py
    ExportEntrypoints,  # page after page of them, for files
    ReportEntrypoints,  # counted by the values of their fields
    ImportEntrypoints,  # rows of spreadsheets, some hundreds at a time
    MatchingEntrypoints,  # what the dedup service finds possible duplicates by
    SettingsEntrypoints,
    DirectoryEntrypoints,  # teams and users, as the gateway has them
    ParkedMessages,  # events that could not be read
):
    """Customers, their addresses and what became of them; custom fields and the settings about customers."""

    name = "customers"

    db = Database(on_returned=note_returned)
    # In this order: both lock conversation requests, and only after the customers, where they lock any.
    events = Subscriber(TOPOLOGY, [RecordHistory, CloseRequests, CacheDirectory])
