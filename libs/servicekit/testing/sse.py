"""An open stream of server-sent events, read in the background as a browser would."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from servicekit.testing.waiting import eventually


class EventStream:
    """What came so far: `events` as (name, data), `text` as it was sent, `last` as the latest id."""

    def __init__(
        self, url: str, token: str, *, last: str | None = None, params: Mapping[str, str] | None = None
    ) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.text = ""
        self.last = last
        self.status = 0
        self.over = False
        self._socket: socket.socket | None = None
        self._headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last} if last else {})
        self._url, self._params = url, params
        # Without the certificates of the world, which take longer to load than anything asked here.
        self._http = httpx.Client(timeout=30, trust_env=False, verify=False)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        eventually(lambda: self.last != last or self.events or self.over, what="an open stream")

    @property
    def told(self) -> list[dict[str, Any]]:
        return [data for _, data in self.events]

    def wait_for(self, count: int, *, within: float = 10.0) -> list[dict[str, Any]]:
        """The data of all events, once there are so many."""
        eventually(lambda: len(self.events) >= count, within=within, what=f"{count} events, not {self.told}")
        return self.told

    def close(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # a mere close would not wake the reader up
        self._reader.join(10)
        self._http.close()

    def _read(self) -> None:
        try:
            with self._http.stream("GET", self._url, params=self._params, headers=self._headers) as answer:
                self.status = answer.status_code
                self._socket = answer.extensions["network_stream"].get_extra_info("socket")
                for part in _parts(answer):
                    self._take(part)
        except httpx.TransportError:
            pass  # as whoever stops it, or the server, ends it
        finally:
            self.over = True

    def _take(self, part: str) -> None:
        self.text += part + "\n\n"
        fields = dict(line.split(": ", 1) for line in part.splitlines() if not line.startswith(":"))
        self.last = fields.get("id", self.last)
        if "event" in fields:
            self.events.append((fields["event"], json.loads(fields["data"])))


@contextmanager
def listening(url: str, token: str, **more: Any) -> Iterator[EventStream]:
    """A stream that is open inside the block."""
    stream = EventStream(url, token, **more)
    try:
        yield stream
    finally:
        stream.close()


def _parts(answer: httpx.Response) -> Iterator[str]:
    waiting = ""
    for text in answer.iter_text():
        waiting += text
        while "\n\n" in waiting:
            part, _, waiting = waiting.partition("\n\n")
            yield part
