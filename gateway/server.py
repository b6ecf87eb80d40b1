"""uvicorn, set up for the gateway."""

from __future__ import annotations

import uvicorn

from gateway.app import Application
from gateway.settings import GatewaySettings


def serve(settings: GatewaySettings) -> None:
    """Serves until SIGTERM or SIGINT, then finishes what was begun within the stop timeout."""
    trusted = [proxy.strip() for proxy in settings.trusted_proxies.split(",") if proxy.strip()]
    uvicorn.run(
        Application(settings),
        fd=settings.gateway_fd,
        host=settings.gateway_host,
        port=settings.gateway_port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,  # one line a request comes from the pipeline, without the query string
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=int(settings.stop_timeout),
        backlog=1024,
    )
