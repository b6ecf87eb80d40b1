"""The broker's side of subscribing: a connection of its own, one batch in work, acknowledged once committed.

Two greenlets. The reader keeps the connection: takes deliveries in, answers heartbeats while a batch
waits for minutes, reconnects. The worker takes what has arrived and hands it to `work`. When the
connection is lost under a batch, the batch goes on, its acknowledgement is dropped, the messages come
again, and the inbox knows them.
"""

from __future__ import annotations

import logging
import random
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import eventlet
from amqp.exceptions import ChannelError
from eventlet.semaphore import Semaphore

from servicekit import bus
from servicekit import metrics as bus_metrics
from servicekit.events.batch import Done, Interrupted, TooManyParked
from servicekit.events.delivery import Delivery, read_delivery

log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.5
_HEARTBEAT_SECONDS: Final = 2.0
_YIELD_EVERY: Final = 50
_GATHER_SECONDS: Final = 0.1  # for suspects to arrive, so that there is a choice
_AFTER_DEFECT_SECONDS: Final = 1.0

Work = Callable[[Sequence[Delivery], Done], None]


@dataclass(eq=False)
class _Link:
    """One connection and what has arrived by it."""

    connection: bus.Connection
    channel: Any = None
    arrived: deque[Delivery] = field(default_factory=deque)
    tags: list[str] = field(default_factory=list)
    in_order: bool = True  # no delivery was taken before an earlier one
    writing: Semaphore = field(default_factory=Semaphore)  # frames of two greenlets must not mix


