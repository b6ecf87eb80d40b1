"""The ASGI application: opens what lives as long as the process, then hands requests to the pipeline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import unquote, urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.accounts.passwords import Passwords
from gateway.auth import Callers
from gateway.call import Resources
from gateway.database import Database
from gateway.docs_page import bundled_pages
from gateway.files import Files
from gateway.openapi import openapi_page
from gateway.pipeline import Pipeline
from gateway.policy import POLICY, check_policy
from gateway.push.process import pushing
from gateway.routes import all_operations
from gateway.routing import Router
from gateway.settings import GatewaySettings
from gateway.slots import Slots
from gateway.streams import Streams
from servicekit.aio import RpcClient
from servicekit.database.engine import PoolSettings
from servicekit.storage import Storage

_ALLOWED_HEADERS = (
    "Authorization",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Time-Zone",
    "X-Api-Key",
    "X-Request-Id",
)
_SHOWN_HEADERS = (
    "Content-Disposition",
    "ETag",
    "Idempotent-Replayed",
    "Location",
    "Retry-After",
    "X-Request-Id",
)


class Application:
    """What uvicorn runs: lifespan here, HTTP in the pipeline."""

    def __init__(
        self, settings: GatewaySettings, serve: Callable[[Resources], ASGIApp] | None = None
    ) -> None:
        """`serve` makes what answers requests: by default, all operations of the API."""
        self._settings = settings
        self._serve = serve or serving
        self._serving: ASGIApp | None = None
        self._streams: Streams | None = None
        self._open = AsyncExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and self._serving is not None:
            await self._serving(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})

    def end_streams(self) -> None:
        """The server is about to stop, and waits for all answers to end."""
        if self._streams is not None:
            self._streams.end_all()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        resources = await self._open.enter_async_context(open_resources(self._settings))
        self._serving, self._streams = self._serve(resources), resources.streams
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._serving = None
        await self._open.aclose()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def open_resources(settings: GatewaySettings) -> AsyncIterator[Resources]:
    """Everything connects by itself, now or later: the gateway starts also while database or bus are down."""
    pool = PoolSettings(
        pool_size=settings.db_pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        application_name="gateway",
    )
    database, callers, passwords = (
        Database(settings.database_url, pool),
        Callers(settings.database_url),
        Passwords(),
    )
    bus = await RpcClient.connect(settings.amqp_url, user=_bus_user(settings.amqp_url))
    streams = Streams(limit=settings.max_streams, heartbeat_seconds=settings.stream_heartbeat_seconds)
    files = Files(
        Storage.open(settings.storage_url),
        uploads=Slots(settings.max_uploads, code="too_many_uploads"),
        downloads=Slots(settings.max_downloads, code="too_many_downloads"),
        idle_seconds=settings.download_idle_seconds,
    )
    pages = bundled_pages() | {"openapi.json": openapi_page(all_operations())}
    try:
        async with pushing(settings, bus, user=_bus_user(settings.amqp_url)) as push:
            yield Resources(settings, database, callers, passwords, bus, streams, push, files, pages)
    finally:
        await bus.close()
        await callers.close()
        await database.close()
        passwords.close()


def serving(resources: Resources) -> ASGIApp:
    """The API. Raises PolicyIncomplete when an operation has no row in the policy."""
    operations = all_operations()
    check_policy(operations)
    pipeline = Pipeline(Router(operations), POLICY, resources)
    origins = [origin.strip() for origin in resources.settings.cors_origins.split(",") if origin.strip()]
    if not origins:
        return pipeline
    return CORSMiddleware(
        pipeline,
        allow_origins=origins,
        allow_methods=("GET", "POST", "PUT", "PATCH", "DELETE"),
        allow_headers=_ALLOWED_HEADERS,
        expose_headers=_SHOWN_HEADERS,
    )


def _bus_user(url: str) -> str:
    """Reply keys begin with the broker's user: its topic permissions hold it to them."""
    return unquote(urlsplit(url).username or "guest")
