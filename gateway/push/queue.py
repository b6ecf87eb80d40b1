"""Where the events come from: a queue of this process's own, gone with its connection."""

from __future__ import annotations

import uuid
from typing import Final

from gateway.push.fanout import Push
from gateway.push.news import ROUTING_KEYS
from servicekit.aio import Link, OwnQueue

_EXCHANGE: Final = "crm.events"
# It fills only while this process stands still, and a connection that stands still ends after 20 s. Nobody
# is told what a queue drops: so it takes more than can come in that time.
_LIMITS: Final = {
    "x-max-length": 50_000,
    "x-max-length-bytes": 64_000_000,
    "x-overflow": "drop-head",
    "x-message-ttl": 60_000,
}


def start_listening(url: str, push: Push, *, user: str) -> Link:
    """Connects now or later, and again after each loss; what happened until then is a gap.

    Queues begin with the broker's user: its rights hold it to them.
    """

    def new_queue() -> OwnQueue:
        return OwnQueue(f"push.{user}.{uuid.uuid4().hex}", _EXCHANGE, ROUTING_KEYS, dict(_LIMITS))

    link = Link(url, new_queue, on_message=push.hear, on_up=push.gap)
    link.start()
    return link