class Consumer:
    """Consumes `queue` and its dead-letter queue. `run_reader` and `run_worker` are for two greenlets."""

    def __init__(self, *, url: str, name: str, queue: str, dead_queue: str, batch: int, work: Work) -> None:
        self._url, self._name = url, name
        self._queue, self._dead_queue = queue, dead_queue
        self._batch = batch
        self._work = work
        self._link: _Link | None = None
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._worker_ended = threading.Event()
        self._trouble: str | None = "not connected yet"
        self._given_up: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why nothing is being consumed; None when all is well."""
        return self._given_up or self._trouble

    def stop(self) -> None:
        """No new batch is begun; the one in work comes to its end, then both greenlets return."""
        self._stopping.set()
        self._news.set()

    def pause(self, seconds: float) -> bool:
        """Sleeps, and returns True as soon as the consumer is stopping."""
        return self._stopping.wait(seconds)

    # -- worker -------------------------------------------------------------------------------------------

    def run_worker(self) -> None:
        """Batch after batch until stopped, or until too many were parked in a row."""
        try:
            while not self._stopping.is_set():
                self._news.wait()
                self._news.clear()
                while not self._stopping.is_set() and (batch := self._take()):
                    self._work_off(batch)
        except Interrupted:
            pass
        except TooManyParked:
            log.critical("stopped consuming: too many events in a row had to be parked")
            self._given_up = "too many events in a row had to be parked: look at them, then restart"
        finally:
            self._worker_ended.set()

    def _work_off(self, batch: list[Delivery]) -> None:
        try:
            self._work(batch, self._acknowledge)
        except (Interrupted, TooManyParked):
            raise
        except Exception:  # the edge: give the messages back by letting the connection go
            log.error("batch failed", exc_info=sys.exc_info())
            self._break(batch[0].link)
            self.pause(_AFTER_DEFECT_SECONDS)

    def _take(self) -> list[Delivery]:
        """What has arrived, in order, up to one batch; a suspect comes by itself. Waits for nothing."""
        link = self._link
        if link is None or not link.arrived:
            return []
        if link.arrived[0].alone:
            return [self._take_suspect(link)]
        batch: list[Delivery] = []
        while link.arrived and len(batch) < self._batch and not link.arrived[0].alone:
            batch.append(link.arrived.popleft())
        return batch

    def _take_suspect(self, link: _Link) -> Delivery:
        """One of those that may have killed the process, from another end in each life.

        All that were in its hands when it died are suspect alike. Always starting with the same one would
        let the guilty take all behind it along to the delivery limit.
        """
        if link.in_order:
            link.in_order = False
            self.pause(_GATHER_SECONDS)
        suspects = [index for index, delivery in enumerate(link.arrived) if delivery.alone]
        lives = link.arrived[0].times_delivered
        chosen = {2: suspects[0], 3: suspects[-1]}.get(lives, random.choice(suspects))
        delivery = link.arrived[chosen]
        del link.arrived[chosen]
        return delivery

    def _acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Stretches come in order of arrival, so the last tag stands for all up to it."""
        link = deliveries[-1].link
        if not isinstance(link, _Link) or link is not self._link:
            return  # that connection is gone, and the broker hands them out again
        try:
            with link.writing:
                for delivery in deliveries[-1:] if link.in_order else deliveries:
                    link.channel.basic_ack(delivery.tag, multiple=link.in_order)
        except bus.ERRORS:
            self._break(link)

    # -- reader -------------------------------------------------------------------------------------------

    def run_reader(self) -> None:
        """Connected, or trying to be, until the worker has come to its end."""
        pauses = bus.Pauses(self._stopping.wait)
        while not self._stopping.is_set() and not self._worker_ended.is_set():
            try:
                link = self._connect()
                pauses.reset()
                self._read(link)
            except Exception as error:  # the edge: whatever is wrong with a connection, there is another
                self._lost(error)
                pauses.pause()
        self._worker_ended.wait()
        self._trouble = "stopping"
        self._close()

    def _connect(self) -> _Link:
        link = _Link(bus.connect(self._url, name=self._name))
        self._link = link
        link.channel = link.connection.channel()
        # Two batches: one in work, one ready when it is done.
        link.channel.basic_qos(0, 2 * self._batch, False)
        for queue, dead in ((self._queue, False), (self._dead_queue, True)):
            link.tags.append(link.channel.basic_consume(queue, callback=self._receiver(link, dead=dead)))
        self._trouble = None
        log.info("consuming", extra={"queue": self._queue})
        return link

    def _receiver(self, link: _Link, *, dead: bool) -> Callable[[Any], None]:
        def receive(message: Any) -> None:
            link.arrived.append(read_delivery(message, dead=dead, link=link))
            self._news.set()

        return receive

    def _read(self, link: _Link) -> None:
        handled, tick_at = 0, time.monotonic()
        while not self._worker_ended.is_set():
            if self._stopping.is_set() and link.tags:
                self._cancel(link)
            if bus.wait_and_handle(link.connection, _POLL_SECONDS):
                handled += 1
                if handled % _YIELD_EVERY == 0:
                    eventlet.sleep(0)
            if time.monotonic() >= tick_at:
                tick_at = time.monotonic() + _HEARTBEAT_SECONDS
                with link.writing:
                    link.connection.heartbeat_tick()

    def _cancel(self, link: _Link) -> None:
        tags, link.tags = link.tags, []
        for tag in tags:
            with link.writing:
                link.channel.basic_cancel(tag)

    def _break(self, link: object) -> None:
        """Makes the reader notice that the connection is of no use any more."""
        if isinstance(link, _Link) and link is self._link:
            link.connection.transport.close()

    def _lost(self, error: Exception) -> None:
        if not isinstance(error, bus.ERRORS):
            log.error("reading events failed", exc_info=error)
        bus_metrics.RECONNECTS.labels("events").inc()
        self._trouble = _explain(error)
        log.warning("event connection lost", extra={"reason": self._trouble})
        self._close()

    def _close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            bus.hang_up(link.connection)


def _explain(error: Exception) -> str:
    """In words for readiness: a queue that is missing or forbidden does not mend itself."""
    if isinstance(error, ChannelError) and error.reply_code in (403, 404):
        return f"{error.reply_code} {error.reply_text}; was the topology declared, has the user its rights?"
    return f"not connected: {type(error).__name__}"
