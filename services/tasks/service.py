"""The tasks service: what people note down about customers, and what they have to do.

Each capability is a folder with entrypoints of its own; here they are put together and given what they need.
"""

from __future__ import annotations

from directory.entrypoints import DirectoryEntrypoints
from directory.subscriber import CacheDirectory
from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from servicekit.rpc import RpcClient
from services.tasks.notes.entrypoints import NoteEntrypoints
from services.tasks.profile import ProfileEntrypoints
from services.tasks.topology import TOPOLOGY
from services.tasks.work.comments import CommentEntrypoints
from services.tasks.work.entrypoints import TaskEntrypoints
from services.tasks.work.reminders import Reminders
from services.tasks.work.subscribers import FollowCustomers


class TasksService(
    NoteEntrypoints,  # what people write down about customers
    TaskEntrypoints,  # what they have to do
    CommentEntrypoints,
    ProfileEntrypoints,  # both at a glance
    DirectoryEntrypoints,
    ParkedMessages,  # events that could not be read
):
    """Notes, tasks, reminders. Who may see which customer it asks the customers service, each time anew."""

    name = "tasks"

    db = Database()
    customers = RpcClient("customers")
    events = Subscriber(TOPOLOGY, [CacheDirectory, FollowCustomers])
    reminders = Reminders()
