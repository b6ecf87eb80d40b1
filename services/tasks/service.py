"""The tasks service: what people note down about customers, and what they have to do.

Each capability is a folder with entrypoints of its own; here they are put together and given what they need.
"""

from __future__ import annotations

from directory.entrypoints import DirectoryEntrypoints
from directory.subscriber import CacheDirectory
from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from servicekit.rpc import RpcClient
from services.tasks.topology import TOPOLOGY


class TasksService(
    DirectoryEntrypoints,
    ParkedMessages,  # events that could not be read
):
    """Notes, tasks, reminders. Who may see which customer it asks the customers service, each time anew."""

    name = "tasks"

    db = Database()
    customers = RpcClient("customers")
    events = Subscriber(TOPOLOGY, [CacheDirectory])
