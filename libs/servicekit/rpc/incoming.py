"""A message under work: how many of its calls are still open, and its acknowledgement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(eq=False, slots=True)
class Incoming:
    """One delivery. It is acknowledged once, after the last of its calls was answered."""

    channel: Any
    tag: int
    reply_to: str | None
    correlation_id: str | None
    grouped: bool = False
    open_calls: int = 0
    started: bool = False

    @property
    def alive(self) -> bool:
        """False once the connection it came by is gone: the broker has redelivered it then."""
        return self.channel.connection is not None

    def answered(self) -> bool:
        """Counts one answer that has left; True if it was the last."""
        self.open_calls -= 1
        return self.open_calls <= 0

    def acknowledge(self) -> None:
        """Nothing on a lost connection, where the broker has taken the message back."""
        self._settle(lambda: self.channel.basic_ack(self.tag))

    def requeue(self) -> None:
        """Gives it back unread, for another replica."""
        self._settle(lambda: self.channel.basic_reject(self.tag, requeue=True))

    def _settle(self, send: Any) -> None:
        if self.alive:
            try:
                send()
            except Exception:
                return  # the reader of this connection finds out as well, and reconnects
