"""The import_export service: files that come in, and files that go out.

Each capability is a folder with entrypoints of its own; here they are put together and given what they need.
The work itself is done in worker.py.
"""

from __future__ import annotations

from servicekit.database import Database
from servicekit.rpc import RpcClient
from services.import_export.exporting.entrypoints import ExportEntrypoints
from services.import_export.mapping.entrypoints import MappingEntrypoints
from services.import_export.runs.entrypoints import ImportEntrypoints
from services.import_export.runs.results import ResultEntrypoints
from services.import_export.sweeping.entrypoints import SweepTimers


class ImportExportService(
    ImportEntrypoints,  # from the upload to the start
    MappingEntrypoints,  # saved mappings, templates
    ResultEntrypoints,  # what an import came to
    SweepTimers,
    ExportEntrypoints,  # from asking to the file
):
    """Imports, saved mappings, exports. Customers are read and written by the customers service alone."""

    name = "import_export"

    db = Database()
    customers = RpcClient("customers")
    gateway = RpcClient("gateway")
