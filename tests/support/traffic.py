"""Steady traffic that keeps book: what was acknowledged must be there afterwards, once."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import kombu.exceptions

from tests.support.api import Api, a_mobile
from tests.support.campaign import size
from tests.support.events import conversation_event, publish

_PAUSE = size(0.15, 0.05)
_UNSURE = (httpx.HTTPError, OSError, kombu.exceptions.OperationalError)


@dataclass
class Book:
    """Names of customers whose creation or message the system confirmed; and how long writes took."""

    created: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)


class Traffic:
    """Creates over HTTP and conversations over AMQP, from threads, until stopped.

    Each write is repeated until it is confirmed: a creation under one idempotency key, an event under one id.
    """

    def __init__(
        self, agent: Api, amqp_url: str, team: str, *, creators: int = 2, publishers: int = 2
    ) -> None:
        self.book = Book()
        self._agent, self._amqp_url, self._team = agent, amqp_url, team
        self._stop = threading.Event()
        jobs = [self._create] * creators + [self._publish] * publishers
        self._threads = [threading.Thread(target=self._until_stopped, args=(job,)) for job in jobs]

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _until_stopped(self, job: object) -> None:
        while not self._stop.is_set():
            job()  # type: ignore[operator]
            time.sleep(_PAUSE)

    def _create(self) -> None:
        name, key = f"T {secrets.token_hex(8)}", secrets.token_hex(8)
        body = {"name": name, "phone": a_mobile()}
        for _ in range(600):
            started = time.monotonic()
            try:
                status = self._agent.post("/v1/customers", body, Idempotency_Key=key).status_code
            except _UNSURE:
                status = 0
            self.book.seconds.append(time.monotonic() - started)
            self.book.statuses[status] += 1
            if status == 201:
                self.book.created.append(name)
                return
            time.sleep(0.1)

    def _publish(self) -> None:
        event = conversation_event(phone=a_mobile(), team=self._team, name=f"E {secrets.token_hex(8)}")
        for _ in range(600):
            try:
                publish(self._amqp_url, [event])
            except _UNSURE:
                time.sleep(0.1)
                continue
            self.book.messages.append(event["data"]["contact"]["name"])
            return
