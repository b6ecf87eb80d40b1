"""The dedup service: who may be the same person, and who asks to see whom."""

from __future__ import annotations

from directory.entrypoints import DirectoryEntrypoints
from directory.subscriber import CacheDirectory
from servicekit.database import Database
from servicekit.events import ParkedMessages, Subscriber
from servicekit.rpc import RpcClient
from services.dedup.access.entrypoints import AccessEntrypoints
from services.dedup.check.entrypoints import CheckEntrypoints
from services.dedup.following.entrypoints import FollowingTimers
from services.dedup.following.subscribers import FollowCustomers
from services.dedup.merging.entrypoints import BulkMergeEntrypoints
from services.dedup.pairs.entrypoints import PairEntrypoints
from services.dedup.scan.entrypoints import ScanEntrypoints
from services.dedup.topology import TOPOLOGY


class DedupService(
    CheckEntrypoints,  # while somebody types
    PairEntrypoints,  # who may be one person
    BulkMergeEntrypoints,
    AccessEntrypoints,  # who asks to see customers of other teams
    ScanEntrypoints,
    FollowingTimers,
    DirectoryEntrypoints,
    ParkedMessages,  # events that could not be read
):
    """Possible duplicates and requests for access. Merges are the customers service's."""

    name = "dedup"

    db = Database()
    customers = RpcClient("customers")
    events = Subscriber(TOPOLOGY, [CacheDirectory, FollowCustomers])
