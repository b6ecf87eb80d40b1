"""/livez, /readyz and /metrics of a plain process, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from servicekit import health

log = logging.getLogger("servicekit.process")


def serve_health(host: str, port: int) -> int:
    """Returns the port, a free one if `port` is 0."""
    server = make_server(host, port, health.application, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
    log.info("health", extra={"host": host, "port": server.server_port})
    return server.server_port


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Being asked how one is, every second, is no event."""
