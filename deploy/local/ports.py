"""Ports on the loopback interface."""

from __future__ import annotations

import random
import socket

# Below the range from which the kernel takes ports for outgoing connections: a port that was free
# a moment ago is then still free when the server that it was chosen for starts to listen.
_LOWEST, _HIGHEST = 20_000, 32_000


def free_port() -> int:
    """A port on which nobody listens now."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Different ports on which nobody listens now."""
    found: set[int] = set()
    while len(found) < count:
        port = random.randint(_LOWEST, _HIGHEST)
        if is_free(port):
            found.add(port)
    return list(found)


def is_free(port: int) -> bool:
    """Whether a server could listen on it now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listen(port: int, *, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket for replicas to share; port 0 takes any free one."""
    return socket.create_server((host, port), backlog=2048)


def listen_from(first: int, *, host: str = "127.0.0.1") -> socket.socket:
    """A listening socket on the first free port from `first` on: mostly the one people remember."""
    for port in range(first, first + 100):
        try:
            return listen(port, host=host)
        except OSError:
            continue
    return listen(0, host=host)
