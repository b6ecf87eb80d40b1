"""The reports service: tables that sum up customers, of a file or as they are now.

Each capability is a folder with entrypoints of its own; here they are put together and given what they need.
The long work is done in worker.py.
"""

from __future__ import annotations

from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from servicekit.rpc import RpcClient
from services.reports.computing.provider import Computing
from services.reports.following.subscribers import RememberFormerLabels
from services.reports.running.entrypoints import PreviewEntrypoints
from services.reports.running.run_entrypoints import RunEntrypoints
from services.reports.running.schema_entrypoints import SchemaEntrypoints
from services.reports.sweeping.entrypoints import SweepTimers
from services.reports.templates.entrypoints import TemplateEntrypoints
from services.reports.templates.naming_entrypoints import NamingEntrypoints
from services.reports.topology import TOPOLOGY
from services.reports.uploads.entrypoints import UploadEntrypoints


class ReportsService(
    SchemaEntrypoints,  # what there is to report on
    PreviewEntrypoints,  # a report at once
    RunEntrypoints,  # in the background
    TemplateEntrypoints,  # configurations that people keep
    NamingEntrypoints,  # which of them a rename is about
    UploadEntrypoints,
    SweepTimers,
    ParkedMessages,  # events that could not be read
):
    """Templates, uploads, previews, runs. Customers are read by the customers service alone."""

    name = "reports"

    db = Database()
    customers = RpcClient("customers")
    computing = Computing()
    events = Subscriber(TOPOLOGY, [RememberFormerLabels])
