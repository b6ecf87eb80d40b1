"""A TCP proxy in front of a broker or a database, to take it away without touching it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from urllib.parse import urlsplit, urlunsplit

_CHUNK = 65_536


class Proxy:
    """Forwards a port of its own to `target`, until it is cut or frozen. Safe to use from any thread."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._flowing = threading.Event()
        self._flowing.set()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = _bound(0)
        self.port: int = self._listener.getsockname()[1]
        self.restore()

    def url(self, original: str) -> str:
        """`original` with this proxy in place of its host and port."""
        parts = urlsplit(original)
        user = parts.netloc.rpartition("@")[0]
        return urlunsplit(
            parts._replace(netloc=f"{user}@127.0.0.1:{self.port}" if user else f"127.0.0.1:{self.port}")
        )

    def cut(self) -> None:
        """Drops every connection and refuses new ones; the port stays ours."""
        self._stop_listening()
        self._listener = _bound(self.port)
        self.drop()

    def drop(self) -> None:
        """Drops every connection, but lets new ones in at once."""
        with self._lock:
            connections, self._connections = self._connections, set()
        for connection in connections:
            _close(connection)

    def restore(self) -> None:
        """Lets connections in again after `cut`."""
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def freeze(self) -> None:
        """A black hole: connections stay open and nothing passes, in either direction."""
        self._flowing.clear()

    def thaw(self) -> None:
        """What was held back by `freeze` flows again."""
        self._flowing.set()

    def close(self) -> None:
        self.thaw()
        self._stop_listening()
        self.drop()

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _stop_listening(self) -> None:
        _close(self._listener)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            with self._lock:
                self._connections |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._forward, args=(source, sink), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while chunk := source.recv(_CHUNK):
                self._flowing.wait()
                sink.sendall(chunk)
        except OSError:
            pass
        finally:
            with self._lock:
                self._connections -= {source, sink}
            _close(source)
            _close(sink)


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy in front of the server in `url`, and the URL that goes through it."""
    parts = urlsplit(url)
    with Proxy((parts.hostname or "127.0.0.1", parts.port or 5672)) as proxy:
        yield proxy, proxy.url(url)


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


def _close(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
